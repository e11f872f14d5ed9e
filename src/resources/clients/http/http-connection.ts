import { setTimeout as sleep } from 'node:timers/promises';
import { ClientError } from '../../../foundation/errors/client.errors.js';
import { SynapseError } from '../../../foundation/errors/synapse.error.js';
import type { CallOptions } from '../platform-client.interface.js';
import { connectionError, type FailedCall, refuseStatus, timeoutError } from './http-failures.js';
import { IdleTimer } from './idle-timer.js';
import { encodeForm, type MultipartForm } from './multipart-form.js';
import { requestUrl } from './request-url.js';
import { type RetryOptions, RetryRule } from './retry-rule.js';

/** How a service is talked to. */
export interface HttpConnectionOptions extends RetryOptions {
  /** Who it is, as errors say it, e.g. `Backend`. */
  readonly name: string;
  /** Base URL that paths are below. */
  readonly baseUrl: string;
  /** Headers of every call: the credentials. They never go to another host. */
  readonly headers: Readonly<Record<string, string>>;
  /** Longest silence of the service, in milliseconds. @defaultValue 15,000 */
  readonly timeoutMs?: number;
}

/** One call. */
export interface HttpCall extends CallOptions {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent in place of JSON. */
  readonly form?: MultipartForm;
}

const MAX_REDIRECTS = 5;
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;
/** A body is given this much longer for each of its bytes: 64 KiB a second is slow, and still alive. */
const BYTES_PER_MS = 64;
const REPEATABLE = new Set(['GET', 'PUT', 'DELETE']);

/** JSON over HTTP: credentials, time limits, retries, errors. What the clients of the platform have in common. */
export class HttpConnection {
  readonly baseUrl: string;
  readonly #options: HttpConnectionOptions;
  readonly #retries: RetryRule;

  /** @throws {@link ClientError} when the base is no URL of http or https. */
  constructor(options: HttpConnectionOptions) {
    const base = URL.parse(options.baseUrl);
    if (base?.protocol !== 'http:' && base?.protocol !== 'https:') {
      throw new ClientError(`'${options.baseUrl}' is no address of a ${options.name}. Write it as https://host.`);
    }
    this.baseUrl = options.baseUrl.replace(/\/+$/, '');
    this.#options = options;
    this.#retries = new RetryRule(options);
  }

  /**
   * Does a call, again where that is harmless and promises more; resolves to the JSON of the answer, null where it has none, or its text.
   *
   * @throws The `ClientError` of what went wrong; the reason of the call's signal.
   */
  async send<T>(call: HttpCall): Promise<T> {
    const isRepeatable = REPEATABLE.has(call.method) || call.idempotencyKey !== undefined;
    for (let attempt = 1; ; attempt++) {
      try {
        return (await this.#try(call, attempt)) as T;
      } catch (error) {
        call.signal?.throwIfAborted();
        const delayMs = this.#retries.delayAfter(attempt, isRepeatable, error);
        if (delayMs === undefined) throw error;
        await sleep(delayMs, undefined, { signal: call.signal }).catch(() => call.signal?.throwIfAborted());
      }
    }
  }

  async #try(call: HttpCall, attempts: number): Promise<unknown> {
    const url = requestUrl(this.baseUrl, call.path, call.query);
    const facts = { name: this.#options.name, method: call.method, path: url.pathname, attempts };
    const { headers, body, bytes } = await this.#encode(call);
    const timeoutMs = call.timeoutMs ?? this.#options.timeoutMs ?? 15_000;
    const timer = new IdleTimer(timeoutMs, timeoutMs + bytes / BYTES_PER_MS);
    const signal = call.signal ? AbortSignal.any([timer.signal, call.signal]) : timer.signal;
    try {
      const response = await this.#follow(url, { method: call.method, headers, body, signal, redirect: 'manual' });
      timer.refresh();
      return answerOf(facts, response, await textOf(response, timer));
    } catch (thrown) {
      if (SynapseError.is(thrown)) throw thrown;
      throw timer.isOver ? timeoutError(facts, timeoutMs) : connectionError(facts, thrown);
    } finally {
      timer.stop();
    }
  }

  async #encode({ method, json, form, idempotencyKey, headers: own }: HttpCall): Promise<EncodedCall> {
    const headers: Record<string, string> = { accept: 'application/json', ...this.#options.headers };
    if (idempotencyKey !== undefined) headers['idempotency-key'] = idempotencyKey;
    if (form) {
      const { contentType, body } = await encodeForm(form);
      return { headers: { ...headers, 'content-type': contentType, ...own }, body, bytes: body.size };
    }
    if (method !== 'GET' && method !== 'DELETE') headers['content-type'] = 'application/json';
    const body = json === undefined ? undefined : JSON.stringify(json);
    return { headers: { ...headers, ...own }, body, bytes: body?.length ?? 0 };
  }

  /** Redirects are followed where the request means the same at their end; another host is refused. */
  async #follow(first: URL, init: RequestInit): Promise<Response> {
    let url = first;
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      const response = await fetch(url, init);
      const location = redirectOf(response, init.method);
      if (location === undefined) return response;
      await response.body?.cancel();
      const next = new URL(location, url);
      url = next.host === first.host && next.protocol === 'https:' ? next : requestUrl(this.baseUrl, next.href);
    }
    throw new ClientError(`${this.#options.name} redirected more than ${MAX_REDIRECTS} times`);
  }
}

/** Where the same request is to be made; undefined for an answer. */
function redirectOf({ status, headers }: Response, method: string | undefined): string | undefined {
  const keepsMethod = method === 'GET' || status === 307 || status === 308;
  return status >= 300 && status < 400 && keepsMethod ? (headers.get('location') ?? undefined) : undefined;
}

interface EncodedCall {
  readonly headers: Record<string, string>;
  readonly body?: string | Blob;
  readonly bytes: number;
}

async function textOf(response: Response, timer: IdleTimer): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    timer.refresh();
    bytes += piece.length;
    if (bytes > MAX_ANSWER_BYTES) throw new ClientError(`The answer has more than ${MAX_ANSWER_BYTES} bytes.`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** The value of an answer. A web page where JSON was asked for is somebody else's: a login form, a proxy. */
function answerOf(call: FailedCall, response: Response, text: string): unknown {
  const body = parsed(text);
  refuseStatus(call, response, body);
  if (response.status >= 300) {
    throw new ClientError(`${call.name} answered with a redirect that changes the request. Correct the host.`, {
      statusCode: response.status,
    });
  }
  if (typeof body === 'string' && /^\s*</.test(body)) {
    throw new ClientError(
      `${call.name} answered ${call.method} ${call.path} with a web page, not JSON. Is the host right?`,
    );
  }
  return body;
}

function parsed(text: string): unknown {
  if (text.trim() === '') return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
