import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Stands before a server on this machine, and cuts or stalls connections where a test says so. */
export class FaultyProxy {
  /** Connections that were made. */
  connections = 0;
  /** Cuts the next connections, each after so many bytes of the direction that is watched. */
  readonly cutsAfterBytes: number[] = [];
  /** Which bytes count. */
  watched: 'sent' | 'received' = 'received';
  /** While true, nothing passes any more. */
  isStalled = false;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(private readonly target: number) {
    this.#server = createServer((client) => this.#forward(client));
  }

  static async to(port: number): Promise<FaultyProxy> {
    const proxy = new FaultyProxy(port);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address ? address.port : 0;
  }

  get openConnections(): number {
    return this.#sockets.size / 2;
  }

  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cutAll();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #forward(client: Socket): void {
    this.connections++;
    const server = connect(this.target, '127.0.0.1');
    const pair = [client, server] as const;
    let left = this.cutsAfterBytes.shift() ?? Number.POSITIVE_INFINITY;
    const pass = (from: Socket, to: Socket, isWatched: boolean): void => {
      this.#sockets.add(from);
      from.on('data', (bytes) => {
        if (this.isStalled) return;
        if (isWatched) left -= bytes.length;
        if (left < 0) for (const socket of pair) socket.destroy();
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
    pass(client, server, this.watched === 'sent');
    pass(server, client, this.watched === 'received');
  }
}
