import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Stands between a store and its server, and can lose the answer to a statement that the server has executed. */
export class LossyProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #answersBeforeLoss: number | undefined;
  lost = 0;

  private constructor(private readonly port: number) {
    this.#server = createServer((client) => this.#forward(client));
  }

  static async to(port: number): Promise<LossyProxy> {
    const proxy = new LossyProxy(port);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** The same URL, by way of the proxy. */
  urlOf(url: string): string {
    const address = this.#server.address();
    const through = new URL(url);
    through.port = String(typeof address === 'object' && address ? address.port : 0);
    return through.href;
  }

  /** Breaks the connection off in place of an answer. @param after - Answers that still arrive. */
  loseAnswer(after = 0): void {
    this.#answersBeforeLoss = after;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #forward(client: Socket): void {
    const server = connect(this.port, '127.0.0.1');
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
    client.on('data', (bytes) => server.write(bytes));
    server.on('data', (bytes) => {
      if (this.#answersBeforeLoss === 0) {
        this.#answersBeforeLoss = undefined;
        this.lost++;
        client.destroy();
        return;
      }
      if (this.#answersBeforeLoss !== undefined) this.#answersBeforeLoss--;
      client.write(bytes);
    });
  }
}
