import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { OpenedObject } from '../../transfer/resumed-read.js';
import type { TappedSockets } from './tapped-sockets.js';

/** Bytes are handed on in pieces of this size. */
const PIECE_BYTES = 1024 * 1024;
/** From here on a connection is given up for the time that its body saves. */
const WORTH_BYTES = 4 * PIECE_BYTES;
/** Pieces that may wait for whoever reads; then the connection waits. */
const MAX_WAITING = 2;
/** How long somebody waits for a whole piece before what there is of it is handed on, in milliseconds. */
const MAX_FILL_MS = 100;

/** What is read of a response. */
export type ReadBody = Pick<OpenedObject, 'body' | 'giveBack'>;

interface Piece {
  readonly bytes: Buffer;
  /** How much of it is handed on. */
  handed: number;
  filled: number;
  /** How many parts of it somebody holds. */
  lent: number;
}

/** A response's body, from its socket where it is long enough to be worth it. */
export function bodyOf(response: IncomingMessage, sockets: TappedSockets): ReadBody {
  const { socket, headers, complete } = response;
  const length = Number(headers['content-length']);
  const isLong = headers['transfer-encoding'] === undefined && length >= WORTH_BYTES;
  if (!isLong || complete || !sockets.has(socket)) return { body: response };
  const tapped = new TappedBody(response, length, sockets);
  // Objects, since pieces that wait together would be joined into one.
  const body = Readable.from(tapped.pieces(), { objectMode: true, highWaterMark: 1 });
  body.once('close', () => socket.destroy()); // also where nobody has begun to read
  return { body, giveBack: (bytes) => tapped.giveBack(bytes) };
}

/**
 * A long body of known length, read past HTTP's parser into a few buffers that are used again once they are given back. What has come before the
 * connection breaks is handed on first; nobody hears of the break who does not read.
 */
class TappedBody {
  readonly #socket: IncomingMessage['socket'];
  readonly #pieces = new WeakMap<ArrayBufferLike, Piece>();
  readonly #free: Piece[] = [];
  readonly #waiting: Uint8Array[] = [];
  #left: number;
  #piece: Piece | undefined;
  #failure: Error | undefined;
  #wake = (): void => undefined;

  constructor(response: IncomingMessage, sizeBytes: number, sockets: TappedSockets) {
    const { socket } = response;
    this.#socket = socket;
    this.#left = sizeBytes;
    response.on('error', (error) => this.#break(error)).once('close', () => this.#break(cut()));
    // What the parser has seen so far; all else it will not see.
    const early = response.read() as Buffer | null;
    if (early) this.#take(early);
    sockets.tap(socket, (bytes) => this.#take(bytes));
  }

  /** The bytes, in order. @throws what broke the connection, behind what came before. */
  async *pieces(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const piece = this.#waiting.shift();
      if (piece) {
        this.#socket.resume();
        yield piece;
      } else if (this.#left === 0) return;
      else if (this.#failure) throw this.#failure;
      else await this.#more();
    }
  }

  /** Takes bytes of the body that nobody holds any more, to read into them again. Those of others are left alone. */
  giveBack({ buffer }: Uint8Array): void {
    const piece = this.#pieces.get(buffer);
    if (!piece || --piece.lent > 0 || piece.handed < PIECE_BYTES) return;
    piece.handed = piece.filled = 0;
    this.#free.push(piece);
  }

  async #more(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      timer = setTimeout(() => this.#handOn(), MAX_FILL_MS);
      this.#socket.resume();
    });
    clearTimeout(timer);
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
      if (piece.filled === PIECE_BYTES) this.#handOn();
    }
    if (this.#left > 0) return;
    this.#handOn();
    this.#wake();
    this.#socket.destroy();
  }

  /** What there is of the piece that is being filled. */
  #handOn(): void {
    const piece = this.#piece;
    if (piece && piece.filled > piece.handed) {
      this.#waiting.push(piece.bytes.subarray(piece.handed, piece.filled));
      piece.handed = piece.filled;
      piece.lent++;
      if (piece.filled === PIECE_BYTES) this.#piece = undefined;
      if (this.#waiting.length >= MAX_WAITING) this.#socket.pause();
    }
    this.#wake();
  }

  #newPiece(): Piece {
    const bytes = Buffer.allocUnsafeSlow(PIECE_BYTES);
    const piece: Piece = { bytes, handed: 0, filled: 0, lent: 0 };
    this.#pieces.set(bytes.buffer, piece);
    return piece;
  }

  #break(error: Error): void {
    if (this.#left === 0 || this.#failure) return;
    this.#failure = error;
    this.#handOn();
  }
}

function cut(): Error {
  return Object.assign(new Error('the connection ended before the body did'), { code: 'ECONNRESET' });
}
