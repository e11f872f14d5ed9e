import http, { type ClientRequestArgs } from 'node:http';
import https from 'node:https';
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
    this.plain = this.#tapped(new http.Agent({ keepAlive: true, maxSockets }));
    this.secure = this.#tapped(new https.Agent({ keepAlive: true, maxSockets }));
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

  /** Not as a subclass of Node's: that would load HTTP with this file, which comes with the package. */
  #tapped<A extends http.Agent>(agent: A): A {
    const connect = agent.createConnection.bind(agent);
    agent.createConnection = (options, callback) =>
      this.#connected((onread) => {
        const withBuffer: ClientRequestArgs & { onread: OnReadOpts } = { ...options, onread };
        return connect(withBuffer, callback);
      });
    return agent;
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
