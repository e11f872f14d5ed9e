import http, { type ClientRequestArgs } from 'node:http';
import https, { type RequestOptions } from 'node:https';
import type { OnReadOpts } from 'node:net';
import type { Duplex } from 'node:stream';

/** Takes bytes of a socket. They are valid until it returns. */
export type SocketTap = (bytes: Uint8Array) => void;

type Connected = Duplex | null | undefined;

/** Read at once: what one call of the system brings. */
const READ_BYTES = 64 * 1024;

/**
 * Sockets that read into one buffer each, whose bytes can be taken before HTTP's parser sees them.
 *
 * For each read Node allocates 64 kB, and its parser a copy of them. That memory counts against the heap: a download of 500 MB makes some
 * twenty full collections, which take longer than the download.
 */
export class TappedSockets {
  readonly plain: http.Agent;
  readonly secure: https.Agent;
  readonly #taps = new WeakMap<Duplex, SocketTap>();
  readonly #own = new WeakSet<Duplex>();

  /** @param maxSockets - Connections to one server, at most. */
  constructor(maxSockets: number) {
    const connected = (connect: (onread: OnReadOpts) => Connected): Connected => this.#connected(connect);
    this.plain = new PlainAgent({ keepAlive: true, maxSockets }, connected);
    this.secure = new SecureAgent({ keepAlive: true, maxSockets }, connected);
  }

  /** Whether bytes of this socket can be taken. */
  has(socket: Duplex): boolean {
    return this.#own.has(socket);
  }

  /** Hands all that comes from now on to `tap`. HTTP's parser misses it: the connection is of no use for anything else. */
  tap(socket: Duplex, tap: SocketTap): void {
    this.#taps.set(socket, tap);
  }

  close(): void {
    this.plain.destroy();
    this.secure.destroy();
  }

  #connected(connect: (onread: OnReadOpts) => Connected): Connected {
    const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
    const callback = (length: number): boolean => {
      if (!socket) return true;
      const bytes = buffer.subarray(0, length);
      const tap = this.#taps.get(socket);
      if (tap) tap(bytes);
      else socket.emit('data', Buffer.from(bytes)); // a parser may keep what it is given
      return true;
    };
    const socket = connect({ buffer, callback });
    if (socket) this.#own.add(socket);
    return socket;
  }
}

type Connecting = (connect: (onread: OnReadOpts) => Connected) => Connected;
type OnConnected = (error: Error | null, socket: Duplex) => void;

class PlainAgent extends http.Agent {
  readonly #connecting: Connecting;

  constructor(options: http.AgentOptions, connecting: Connecting) {
    super(options);
    this.#connecting = connecting;
  }

  override createConnection(options: ClientRequestArgs, callback?: OnConnected): Connected {
    return this.#connecting((onread) => {
      const withBuffer: ClientRequestArgs & { onread: OnReadOpts } = { ...options, onread };
      return super.createConnection(withBuffer, callback);
    });
  }
}

class SecureAgent extends https.Agent {
  readonly #connecting: Connecting;

  constructor(options: https.AgentOptions, connecting: Connecting) {
    super(options);
    this.#connecting = connecting;
  }

  override createConnection(options: RequestOptions, callback?: OnConnected): Connected {
    return this.#connecting((onread) => {
      const withBuffer: RequestOptions & { onread: OnReadOpts } = { ...options, onread };
      return super.createConnection(withBuffer, callback);
    });
  }
}
