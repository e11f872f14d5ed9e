import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BackendClient } from '../../resources/clients/backend/backend-client.interface.js';
import { HttpBackendClient } from '../../resources/clients/backend/http-backend-client.js';

/** A platform on 127.0.0.1 that knows what it is told: JSON by path. Everything else is 404. */
export class PlatformServer {
  /** Method and URL of each request, in order. */
  readonly requests: string[] = [];
  readonly #answers: Map<string, unknown>;
  readonly #server: Server;

  constructor(answers: Readonly<Record<string, unknown>>) {
    this.#answers = new Map(Object.entries(answers));
    this.#server = createServer(({ method, url = '' }, response) => {
      this.requests.push(`${method} ${url}`);
      const answer = this.#answers.get(url.replace(/\?.*/, ''));
      response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer ?? { detail: 'Not found.' }));
    });
  }

  /** Starts it; resolves to a client of it. */
  async start(): Promise<BackendClient> {
    await new Promise<void>((settle) => this.#server.listen(0, '127.0.0.1', settle));
    return new HttpBackendClient({ host: `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}` });
  }

  async stop(): Promise<void> {
    await new Promise((settle) => this.#server.close(settle));
  }
}
