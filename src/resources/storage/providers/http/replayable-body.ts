import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { TempSpace } from '../../../files/places/temp-space.js';

/** Up to here bytes are kept in memory, beyond in a file. */
const MEMORY_BYTES = 1024 * 1024;

/** Bytes that can be sent again: a server may take them only with the second method that it is asked with. */
export interface ReplayableBody {
  readonly sizeBytes: number;
  readonly open: () => AsyncIterable<Uint8Array>;
  /** Gives back what they lie in. */
  readonly release: () => Promise<void>;
}

/** Reads a stream to its end, into memory where it is small, else into a temporary file. */
export async function replayable(body: AsyncIterable<Uint8Array>): Promise<ReplayableBody> {
  const rest = body[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let sizeBytes = 0;
  while (sizeBytes <= MEMORY_BYTES) {
    const next = await rest.next();
    if (next.done === true) return { sizeBytes, open: () => piecesOf(first), release: () => Promise.resolve() };
    first.push(next.value);
    sizeBytes += next.value.length;
  }
  return inFile(first, { [Symbol.asyncIterator]: () => rest });
}

async function inFile(first: readonly Uint8Array[], rest: AsyncIterable<Uint8Array>): Promise<ReplayableBody> {
  const folder = new TempSpace().folder('upload');
  const path = join(folder, 'body');
  const release = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const file = createWriteStream(path, { mode: 0o600 });
  try {
    await pipeline(joined(first, rest), file);
  } catch (thrown) {
    await release();
    throw thrown;
  }
  const open = (): AsyncIterable<Uint8Array> => createReadStream(path, { highWaterMark: MEMORY_BYTES });
  return { sizeBytes: file.bytesWritten, open, release };
}

async function* joined(first: Iterable<Uint8Array>, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* first;
  yield* rest;
}

async function* piecesOf(pieces: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* pieces;
}
