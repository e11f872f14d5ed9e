import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A server on this machine whose every answer the test decides. */
export class FileServer {
  /** What was asked for, in order. */
  readonly requests: IncomingMessage[] = [];
  handler: Handler = (_request, response) => response.end();
  readonly #server: Server = createServer((request, response) => {
    this.requests.push(request);
    this.handler(request, response);
  });

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get base(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Paths that were asked for, in order. */
  get paths(): string[] {
    return this.requests.map(({ url }) => url ?? '');
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Answers with `bytes` as a careful server does: ranges, if they are still of the same bytes. */
export function serveBytes(bytes: Buffer, etag = '"v1"'): Handler {
  return (request, response) => {
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? Number.NaN);
    response.setHeader('etag', etag);
    if (Number.isNaN(start) || request.headers['if-range'] !== etag) {
      response.setHeader('content-length', bytes.length);
      response.end(bytes);
    } else if (start >= bytes.length) {
      response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
    } else {
      response.writeHead(206, {
        'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}`,
        'content-length': bytes.length - start,
      });
      response.end(bytes.subarray(start));
    }
  };
}
