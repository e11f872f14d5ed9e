import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { TappedSockets } from './tapped-sockets.js';

/** Bytes are handed on in pieces of this size. */
const PIECE_BYTES = 1024 * 1024;
/** From here on a connection is given up for the time that its body saves. */
const WORTH_BYTES = 4 * PIECE_BYTES;
/** A piece that takes longer to fill is handed on as it is: whoever reads wants to know that something comes, in milliseconds. */
const MAX_FILL_MS = 100;

interface Piece {
  readonly bytes: Buffer;
  /** How much of it is handed on. */
  handed: number;
  filled: number;
  /** How many parts of it somebody holds. */
  lent: number;
}

/** A response's body, from its socket where it is long enough; else the response itself, which is one. */
export function bodyOf(response: IncomingMessage, sockets: TappedSockets): TappedBody | IncomingMessage {
  const { socket, headers, complete } = response;
  const length = Number(headers['content-length']);
  const isPlain = headers['transfer-encoding'] === undefined && length >= WORTH_BYTES;
  return isPlain && !complete && sockets.has(socket) ? new TappedBody(response, length, sockets) : response;
}

/** A long body of known length, read past HTTP's parser into a few buffers that are used again once they are given back. */
export class TappedBody extends Readable {
  readonly #response: IncomingMessage;
  readonly #pieces = new Map<ArrayBufferLike, Piece>();
  readonly #free: Piece[] = [];
  #left: number;
  #piece: Piece | undefined;
  #handedAtMs = performance.now();

  constructor(response: IncomingMessage, sizeBytes: number, sockets: TappedSockets) {
    // Objects, since pieces that wait together would be joined into one.
    super({ objectMode: true, highWaterMark: 2 });
    this.#response = response;
    this.#left = sizeBytes;
    const { socket } = response;
    response.on('error', (error) => this.#broken(error)).once('close', () => this.#broken(cut()));
    // What the parser has seen so far; all else it will not see.
    const early = response.read() as Buffer | null;
    if (early) this.#take(early);
    sockets.tap(socket, (bytes) => this.#take(bytes));
    socket.resume();
  }

  /** Takes bytes of the body that nobody holds any more, to read into them again. */
  giveBack({ buffer }: Uint8Array): void {
    const piece = this.#pieces.get(buffer);
    if (!piece || --piece.lent > 0 || piece.handed < PIECE_BYTES) return;
    piece.handed = piece.filled = 0;
    this.#free.push(piece);
  }

  override _read(): void {
    this.#response.socket.resume();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#response.socket.destroy();
    callback(error);
  }

  #take(bytes: Uint8Array): void {
    const wanted = bytes.subarray(0, this.#left);
    this.#left -= wanted.length;
    for (let taken = 0; taken < wanted.length;) {
      const piece = (this.#piece ??= this.#free.pop() ?? this.#newPiece());
      const part = wanted.subarray(taken, taken + PIECE_BYTES - piece.filled);
      piece.bytes.set(part, piece.filled);
      piece.filled += part.length;
      taken += part.length;
      if (piece.filled === PIECE_BYTES) this.#handOn(piece);
    }
    if (this.#piece && (this.#left === 0 || performance.now() - this.#handedAtMs >= MAX_FILL_MS)) {
      this.#handOn(this.#piece);
    }
    if (this.#left > 0) return;
    this.push(null);
    this.#response.socket.destroy();
  }

  #handOn(piece: Piece): void {
    const { bytes, handed, filled } = piece;
    piece.handed = filled;
    piece.lent++;
    this.#handedAtMs = performance.now();
    if (filled === PIECE_BYTES) this.#piece = undefined;
    if (!this.push(bytes.subarray(handed, filled))) this.#response.socket.pause();
  }

  #newPiece(): Piece {
    const bytes = Buffer.allocUnsafeSlow(PIECE_BYTES);
    const piece: Piece = { bytes, handed: 0, filled: 0, lent: 0 };
    this.#pieces.set(bytes.buffer, piece);
    return piece;
  }

  #broken(error: Error): void {
    if (this.#left > 0) this.destroy(error);
  }
}

function cut(): Error {
  return Object.assign(new Error('the connection ended before the body did'), { code: 'ECONNRESET' });
}
