import busboy from 'busboy';
import { createReadStream, createWriteStream, mkdirSync, rmSync, type Stats, statSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { listen, portOf, removeFolder, serverFolder } from './server-process.js';

/** Large enough that sending costs little of the processors that clients are measured on. */
const READ_BYTES = 1024 * 1024;

/** What the server saw of one request. */
export interface SeenRequest {
  readonly method: string;
  /** As it was sent, encoded. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** Of the upload's part, once it is here. */
  part?: { readonly name: string; readonly filename: string | undefined; readonly type: string };
}

/** Answers in place of the server where it returns true. */
type Interference = (request: IncomingMessage, response: ServerResponse) => boolean;

/** A small application for uploads by multipart form, which keeps files in a folder: PUT, POST, HEAD, GET with ranges, DELETE. */
export class UploadServer {
  readonly requests: SeenRequest[] = [];
  readonly folder = serverFolder('uploads');
  /** Whether PUT is answered as POST is; else with 405. */
  takesPut = true;
  interfere: Interference = () => false;
  #uploads = 0;
  readonly #server: Server = createServer((request, response) => {
    const seen: SeenRequest = { method: request.method ?? '', path: request.url ?? '', headers: request.headers };
    this.requests.push(seen);
    if (this.interfere(request, response)) return;
    this.#answer(request, response, seen).catch(() => response.destroy());
  });

  async start(): Promise<this> {
    await listen(this.#server);
    return this;
  }

  get base(): string {
    return `http://127.0.0.1:${portOf(this.#server)}`;
  }

  /** `GET /a`, in order. */
  get calls(): string[] {
    return this.requests.map(({ method, path }) => `${method} ${path}`);
  }

  /** The ETag that a file is sent with. */
  etagOf(path: string): string {
    return etagOf(statSync(join(this.folder, 'files', path)));
  }

  /** Forgets what was seen, and stops interfering. */
  reset(): void {
    this.requests.length = 0;
    this.takesPut = true;
    this.interfere = () => false;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    removeFolder(this.folder);
  }

  async #answer(request: IncomingMessage, response: ServerResponse, seen: SeenRequest): Promise<void> {
    const path = join(this.folder, 'files', decodeURIComponent(new URL(seen.path, 'http://x').pathname));
    const isUpload = request.method === 'POST' || (request.method === 'PUT' && this.takesPut);
    if (isUpload) return this.#receive(request, response, { path, seen });
    if (request.method === 'GET' || request.method === 'HEAD') return send(request, response, path);
    if (request.method !== 'DELETE') return void response.writeHead(405).end();
    response.writeHead(fileStat(path) ? 204 : 404).end();
    rmSync(path, { force: true });
  }

  /** The file appears once it is whole, whatever happens to the connection. */
  async #receive(
    request: IncomingMessage,
    response: ServerResponse,
    { path, seen }: { path: string; seen: SeenRequest },
  ): Promise<void> {
    const part = join(this.folder, `part-${this.#uploads++}`);
    let received: Promise<void> | undefined;
    const form = busboy({ headers: request.headers, defParamCharset: 'utf8' });
    form.on('file', (name, stream, { filename, mimeType }) => {
      seen.part = { name, filename, type: mimeType };
      received = pipeline(stream, createWriteStream(part));
    });
    try {
      await pipeline(request, form);
      if (received === undefined) return void response.writeHead(400).end('no file');
      await received;
      mkdirSync(dirname(path), { recursive: true });
      await rename(part, path);
      response.writeHead(201, { 'content-type': 'application/json' }).end('{}');
    } finally {
      received?.catch(() => undefined);
      await rm(part, { force: true });
    }
  }
}

async function send(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
  const stat = fileStat(path);
  if (!stat) return void response.writeHead(404).end('no such file');
  const etag = etagOf(stat);
  const headers = { etag, 'last-modified': stat.mtime.toUTCString(), 'accept-ranges': 'bytes' };
  const [start, end] = rangeOf(request, etag, stat.size);
  if (start >= stat.size && start > 0)
    return void response.writeHead(416, { ...headers, 'content-range': `bytes */${stat.size}` }).end();
  const isPart = start > 0 || end < stat.size - 1;
  response.writeHead(isPart ? 206 : 200, {
    ...headers,
    ...(isPart && { 'content-range': `bytes ${start}-${end}/${stat.size}` }),
    'content-length': Math.max(0, end - start + 1),
  });
  if (request.method === 'HEAD' || stat.size === 0) return void response.end();
  await pipeline(createReadStream(path, { start, end, highWaterMark: READ_BYTES }), response);
}

function etagOf({ mtimeMs, size }: Stats): string {
  return `"${mtimeMs.toString(16)}-${size.toString(16)}"`;
}

/** First and last byte that are asked for. */
function rangeOf({ headers }: IncomingMessage, etag: string, size: number): [number, number] {
  const range = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '');
  const isStale = headers['if-range'] !== undefined && headers['if-range'] !== etag;
  if (!range || isStale) return [0, size - 1];
  return [Number(range[1]), range[2] ? Math.min(Number(range[2]), size - 1) : size - 1];
}

function fileStat(path: string): Stats | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat?.isFile() ? stat : undefined;
}
