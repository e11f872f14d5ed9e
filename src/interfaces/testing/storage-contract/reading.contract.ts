import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { forEachRow, type TestFrame } from '../../../runtime/run-store/test-frame.js';
import { failureOf, patternOf, ProgressLog, type SceneOf } from './storage-subject.js';

/** What comes out of a storage. */
export function describeReading(frame: TestFrame, scene: SceneOf): void {
  const { describe, it, expect } = frame;

  describe('downloads an object and', () => {
    it('writes it to the target, whose folders it makes', async () => {
      const { storage, folder } = scene();
      const [content, target] = [patternOf(700_003), join(folder, 'deep/er/a.bin')];
      await storage.write('a.bin', content);
      const progress = new ProgressLog();
      await storage.download('a.bin', target, progress);

      expect(readFileSync(target).equals(content)).toBe(true);
      expect(progress.isRising).toBe(true);
      expect(progress.last).toEqual({ transferredBytes: 700_003, totalBytes: 700_003 });
      expect(readdirSync(join(folder, 'deep/er'))).toEqual(['a.bin']);
    });

    it('replaces the file that is there', async () => {
      const { storage, folder } = scene();
      await storage.write('a', 'new');
      writeFileSync(join(folder, 'a'), 'an old one that is longer');
      await storage.download('a', join(folder, 'a'));

      expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('new');
    });

    it('takes an empty one', async () => {
      const { storage, folder } = scene();
      await storage.write('empty', '');
      await storage.download('empty', join(folder, 'empty'));

      expect(readFileSync(join(folder, 'empty'), 'utf8')).toBe('');
    });

    it('says that there is none, and leaves the target as it was', async () => {
      const { storage, folder } = scene();
      const target = join(folder, 'kept');
      writeFileSync(target, 'kept');
      const failure = await failureOf(storage.download('nope', target));

      expect(failure).toMatchObject({ code: 'SYN_STORAGE_NOT_FOUND', details: { key: 'nope' } });
      expect(readFileSync(target, 'utf8')).toBe('kept');
      expect(readdirSync(folder)).toEqual(['kept']);
    });

    it('checks the digest it is given', async () => {
      const { storage, folder } = scene();
      await storage.write('a', 'hello');
      const digest = { algorithm: 'md5', value: '5d41402abc4b2a76b9719d911017c592' } as const;
      await storage.download('a', join(folder, 'right'), { digest });
      const wrong = { ...digest, value: digest.value.replace('5', '6') };
      const failure = await failureOf(storage.download('a', join(folder, 'wrong'), { digest: wrong }));

      expect(failure).toMatchObject({ code: 'SYN_CHECKSUM_MISMATCH' });
      expect(readdirSync(folder)).toEqual(['right']);
    });

    it('writes nothing over a folder', async () => {
      const { storage, folder } = scene();
      await storage.write('a', 'hello');

      expect(await failureOf(storage.download('a', folder))).toMatchObject({ code: 'SYN_FILE_WRITE' });
      expect(existsSync(folder)).toBe(true);
    });
  });

  describe('reads an object and', () => {
    forEachRow<[string, { start?: number; end?: number }, string]>(frame, [
      ['all of it', {}, '0123456789'],
      ['from a byte on', { start: 4 }, '456789'],
      ['up to a byte', { end: 3 }, '012'],
      ['a part in the middle', { start: 3, end: 5 }, '34'],
      ['one byte', { start: 0, end: 1 }, '0'],
      ['what there is of a part that goes beyond the end', { start: 8, end: 99 }, '89'],
      ['nothing at the end', { start: 10 }, ''],
      ['nothing behind the end', { start: 50, end: 60 }, ''],
      ['nothing of an empty part', { start: 5, end: 5 }, ''],
    ])('gives %s', async ([, range, expected]) => {
      const { storage } = scene();
      await storage.write('digits', '0123456789');

      expect(await storage.getPath('digits').readText(range)).toBe(expected);
    });

    forEachRow<[string, { start?: number; end?: number }]>(frame, [
      ['a byte before the first', { start: -1 }],
      ['half a byte', { start: 0.5 }],
      ['no number', { end: Number.NaN }],
    ])('refuses %s', async ([, range]) => {
      const { storage } = scene();
      await storage.write('digits', '0123456789');

      expect(await failureOf(storage.read('digits', range))).toMatchObject({ code: 'SYN_USAGE' });
    });

    it('says that there is none before the first byte', async () => {
      expect(await failureOf(scene().storage.read('nope'))).toMatchObject({ code: 'SYN_STORAGE_NOT_FOUND' });
    });

    it('tells how far it has come', async () => {
      const { storage } = scene();
      await storage.write('a', patternOf(400_000));
      const progress = new ProgressLog();
      await storage.getPath('a').readBytes({ start: 100_000, ...progress });

      expect(progress.isRising).toBe(true);
      expect(progress.last).toEqual({ transferredBytes: 300_000, totalBytes: 300_000 });
    });

    it('goes on working after a stream was left before its end', async () => {
      const { storage } = scene();
      await storage.write('a', patternOf(2_000_000));
      for await (const piece of await storage.read('a')) {
        expect((piece as Buffer).length).toBeGreaterThan(0);
        break;
      }

      expect(await storage.getPath('a').readBytes({ end: 4 })).toHaveLength(4);
    });
  });

  describe('knows of an object', () => {
    it('its size, its kind and when it was written', async () => {
      const { storage } = scene();
      const before = Date.now() - 2_000; // storages that keep whole seconds only
      await storage.write('in/a.txt', 'hello');
      const found = await storage.stat('in/a.txt');

      expect(found).toMatchObject({ key: 'in/a.txt', kind: 'file', sizeBytes: 5 });
      if (found.modifiedAt) expect(found.modifiedAt.getTime()).toBeGreaterThan(before);
    });

    it('another etag once its content is another, where it has one', async () => {
      const { storage } = scene();
      await storage.write('a', 'one');
      const { etag } = await storage.stat('a');
      await storage.write('a', 'other');

      if (etag !== undefined) expect((await storage.stat('a')).etag === etag).toBe(false);
    });

    it('the digests of its bytes', async () => {
      const { storage } = scene();
      await storage.write('a', 'hello');

      expect(await storage.checksum('a')).toBe('5d41402abc4b2a76b9719d911017c592');
      expect(await storage.checksum('a', { algorithm: 'sha1' })).toBe('aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d');
      expect(await failureOf(storage.checksum('nope'))).toMatchObject({ code: 'SYN_STORAGE_NOT_FOUND' });
    });

    it('that it is not there', async () => {
      const { storage } = scene();

      expect(await storage.exists('nope')).toBe(false);
      expect(await failureOf(storage.stat('nope'))).toMatchObject({ code: 'SYN_STORAGE_NOT_FOUND' });
      expect(await storage.getPath('nope').isFile()).toBe(false);
    });
  });
}
