import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { StorageConnectionError, StorageFailedError } from '../../../../foundation/errors/storage.errors.js';
import { HttpStatusFailure } from './http-failure.js';
import { type HttpBody, sendBody } from './send-body.js';
import { bodyOf, type ReadBody } from './tapped-body.js';
import { TappedSockets } from './tapped-sockets.js';

/** What is asked of the server. */
export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  /** Besides those of the configuration. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: HttpBody;
  readonly signal: AbortSignal | undefined;
}

/** What all requests to one server have in common. */
export interface HttpServerFacts {
  /** Secrets: they go to the server's own origin only. */
  readonly headers: Readonly<Record<string, string>>;
  /** Longest silence while something is expected of the server, in milliseconds. */
  readonly idleTimeoutMs: number;
}

const MAX_REDIRECTS = 10;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Connections to one server, at most. */
const MAX_SOCKETS = 32;

/** Talks with one server, over connections that it keeps. */
export class HttpExchange {
  readonly #facts: HttpServerFacts;
  readonly #sockets = new TappedSockets(MAX_SOCKETS);

  constructor(facts: HttpServerFacts) {
    this.#facts = facts;
  }

  /** Asks once. Whatever the status, it is the caller's business, and so is the answer's body. */
  async ask(request: HttpRequest): Promise<IncomingMessage> {
    return this.#send(request, request.url.origin);
  }

  /** Asks, and throws {@link HttpStatusFailure} for a status from 300 on; the answer's body is thrown away. */
  async do(request: HttpRequest): Promise<number> {
    const response = await this.ask(request);
    response.resume();
    const status = response.statusCode ?? 0;
    if (status >= 300) throw new HttpStatusFailure(response, shownUrl(request.url));
    return status;
  }

  /** GETs, where redirects lead as well; what is secret does not follow to another origin. One that adds but a slash is not followed. */
  async get(request: Omit<HttpRequest, 'method' | 'body'>): Promise<IncomingMessage> {
    let { url } = request;
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      const response = await this.#send({ ...request, method: 'GET', url }, request.url.origin);
      if (!isRedirect(response)) return response;
      const next = nextUrl(response.headers.location ?? '', url);
      if (next.href === `${url.href}/`) return response;
      response.resume();
      url = next;
    }
    throw new StorageFailedError(
      `reading of ${shownUrl(request.url)}`,
      `it was redirected more than ${MAX_REDIRECTS} times`,
    );
  }

  /** The body of an answer, to be read as fast as it comes. */
  bodyOf(response: IncomingMessage): ReadBody {
    return bodyOf(response, this.#sockets);
  }

  close(): void {
    this.#sockets.close();
  }

  #send(request: HttpRequest, ownOrigin: string): Promise<IncomingMessage> {
    const { method, url, headers, body, signal } = request;
    const [client, agent] = url.protocol === 'https:' ? [https, this.#sockets.secure] : [http, this.#sockets.plain];
    const length = body?.sizeBytes;
    return new Promise((resolve, reject) => {
      const sent = client.request(url, {
        method,
        signal,
        // A connection that was kept may be gone, and a body that can be read once cannot be sent again.
        agent: body?.isOnce === true ? false : agent,
        headers: {
          accept: '*/*',
          'accept-encoding': 'identity',
          ...headers,
          ...(length !== undefined && { 'content-length': String(length) }),
          ...(url.origin === ownOrigin && this.#facts.headers),
        },
      });
      const silence = new Silence(sent, shownUrl(url), this.#facts.idleTimeoutMs);
      sent.on('error', (error) => {
        silence.end();
        reject(signal?.aborted ? (signal.reason as Error) : error);
      });
      sent.on('response', (response) => {
        silence.end();
        resolve(response);
      });
      if (body === undefined) sent.end();
      else sendBody(sent, body, silence).catch((error: unknown) => sent.destroy(error as Error));
    });
  }
}

/** Ends a request whose server neither takes nor says anything. Waiting for our own source does not count. */
class Silence {
  readonly #request: ClientRequest;
  readonly #url: string;
  readonly #limitMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(request: ClientRequest, url: string, limitMs: number) {
    this.#request = request;
    this.#url = url;
    this.#limitMs = limitMs;
    this.begin();
  }

  /** From now on the server is waited for. */
  begin(): void {
    this.end();
    this.#timer = setTimeout(() => {
      const reason = `the server was silent for ${this.#limitMs} ms`;
      this.#request.destroy(new StorageConnectionError(`${this.#request.method} of ${this.#url}`, reason));
    }, this.#limitMs);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

/** Whether the server says that what was asked for is elsewhere. */
export function isRedirect({ statusCode, headers }: IncomingMessage): boolean {
  return REDIRECTS.has(statusCode ?? 0) && headers.location !== undefined;
}

/** A URL as it may be shown: without user, password, query and fragment. */
export function shownUrl({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${pathname}`;
}

function nextUrl(location: string, from: URL): URL {
  const next = URL.parse(location, from.href);
  if (next !== null && /^https?:$/.test(next.protocol)) return next;
  throw new StorageFailedError(`reading of ${shownUrl(from)}`, 'it was redirected to something that is no HTTP URL');
}
