import { type FileHandle, open } from 'node:fs/promises';
import { UsageError } from '../../../foundation/errors/run.errors.js';

/** How a file is read piece by piece. */
export interface PieceOptions {
  /** Bytes that are read at once. @defaultValue 1,048,576 */
  readonly chunkBytes?: number;
  /** Ends the reading. */
  readonly signal?: AbortSignal;
}

const DEFAULT_CHUNK_BYTES = 1024 * 1024;

/**
 * Hands the bytes of a file to `take`, piece by piece, while the next piece is read. A piece is valid during the call only: there are two
 * buffers, whatever the file's size.
 */
export async function forEachPiece(
  path: string,
  take: (piece: Uint8Array) => void,
  options: PieceOptions = {},
): Promise<void> {
  const chunkBytes = checkedChunkBytes(options.chunkBytes ?? DEFAULT_CHUNK_BYTES);
  const file = await open(path, 'r');
  try {
    // No more than the file needs: large buffers for thousands of small files make the collector work more than the hash.
    const { size } = await file.stat();
    const bufferBytes = size > 0 ? Math.min(chunkBytes, size + 1) : chunkBytes;
    let piece = await readPiece(file, Buffer.allocUnsafe(bufferBytes));
    let spare: Buffer = Buffer.allocUnsafe(bufferBytes);
    while (piece.length > 0) {
      options.signal?.throwIfAborted();
      const next = readPiece(file, spare);
      spare = piece.buffer;
      take(piece.bytes);
      piece = await next;
    }
  } finally {
    await file.close();
  }
}

/** What was read, and the buffer that it lies in. */
interface Piece {
  readonly buffer: Buffer;
  readonly bytes: Buffer;
  readonly length: number;
}

/** @throws {@link UsageError} for what is no number of bytes: none at a time would never end. */
function checkedChunkBytes(chunkBytes: number): number {
  if (Number.isSafeInteger(chunkBytes) && chunkBytes > 0) return chunkBytes;
  throw new UsageError(`chunkBytes must be a whole number above 0, got ${chunkBytes}.`);
}

async function readPiece(file: FileHandle, buffer: Buffer): Promise<Piece> {
  const { bytesRead } = await file.read(buffer, 0, buffer.length);
  return { buffer, bytes: buffer.subarray(0, bytesRead), length: bytesRead };
}
