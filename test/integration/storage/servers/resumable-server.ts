import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { crc32c } from './crc32c.js';
import { listen, portOf } from './server-process.js';

/** The service keeps of a piece that was cut whole multiples of this. */
export const KEPT_BYTES = 256 * 1024;

interface Session {
  readonly name: string;
  bytes: Buffer;
  /** Of all bytes, once they are an object. */
  digest: string | undefined;
  /** Which of the objects that its name has had it has become. */
  generation?: string;
}

/** What goes wrong with the next piece. */
export interface PieceFault {
  /** After so many bytes of its body the connection is cut; what came until then is kept. */
  readonly cutAfterBytes?: number;
  /** So many bytes of it are kept, which the answer says. */
  readonly keepBytes?: number;
  /** All of it is kept, and nobody is told. */
  readonly losesAnswer?: boolean;
  /** It arrives, is not kept, and nobody ever answers. */
  readonly isHeld?: boolean;
  /** Answered with, in place of being kept. */
  readonly status?: number;
}

/**
 * Resumable uploads as Google documents them, which the emulator does not have: a session that knows how far it has come after a connection broke (308 with
 * `Range`), keeps of a piece what it wants, refuses a digest that is not that of the bytes, and answers for an upload that is over.
 */
export class ResumableServer {
  readonly objects = new Map<string, Buffer>();
  /** `PUT bytes 0-8388607/20971520`, in order. */
  readonly calls: string[] = [];
  /** What goes wrong with the next pieces, in order; undefined for one that arrives. */
  readonly faults: (PieceFault | undefined)[] = [];
  /** Calls that nobody ever answers, each once: how they begin, e.g. `PUT bytes *`. */
  readonly held: string[] = [];
  /** Bytes of pieces that came, also of those that were not kept. */
  receivedBytes = 0;
  /** What every request to a session must bring, if anything. */
  wantedToken: string | undefined;
  /** Calls whose connection the client has closed before they were answered. */
  readonly #cut = new Set<string>();
  readonly #events = new EventEmitter();
  readonly #sessions = new Map<string, Session>();
  readonly #generations = new Map<string, string>();
  #count = 0;
  readonly #server: Server = createServer((request, response) => {
    this.#answer(request, response).catch(() => response.destroy());
  });

  async start(): Promise<this> {
    await listen(this.#server);
    return this;
  }

  get base(): string {
    return `http://127.0.0.1:${portOf(this.#server)}`;
  }

  /** Uploads that are neither whole nor cancelled. */
  get openSessions(): number {
    return [...this.#sessions.values()].filter(({ digest }) => digest === undefined).length;
  }

  /** Resolves once a call has come. @param start - How it begins. */
  async untilCalled(start: string): Promise<void> {
    while (!this.calls.some((call) => call.startsWith(start))) await once(this.#events, 'call');
  }

  /** Resolves once the client has closed the connection of a call that was not answered. @param start - How the call begins. */
  async untilCut(start: string): Promise<void> {
    while (![...this.#cut].some((call) => call.startsWith(start))) await once(this.#events, 'cut');
  }

  /** Forgets the uploads, as the service does after a week. */
  forgetSessions(): void {
    this.#sessions.clear();
  }

  /** Puts other bytes in place of those that came. */
  spoilSessions(): void {
    for (const session of this.#sessions.values()) session.bytes.fill(0);
  }

  /** Puts another object in place of one, as another client does; its generation. */
  put(name: string, bytes: Buffer): string {
    const generation = String(++this.#count);
    this.objects.set(name, bytes);
    this.#generations.set(name, generation);
    return generation;
  }

  reset(): void {
    for (const list of [this.calls, this.faults, this.held]) list.length = 0;
    this.forgetSessions();
    this.#cut.clear();
    this.objects.clear();
    this.receivedBytes = 0;
    this.wantedToken = undefined;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', this.base);
    const range = request.headers['content-range'];
    const what = url.searchParams.get('alt') === 'media' ? ' media' : '';
    const call = `${request.method} ${range ?? url.pathname}${what}`;
    this.calls.push(call);
    this.#events.emit('call');
    response.once('close', () => {
      if (response.writableFinished || !this.calls.includes(call)) return; // answered, or of an earlier test
      this.#cut.add(call);
      this.#events.emit('cut');
    });
    if (this.#isHeld(call)) return void request.resume(); // a server that does not read does not see that its client has gone
    if (url.pathname === '/token') return json(response, 200, await this.#token(request));
    if (this.wantedToken !== undefined && request.headers.authorization !== `Bearer ${this.wantedToken}`)
      return json(response, 401, { error: { code: 401, message: 'no token' } });
    if (request.method === 'GET') return this.#tellFacts(response, url.pathname.split('/').at(-1) ?? '');
    if (request.method === 'POST') return this.#begin(request, response, url);
    const id = url.searchParams.get('upload_id') ?? '';
    const session = this.#sessions.get(id);
    if (session === undefined) return json(response, 404, {});
    if (request.method === 'DELETE') {
      this.#sessions.delete(id);
      return json(response, 499, {});
    }
    return /^bytes \*\//.test(range ?? '') ? tellState(response, session) : this.#take(request, response, session);
  }

  #isHeld(call: string): boolean {
    const index = this.held.findIndex((start) => call.startsWith(start));
    if (index >= 0) this.held.splice(index, 1);
    return index >= 0;
  }

  #tellFacts(response: ServerResponse, name: string): void {
    const bytes = this.objects.get(name);
    if (bytes === undefined) return json(response, 404, {});
    json(response, 200, { name, generation: this.#generations.get(name), size: String(bytes.length) });
  }

  /** What a client gets for the credentials of its own that it shows. */
  async #token(request: IncomingMessage): Promise<object> {
    for await (const _bytes of request);
    const type = 'urn:ietf:params:oauth:token-type:access_token';
    return { access_token: this.wantedToken, token_type: 'Bearer', expires_in: 3600, issued_token_type: type };
  }

  async #begin(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    for await (const _bytes of request);
    const id = `session-${++this.#count}`;
    this.#sessions.set(id, { name: url.searchParams.get('name') ?? '', bytes: Buffer.alloc(0), digest: undefined });
    response.setHeader('location', `${this.base}/upload?upload_id=${id}`);
    json(response, 200, {});
  }

  async #take(request: IncomingMessage, response: ServerResponse, session: Session): Promise<void> {
    const fault = this.faults.shift() ?? {};
    const { start, end, total } = rangeOf(request);
    if (start !== session.bytes.length || session.digest !== undefined)
      return json(response, 400, { error: 'not where it goes on' });
    const piece = await this.#received(request, fault.cutAfterBytes);
    if (fault.isHeld === true) return;
    if (fault.status !== undefined) return json(response, fault.status, {});
    const isCut = fault.cutAfterBytes !== undefined;
    const kept = isCut ? Math.floor(piece.length / KEPT_BYTES) * KEPT_BYTES : (fault.keepBytes ?? piece.length);
    session.bytes = Buffer.concat([session.bytes, piece.subarray(0, kept)]);
    if (isCut) return void request.socket.destroy();
    if (end + 1 === total && kept === piece.length && !this.#finish(request, session)) {
      return json(response, 400, { error: 'the digest is another one' });
    }
    if (fault.losesAnswer === true) return void request.socket.destroy();
    tellState(response, session);
  }

  async #received(request: IncomingMessage, limit = Infinity): Promise<Buffer> {
    const pieces: Buffer[] = [];
    let count = 0;
    for await (const bytes of request as AsyncIterable<Buffer>) {
      pieces.push(bytes);
      count += bytes.length;
      this.receivedBytes += bytes.length;
      if (count >= limit) return Buffer.concat(pieces);
    }
    return Buffer.concat(pieces);
  }

  #finish(request: IncomingMessage, session: Session): boolean {
    const digest = crc32c(session.bytes);
    if (request.headers['x-goog-hash'] !== `crc32c=${digest}`) return false;
    session.generation = this.put(session.name, session.bytes);
    session.digest = digest;
    return true;
  }
}

function rangeOf(request: IncomingMessage): { readonly start: number; readonly end: number; readonly total: number } {
  const [, start, end, total] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(request.headers['content-range'] ?? '') ?? [];
  return { start: Number(start), end: Number(end), total: Number(total) };
}

function tellState(response: ServerResponse, { name, bytes, digest, generation }: Session): void {
  if (digest !== undefined) {
    return json(response, 200, { name, size: String(bytes.length), crc32c: digest, generation });
  }
  if (bytes.length > 0) response.setHeader('range', `bytes=0-${bytes.length - 1}`);
  json(response, 308, undefined);
}

function json(response: ServerResponse, status: number, body: object | undefined): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(body && JSON.stringify(body));
}
