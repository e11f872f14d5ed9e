import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BackendClient } from '../../resources/clients/backend/backend-client.interface.js';
import type { QueryParams } from '../../resources/clients/platform-client.interface.js';

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
    return new FetchClient(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`);
  }

  async stop(): Promise<void> {
    await new Promise((settle) => this.#server.close(settle));
  }
}

/** What a host would provide: the port, over fetch. */
class FetchClient extends BackendClient {
  constructor(readonly baseUrl: string) {
    super();
  }
  get<T>(path: string, query: QueryParams = {}): Promise<T> {
    return this.#send('GET', path, { query });
  }
  post<T>(path: string, body?: unknown): Promise<T> {
    return this.#send('POST', path, { body });
  }
  put<T>(path: string, body?: unknown): Promise<T> {
    return this.#send('PUT', path, { body });
  }
  patch<T>(path: string, body?: unknown): Promise<T> {
    return this.#send('PATCH', path, { body });
  }
  delete<T>(path: string): Promise<T> {
    return this.#send('DELETE', path);
  }

  async #send<T>(
    method: string,
    path: string,
    { query = {}, body }: { query?: QueryParams; body?: unknown } = {},
  ): Promise<T> {
    const url = new URL(path, this.baseUrl);
    for (const [key, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(key, String(value));
    const response = await fetch(url, { method, body: body === undefined ? undefined : JSON.stringify(body) });
    if (!response.ok) throw new Error(`${method} ${url.pathname} answered ${response.status}`);
    return (await response.json()) as T;
  }
}
