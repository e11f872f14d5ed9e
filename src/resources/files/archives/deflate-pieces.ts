import { type FileHandle, open } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { constants, crc32, deflateRaw } from 'node:zlib';
import { unreadable } from './pack-source.js';

/** What is compressed on its own. The same for everybody: where the pieces end shows in the bytes. */
const PIECE_BYTES = 1024 * 1024;
/** How far back deflate looks for what it has seen before. */
const WINDOW_BYTES = 32 * 1024;
/** Node does such work in four threads, unless told otherwise. */
const AT_ONCE = Math.min(4, availableParallelism());
/** A last block with nothing in it: ends a row of pieces, none of which says that it is the last. */
const LAST_BLOCK = Buffer.from([0x03, 0x00]);

/** What was read while a file was packed. */
export interface PiecesRead {
  crc: number;
  size: number;
}

/**
 * The bytes of a file, deflated in several threads. Each piece has the end of the one before it as its dictionary and ends at a full byte, so that all
 * of them in a row are one stream of deflate, and the same one however many threads there are.
 *
 * @param read - Counts what was read; it is right when the last piece has been taken.
 */
export async function* deflatePieces(
  path: string,
  level: number,
  read: PiecesRead,
  signal?: AbortSignal,
): AsyncGenerator<Buffer> {
  const compressing: Promise<Buffer>[] = [];
  let dictionary: Buffer | undefined;
  for await (const piece of piecesOf(path, read, signal)) {
    const deflated = compress(piece, {
      level,
      dictionary,
      finishFlush: constants.Z_SYNC_FLUSH,
      chunkSize: PIECE_BYTES / 4,
    });
    deflated.catch(() => undefined); // it is awaited below, and perhaps only after another one has failed
    compressing.push(deflated);
    dictionary = piece.subarray(-WINDOW_BYTES);
    if (compressing.length >= AT_ONCE) yield await (compressing.shift() as Promise<Buffer>);
  }
  for (const deflated of compressing) yield await deflated;
  yield LAST_BLOCK;
}

const compress = promisify<Buffer, object, Buffer>(deflateRaw);

/** The bytes of a file as they are. */
export async function* piecesOf(path: string, read: PiecesRead, signal?: AbortSignal): AsyncGenerator<Buffer> {
  // One more than are compressed at once: a buffer comes back when what lay in it has been taken.
  const buffers = Array.from({ length: AT_ONCE + 1 }, () => Buffer.allocUnsafe(PIECE_BYTES));
  const file = await open(path, 'r').catch((error: unknown) => {
    throw unreadable(path, error);
  });
  try {
    for (let number = 0; ; number++) {
      signal?.throwIfAborted();
      const piece = await fill(file, buffers[number % buffers.length] as Buffer).catch((error: unknown) => {
        throw unreadable(path, error);
      });
      if (piece.length === 0) return;
      read.crc = crc32(piece, read.crc);
      read.size += piece.length;
      yield piece;
    }
  } finally {
    await file.close();
  }
}

/** One call may read less than there is. */
async function fill(file: FileHandle, buffer: Buffer): Promise<Buffer> {
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
