import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { forEachRow, type TestFrame } from '../../../runtime/run-store/test-frame.js';
import { failureOf, patternOf, ProgressLog, type SceneOf, textOf } from './storage-subject.js';

/** What gets into a storage. */
export function describeWriting(frame: TestFrame, scene: SceneOf): void {
  const { describe, it, expect } = frame;

  function fileOf(name: string, content: string | Buffer): string {
    const path = join(scene().folder, name);
    writeFileSync(path, content);
    return path;
  }

  describe('uploads a file and', () => {
    it('gives back its URL, and its bytes when they are read', async () => {
      const { storage } = scene();
      const url = await storage.upload(fileOf('a.txt', 'hello'), 'in/a.txt');

      expect(url).toBe(storage.getUrl('in/a.txt'));
      expect(await textOf(storage, 'in/a.txt')).toBe('hello');
    });

    it('gives it its own name where the target is the root', async () => {
      const { storage } = scene();
      const url = await storage.upload(fileOf('own.txt', 'x'), '');

      expect(url).toBe(storage.getUrl('own.txt'));
      expect(await storage.exists('own.txt')).toBe(true);
    });

    it('replaces what was there', async () => {
      const { storage } = scene();
      await storage.upload(fileOf('long.txt', 'a long text'), 'a.txt');
      await storage.upload(fileOf('short.txt', 'short'), 'a.txt');

      expect(await textOf(storage, 'a.txt')).toBe('short');
    });

    it('takes an empty one', async () => {
      const { storage } = scene();
      const progress = new ProgressLog();
      await storage.upload(fileOf('empty', ''), 'empty', progress);

      expect(await storage.stat('empty')).toMatchObject({ kind: 'file', sizeBytes: 0 });
      expect(progress.told).toEqual([{ transferredBytes: 0, totalBytes: 0 }]);
    });

    it('tells how far it has come, up to the whole', async () => {
      const { storage } = scene();
      const progress = new ProgressLog();
      await storage.upload(fileOf('big', patternOf(3_000_001)), 'big', progress);

      expect(progress.isRising).toBe(true);
      expect(progress.last).toEqual({ transferredBytes: 3_000_001, totalBytes: 3_000_001 });
    });

    it('says that the local file is missing', async () => {
      const { storage, folder } = scene();
      const failure = await failureOf(storage.upload(join(folder, 'nope'), 'a'));

      expect(failure).toMatchObject({ code: 'SYN_STORAGE_NOT_FOUND', details: { source: join(folder, 'nope') } });
      expect(await storage.exists('a')).toBe(false);
    });

    it('takes no folder', async () => {
      const { storage, folder } = scene();
      mkdirSync(join(folder, 'sub'));

      expect(await failureOf(storage.upload(join(folder, 'sub'), 'a'))).toMatchObject({ code: 'SYN_STORAGE_UPLOAD' });
      expect(await storage.exists('a')).toBe(false);
    });
  });

  describe('writes content and', () => {
    forEachRow<[string, () => Parameters<ReturnType<SceneOf>['storage']['write']>[1]]>(frame, [
      ['text', () => 'grüße'],
      ['bytes', () => Buffer.from('grüße')],
      ['a typed array that is a part of another', () => new Uint8Array(Buffer.from('xgrüßex')).subarray(1, -1)],
      ['a stream', () => Readable.from([Buffer.from('grü'), Buffer.from('ße')])],
      ['a stream of text', () => Readable.from(['grü', 'ße'])],
      ['a list of pieces', () => [Buffer.from('grü'), Buffer.alloc(0), Buffer.from('ße')]],
      ['a web stream', () => new Blob(['grüße']).stream() as unknown as AsyncIterable<Uint8Array>],
    ])('takes %s', async ([, body]) => {
      const { storage } = scene();
      const url = await storage.write('a/b.txt', body());

      expect(url).toBe(storage.getUrl('a/b.txt'));
      expect(await textOf(storage, 'a/b.txt')).toBe('grüße');
    });

    it('takes an empty stream, and tells that nothing was moved', async () => {
      const { storage } = scene();
      const progress = new ProgressLog();
      await storage.write('empty', Readable.from([]), progress);

      expect(await textOf(storage, 'empty')).toBe('');
      expect(progress.last).toEqual({ transferredBytes: 0, totalBytes: 0 });
    });

    it('tells how far a stream has come, and at its end how much there was', async () => {
      const { storage } = scene();
      const progress = new ProgressLog();
      await storage.write('s', Readable.from([Buffer.alloc(10), Buffer.alloc(20)]), progress);

      expect(progress.isRising).toBe(true);
      expect(progress.last).toEqual({ transferredBytes: 30, totalBytes: 30 });
    });

    forEachRow<[string, number]>(frame, [
      ['fewer', 6],
      ['more', 4],
    ])('keeps nothing of a stream that has %s bytes than was said', async ([, sizeBytes]) => {
      const { storage } = scene();
      const body = Readable.from([Buffer.from('he'), Buffer.from('llo')]);

      expect(await failureOf(storage.write('a', body, { sizeBytes }))).toMatchObject({ code: 'SYN_STORAGE_UPLOAD' });
      expect(await storage.exists('a')).toBe(false);
    });

    it('keeps what was there when the stream breaks, and says why', async () => {
      const { storage } = scene();
      await storage.write('a', 'before');
      const cause = new Error('the source broke');
      async function* broken(): AsyncGenerator<Uint8Array> {
        yield Buffer.from('half');
        throw cause;
      }

      expect(await failureOf(storage.write('a', broken()))).toMatchObject({ code: 'SYN_STORAGE_UPLOAD', cause });
      expect(await textOf(storage, 'a')).toBe('before');
    });

    it('shows readers the old content until the new one is whole', async () => {
      const { storage } = scene();
      await storage.write('a', 'before');
      const [asked, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      async function* slow(): AsyncGenerator<Uint8Array> {
        yield Buffer.from('af');
        asked.resolve();
        await answered.promise;
        yield Buffer.from('ter');
      }
      const writing = storage.write('a', slow());
      await asked.promise;
      const meanwhile = await textOf(storage, 'a');
      answered.resolve();
      await writing;

      expect([meanwhile, await textOf(storage, 'a')]).toEqual(['before', 'after']);
    });

    it('ends with the whole content of one of many writers', async () => {
      const { storage } = scene();
      const contents = [1, 2, 3, 4, 5].map((seed) => patternOf(300_000, seed));
      await Promise.all(contents.map((content) => storage.write('same', content)));
      const found = await storage.getPath('same').readBytes();

      expect(contents.some((content) => content.equals(found))).toBe(true);
    });
  });
}
