import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { listen, portOf } from './server-process.js';

/** Stands before a server on this machine, and cuts or stalls connections where a test says so. */
export class FaultyProxy {
  /** Connections that were made. */
  connections = 0;
  /** Connections that were cut. */
  cuts = 0;
  /** Bytes that went to the server. */
  sentBytes = 0;
  /** Cuts the next connections in their order, each after so many bytes of the direction that is watched. */
  readonly cutsAfterBytes: number[] = [];
  watched: 'sent' | 'received' = 'received';
  /** While true, nothing passes any more. */
  isStalled = false;
  /** Asked when something comes from the server: where it returns true, the connection is cut, and nobody hears the answer. */
  isCutNow: () => boolean = () => false;
  #cutsLeft = 0;
  #cutAfterBytes = 0;
  #watched: 'sent' | 'received' = 'received';
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(
    /** Port of the server. */
    public target: number,
  ) {
    this.#server = createServer((client) => this.#forward(client));
  }

  static async to(port: number): Promise<FaultyProxy> {
    const proxy = new FaultyProxy(port);
    await listen(proxy.#server);
    return proxy;
  }

  get port(): number {
    return portOf(this.#server);
  }

  get openConnections(): number {
    return this.#sockets.size / 2;
  }

  /** Cuts the next connections that carry so many bytes in the direction that is watched, in the middle of them. */
  cutNext(times: number, afterBytes: number, watched: 'sent' | 'received'): void {
    this.cuts = 0;
    this.#cutsLeft = times;
    this.#cutAfterBytes = afterBytes;
    this.#watched = watched;
  }

  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cutAll();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #isToBeCut(direction: 'sent' | 'received', count: number): boolean {
    if (this.#cutsLeft === 0 || direction !== this.#watched || count < this.#cutAfterBytes) return false;
    this.#cutsLeft--;
    this.cuts++;
    return true;
  }

  #forward(client: Socket): void {
    this.connections++;
    const server = connect(this.target, '127.0.0.1');
    const pair = [client, server] as const;
    const limit = this.cutsAfterBytes.shift() ?? Number.POSITIVE_INFINITY;
    const pass = (from: Socket, to: Socket, direction: 'sent' | 'received'): void => {
      let count = 0;
      this.#sockets.add(from);
      from.on('data', (bytes) => {
        if (this.isStalled) return;
        if (to === server) this.sentBytes += bytes.length;
        count += bytes.length;
        const isOver = (direction === this.watched && count > limit) || (from === server && this.isCutNow());
        if (isOver || this.#isToBeCut(direction, count)) for (const socket of pair) socket.destroy();
        else if (!to.write(bytes)) from.pause();
      });
      to.on('drain', () => from.resume());
      from.on('end', () => to.end());
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    };
    pass(client, server, 'sent');
    pass(server, client, 'received');
  }
}
