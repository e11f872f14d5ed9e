import { open } from 'node:fs/promises';

const PIECE_BYTES = 256 * 1024;
/** One is read into, one is handed on, one is still being sent. */
const BUFFERS = 3;

/**
 * The bytes of a file, read ahead by one piece into a few buffers by turns: a piece is valid until the one after the next is asked for. A stream
 * of the file takes new memory for each piece, which counts against the heap: 500 MB of it make some twenty full collections.
 *
 * @param sizeBytes - How long it is believed to be; only the size of the buffers depends on it.
 */
export async function* piecesOfFile(path: string, sizeBytes: number): AsyncGenerator<Uint8Array> {
  const file = await open(path);
  const buffers: Buffer[] = [];
  // One byte more: a file that grows meanwhile is noticed.
  const length = Math.min(PIECE_BYTES, sizeBytes + 1);
  const read = async (turn: number): Promise<Uint8Array> => {
    const buffer = (buffers[turn % BUFFERS] ??= Buffer.allocUnsafeSlow(length));
    const { bytesRead } = await file.read(buffer, 0, length, null);
    return buffer.subarray(0, bytesRead);
  };
  let ahead = read(0);
  try {
    for (let turn = 1; ; turn++) {
      const piece = await ahead;
      if (piece.length === 0) return;
      ahead = read(turn);
      ahead.catch(() => undefined); // thrown where it is waited for
      yield piece;
    }
  } finally {
    await ahead.catch(() => undefined); // the file must not be closed under it
    await file.close();
  }
}
