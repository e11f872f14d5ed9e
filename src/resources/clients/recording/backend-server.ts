import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isRecord } from '../../../foundation/schema/json-safe.js';
import type { BackendClientOptions } from '../backend/http-backend-client.js';
import { HttpBackendClient } from '../backend/http-backend-client.js';
import type { PlatformRecord } from '../backend/platform-records.js';
import { BACKEND_TABLES, type BackendTable, BackendTables } from './backend-tables.js';
import { ReceivedUploads } from './received-uploads.js';
import { type RecordedRequest, recordRequest } from './recorded-request.js';
import type { ServerAnswer } from './server-answer.js';

/**
 * Decides what a {@link BackendServer} answers; undefined leaves that to the server, which then does what it was asked for.
 *
 * @param perform - Does it now, and resolves to the answer: for a server that does its work and loses the answer.
 */
export type AnswerHook = (
  request: RecordedRequest,
  perform: () => ServerAnswer,
) => ServerAnswer | Promise<ServerAnswer> | undefined;

/** How a {@link BackendServer} behaves. */
export interface BackendServerOptions {
  /** Answers requests that the state does not. @defaultValue none */
  readonly onRequest?: AnswerHook;
  /** Whether a repeated `Idempotency-Key` gets the first answer again. @defaultValue false, as most servers */
  readonly knowsIdempotencyKeys?: boolean;
}

const NOT_FOUND: ServerAnswer = { status: 404, body: { detail: 'Not found.' } };

/**
 * A platform on 127.0.0.1 for tests: it keeps what it is sent, answers from that, and remembers every request.
 *
 * It knows data collections, units, files (whole and in pieces), models, served applications, assignments, tasks and ground truth; files that are
 * put with {@link BackendServer.serveFile} are served under `/media/`.
 */
export class BackendServer {
  /** Every request, in the order of arrival. */
  readonly requests: RecordedRequest[] = [];
  readonly tables = new BackendTables();
  readonly uploads = new ReceivedUploads();
  onRequest: AnswerHook | undefined;
  readonly #knowsIdempotencyKeys: boolean;
  readonly #answers = new Map<string, ServerAnswer>();
  readonly #media = new Map<string, Buffer>();
  readonly #server: Server;

  constructor({ onRequest, knowsIdempotencyKeys = false }: BackendServerOptions = {}) {
    this.onRequest = onRequest;
    this.#knowsIdempotencyKeys = knowsIdempotencyKeys;
    this.#server = createServer((request, response) => {
      void recordRequest(request).then(
        async (recorded) => {
          this.requests.push(recorded);
          send(response, await this.#answer(recorded));
        },
        () => response.destroy(), // whoever asked has gone
      );
    });
  }

  async start(): Promise<this> {
    await new Promise<void>((settle) => this.#server.listen(0, '127.0.0.1', settle));
    return this;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((settle) => this.#server.close(settle));
  }

  /** Base URL; without a slash at its end. */
  get base(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** A client of this server; it hurries where others would wait. */
  client(options: Partial<BackendClientOptions> = {}): HttpBackendClient {
    return new HttpBackendClient({ host: this.base, accessToken: 'test-token', initialDelayMs: 1, ...options });
  }

  /** Adds a record to one of the lists. */
  add(table: BackendTable, fields: Readonly<Record<string, unknown>>): PlatformRecord {
    return this.tables.add(table, fields);
  }

  /** What one of the lists holds now. */
  records(table: BackendTable): PlatformRecord[] {
    return this.tables.all(table);
  }

  /** Serves bytes under `/media/`; resolves to their URL. */
  serveFile(name: string, bytes: Buffer): string {
    const path = `/media/${name}`;
    this.#media.set(path, bytes);
    return this.base + path;
  }

  /** Method and path with query of the requests, for one look. */
  get lines(): string[] {
    return this.requests.map(({ method, path, query }) => {
      const text = new URLSearchParams(query).toString();
      return `${method} ${path}${text === '' ? '' : `?${text}`}`;
    });
  }

  async #answer(request: RecordedRequest): Promise<ServerAnswer> {
    const perform = (): ServerAnswer => this.#once(request);
    return (await this.onRequest?.(request, perform)) ?? perform();
  }

  #once(request: RecordedRequest): ServerAnswer {
    const key = request.headers['idempotency-key'];
    if (!this.#knowsIdempotencyKeys || typeof key !== 'string') return this.#perform(request);
    const name = `${request.method} ${request.path} ${key}`;
    const answer = this.#answers.get(name) ?? this.#perform(request);
    if (answer.status < 400) this.#answers.set(name, answer);
    return answer;
  }

  #perform(request: RecordedRequest): ServerAnswer {
    const media = this.#media.get(request.path);
    if (media) return { status: 200, body: media };
    const table = BACKEND_TABLES.find((name) => request.path.startsWith(`/${name}/`));
    if (table) return this.#performOn(table, request.path.slice(table.length + 2), request);
    const [, id] = /^\/chunked_upload\/(?:(\d+)\/)?$/.exec(request.path) ?? [undefined, undefined];
    if (!request.path.startsWith('/chunked_upload/')) return NOT_FOUND;
    const upload = id === undefined ? undefined : Number(id);
    return request.method === 'PUT'
      ? this.uploads.put(request, upload, this.base)
      : this.uploads.finish(request, upload);
  }

  #performOn(table: BackendTable, rest: string, request: RecordedRequest): ServerAnswer {
    if (rest === 'verify_checksums/') return this.#verify(request);
    if (rest !== '') return this.tables.one(table, Number(rest.replace(/\/$/, '')), request);
    if (request.method === 'GET') return this.tables.list(table, request, this.base);
    if (table === 'data_files') return this.#createFile(request);
    if (table === 'models' && !isNamed(request.body))
      return { status: 400, body: { name: ['This field is required.'] } };
    return this.tables.create(table, request.body);
  }

  #createFile({ body, file }: RecordedRequest): ServerAnswer {
    const { chunked_upload } = (body ?? {}) as { readonly chunked_upload?: number };
    const upload = file ? this.uploads.take(file.fileName, file.bytes) : Number(chunked_upload);
    const facts = this.uploads.fileOf(upload);
    if (!facts) return { status: 400, body: { chunked_upload: ['There is no such upload.'] } };
    return this.tables.create('data_files', { ...facts, upload });
  }

  #verify({ body }: RecordedRequest): ServerAnswer {
    const { checksums = [] } = (body ?? {}) as { readonly checksums?: readonly string[] };
    const known = new Set(this.records('data_files').map(({ checksum }) => checksum));
    return { status: 200, body: Object.fromEntries(checksums.map((one) => [one, known.has(one)])) };
  }
}

function isNamed(body: unknown): boolean {
  return isRecord(body) && typeof body['name'] === 'string';
}

function send(response: ServerResponse, { status, body, headers, isLost = false }: ServerAnswer): void {
  if (isLost) {
    response.destroy();
    return;
  }
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body === undefined ? '' : JSON.stringify(body));
  const type = Buffer.isBuffer(body) ? 'application/octet-stream' : 'application/json';
  response.writeHead(status, { 'content-type': type, 'content-length': bytes.length, ...headers });
  response.end(bytes);
}
