import { Readable } from 'node:stream';
import type { SftpSession } from './sftp-session.js';

/** Bytes of one request: what every server takes. */
const PIECE_BYTES = 32 * 1024;
/** Requests on their way at a time, so that a far server is not waited for between them. */
const DEPTH = 32;
/** What may be on its way at a time, so that bytes may be there without those before them. */
export const WINDOW_BYTES = DEPTH * PIECE_BYTES;

/** Which bytes of an open file are read, and what is done at the end. */
export interface RemoteRange {
  readonly start: number;
  /** The byte behind the last one. */
  readonly end: number;
  readonly onClose: () => void;
}

/** Reads an open file, many pieces at a time. */
export function readPieces(session: SftpSession, handle: Buffer, range: RemoteRange): Readable {
  const pieces: Promise<Buffer>[] = [];
  let next = range.start;
  const askAhead = (): void => {
    while (pieces.length < DEPTH && next < range.end) {
      const piece = readPiece(session, handle, next, Math.min(PIECE_BYTES, range.end - next));
      piece.catch(() => undefined); // whoever takes it is told
      pieces.push(piece);
      next += PIECE_BYTES;
    }
  };
  return new Readable({
    highWaterMark: PIECE_BYTES,
    read() {
      askAhead();
      const piece = pieces.shift();
      if (piece === undefined) return void this.push(null);
      piece.then(
        (bytes) => this.push(bytes.length > 0 ? bytes : null),
        (error: unknown) => this.destroy(error as Error),
      );
    },
    destroy(error, done) {
      range.onClose();
      done(error);
    },
  });
}

/** Fewer bytes only where the file has no more: a server may answer with a part of what was asked. */
export async function readPiece(session: SftpSession, handle: Buffer, start: number, length: number): Promise<Buffer> {
  const piece = Buffer.allocUnsafe(length);
  for (let filled = 0; filled < length;) {
    const count = await session.ask<number>((wire, answer) =>
      wire.read(handle, piece, filled, length - filled, start + filled, (error, bytesRead) => answer(error, bytesRead)),
    );
    if (count === 0) return piece.subarray(0, filled);
    filled += count;
  }
  return piece;
}

/** Writes an open file from one of its bytes on, many pieces at a time. */
export async function writePieces(
  session: SftpSession,
  handle: Buffer,
  { bytes, start }: { readonly bytes: AsyncIterable<Uint8Array>; readonly start: number },
): Promise<void> {
  const written: Promise<unknown>[] = [];
  let position = start;
  for await (const chunk of bytes) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      if (written.length >= DEPTH) await written.shift();
      const piece = Buffer.from(chunk.buffer, chunk.byteOffset + at, Math.min(PIECE_BYTES, chunk.length - at));
      const place = position;
      const write = session.ask((wire, answer) =>
        wire.write(handle, piece, 0, piece.length, place, (error) => answer(error, undefined)),
      );
      write.catch(() => undefined); // whoever waits for it is told
      written.push(write);
      position += piece.length;
    }
  }
  await Promise.all(written);
}
