import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StorageProvider } from '../../../resources/storage/storage-provider.interface.js';
import { forEachRow, type TestFrame } from '../../../runtime/run-store/test-frame.js';
import { failureOf, patternOf, type SceneOf, type StorageScene, textOf } from './storage-subject.js';

const REASON = new Error('the user has seen enough');
/** Large enough to be on its way when it is ended, and to be sent in parts. */
const BIG_BYTES = 24 * 1024 * 1024;

type Call = (scene: StorageScene, signal: AbortSignal) => Promise<unknown>;

const CALLS: Readonly<Record<string, Call>> = {
  upload: ({ storage, folder }, signal) => storage.upload(join(folder, 'source'), 'a', { signal }),
  write: ({ storage }, signal) => storage.write('a', 'x', { signal }),
  download: ({ storage, folder }, signal) => storage.download('kept', join(folder, 'target'), { signal }),
  read: ({ storage }, signal) => storage.getPath('kept').readText({ signal }),
  exists: ({ storage }, signal) => storage.exists('kept', { signal }),
  stat: ({ storage }, signal) => storage.stat('kept', { signal }),
  checksum: ({ storage }, signal) => storage.checksum('kept', { signal }),
  delete: ({ storage }, signal) => storage.delete('kept', { signal }),
  deletePrefix: ({ storage }, signal) => storage.deletePrefix('kept', { signal }),
  copy: ({ storage }, signal) => storage.copy('kept', 'a', { signal }),
  move: ({ storage }, signal) => storage.move('kept', 'a', { signal }),
  list: ({ storage }, signal) => storage.list('', { signal }).next(),
};

/** How calls are ended. */
export function describeCancelling(frame: TestFrame, scene: SceneOf): void {
  const { describe, it, expect } = frame;

  describe('is cancelled', () => {
    forEachRow(frame, Object.keys(CALLS))('before it begins: %s', async (name) => {
      const { storage, folder } = scene();
      await storage.write('kept', 'kept');
      writeFileSync(join(folder, 'source'), 'x');

      expect((await failureOf(CALLS[name]?.(scene(), AbortSignal.abort(REASON)) ?? Promise.resolve())) === REASON).toBe(
        true,
      );
      expect(await textOf(storage, 'kept')).toBe('kept');
      expect(await storage.exists('a')).toBe(false);
      expect(readdirSync(folder)).toEqual(['source']);
    });

    it('in the middle of an upload, of which nothing is left', async () => {
      const { storage, folder } = scene();
      writeFileSync(join(folder, 'source'), patternOf(BIG_BYTES));
      await storage.write('a', 'before');
      const ended = await endedInTheMiddle((options) => storage.upload(join(folder, 'source'), 'a', options));

      expect(ended).toBe(true);
      expect(await textOf(storage, 'a')).toBe('before');
    });

    it('in the middle of a stream that goes in, of which nothing is left', async () => {
      const { storage } = scene();
      const ended = await endedInTheMiddle((options) => storage.write('a', pieces(), options));

      expect(ended).toBe(true);
      expect(await storage.exists('a')).toBe(false);
    });

    it('while a stream that goes in has nothing to give', async () => {
      const { storage } = scene();
      const [asked, abort] = [Promise.withResolvers<void>(), new AbortController()];
      async function* stuck(): AsyncGenerator<Uint8Array> {
        yield patternOf(100);
        asked.resolve();
        await new Promise<void>((resolve) => abort.signal.addEventListener('abort', () => resolve(), { once: true }));
      }
      const writing = failureOf(storage.write('a', stuck(), { signal: abort.signal }));
      await asked.promise;
      abort.abort(REASON);

      expect((await writing) === REASON).toBe(true);
      expect(await storage.exists('a')).toBe(false);
    });

    it('in the middle of a download, of which nothing is left', async () => {
      const { storage, folder } = scene();
      await bigObject(storage);
      const ended = await endedInTheMiddle((options) => storage.download('big', join(folder, 'target'), options));

      expect(ended).toBe(true);
      expect(readdirSync(folder)).toEqual([]);
    });

    it('in the middle of a stream that comes out', async () => {
      const { storage } = scene();
      await bigObject(storage);
      const ended = await endedInTheMiddle((options) => storage.getPath('big').readBytes(options));

      expect(ended).toBe(true);
    });

    it('in the middle of a download that keeps what came, and goes on there', async () => {
      const { storage, folder } = scene();
      await bigObject(storage);
      const target = join(folder, 'target');
      const ended = await endedInTheMiddle((options) =>
        storage.download('big', target, { ...options, keepsPartial: true }),
      );
      const first: number[] = [];
      await storage.download('big', target, { onProgress: ({ transferredBytes }) => first.push(transferredBytes) });

      expect(ended).toBe(true);
      expect(readdirSync(folder)).toEqual(['target']);
      const { etag } = await storage.stat('big');
      if (etag !== undefined) expect(first[0]).toBeGreaterThan(0);
    });
  });
}

async function bigObject(storage: StorageProvider): Promise<void> {
  await storage.write('big', patternOf(BIG_BYTES));
}

async function* pieces(): AsyncGenerator<Uint8Array> {
  for (let sent = 0; sent < BIG_BYTES; sent += 1024 * 1024) yield patternOf(1024 * 1024, sent);
}

/** Ends a transfer once some of it is moved; whether it failed with the reason for that. */
async function endedInTheMiddle(
  work: (options: { signal: AbortSignal; onProgress: () => void }) => Promise<unknown>,
): Promise<boolean> {
  const abort = new AbortController();
  const onProgress = (): void => abort.abort(REASON);
  return (await failureOf(work({ signal: abort.signal, onProgress }))) === REASON;
}
