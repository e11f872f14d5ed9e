import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { TestFrame } from '../../../runtime/run-store/test-frame.js';
import { patternOf, type SceneOf } from './storage-subject.js';

const MEGABYTE = 1024 * 1024;
const STREAM_BYTES = 64 * MEGABYTE;
/** Guards against a hang only. */
const HANG_LIMIT_MS = 120_000;
/** More than any storage keeps at a time, and less than the whole. */
const MAX_HELD_BYTES = 52 * MEGABYTE;

/** That memory does not grow with what is moved. */
export function describeVolume(frame: TestFrame, scene: SceneOf): void {
  const { describe, it, expect } = frame;

  describe('holds a part of what it moves and', () => {
    it(
      'takes a stream of 64 MB',
      async () => {
        const { storage } = scene();
        const held = new HeldBytes();
        const sent = createHash('md5');
        async function* stream(): AsyncGenerator<Uint8Array> {
          for (let count = 0; count < STREAM_BYTES; count += MEGABYTE) {
            const piece = patternOf(MEGABYTE, count);
            sent.update(piece);
            held.look(count);
            yield piece;
          }
        }
        await storage.write('big', stream());

        expect(await storage.stat('big')).toMatchObject({ sizeBytes: STREAM_BYTES });
        expect(MAX_HELD_BYTES).toBeGreaterThan(held.most);
        expect(await storage.checksum('big')).toBe(sent.digest('hex'));
      },
      HANG_LIMIT_MS,
    );

    it(
      'uploads and downloads a file of 64 MB',
      async () => {
        const { storage, folder } = scene();
        const [source, target, held] = [join(folder, 'source'), join(folder, 'target'), new HeldBytes()];
        await pipeline(function* () {
          for (let count = 0; count < STREAM_BYTES; count += MEGABYTE) yield patternOf(MEGABYTE, count);
        }, createWriteStream(source));
        const onProgress = ({ transferredBytes }: { transferredBytes: number }): void => held.look(transferredBytes);
        await storage.upload(source, 'big', { onProgress });
        await storage.download('big', target, { onProgress });

        expect(MAX_HELD_BYTES).toBeGreaterThan(held.most);
        expect(await digestOf(target)).toBe(await digestOf(source));
      },
      HANG_LIMIT_MS,
    );
  });
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('md5');
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  return hash.digest('hex');
}

/** How much memory is in use for bytes, less what was before, with the garbage gone. */
class HeldBytes {
  most = 0;
  readonly #collect: () => void;
  readonly #before: number;
  #lookedAt = 0;

  constructor() {
    setFlagsFromString('--expose-gc');
    this.#collect = runInNewContext('gc') as () => void;
    this.#before = this.#now();
  }

  /** Looks now and then: a collection takes its time. */
  look(atByte: number): void {
    if (Math.abs(atByte - this.#lookedAt) < 12 * MEGABYTE) return;
    this.#lookedAt = atByte;
    this.most = Math.max(this.most, this.#now() - this.#before);
  }

  #now(): number {
    this.#collect();
    this.#collect(); // bytes are freed by another thread, for whose end only the next collection waits
    return process.memoryUsage().arrayBuffers;
  }
}
