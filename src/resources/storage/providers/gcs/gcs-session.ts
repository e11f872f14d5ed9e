import type { Bucket } from '@google-cloud/storage';
import { StorageConnectionError } from '../../../../foundation/errors/storage.errors.js';
import { messageOf } from '../../../../foundation/errors/synapse.error.js';
import { statusOf } from './gcs-failure.js';

/** How far an upload has come: the byte it goes on with, the object that it has become, or nothing where the service knows it no more. */
export type SessionState = { readonly offset: number } | { readonly object: FinishedObject } | undefined;

/** What an upload has become. */
export interface FinishedObject {
  readonly size?: string;
  readonly crc32c?: string;
  readonly generation?: string;
}

interface SessionAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

interface SessionRequest {
  readonly method: 'PUT' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer<ArrayBuffer>;
}

const INCOMPLETE = 308;
/** 499 answers for an upload that was cancelled. */
const GONE = new Set([404, 410, 499]);

/**
 * A resumable upload as its service offers it, by the address of its session: `PUT` with `Content-Range` for a piece, or for none to ask how far it has come.
 * The library's own stream sends from its start only, and shows no digest before the object is replaced; so the pieces are sent here.
 */
export class GcsSession {
  readonly #bucket: Bucket;
  readonly #isAnonymous: boolean;

  /** @param isAnonymous - The address itself is the right to send; with credentials, the library's client sends, which knows proxies. */
  constructor(
    bucket: Bucket,
    isAnonymous: boolean,
    readonly uri: string,
  ) {
    this.#bucket = bucket;
    this.#isAnonymous = isAnonymous;
  }

  /** Asks how far an upload of so many bytes has come. */
  async ask(totalBytes: number, signal: AbortSignal): Promise<SessionState> {
    const headers = { 'content-range': `bytes */${totalBytes}`, 'content-length': '0' };
    return stateIn(await this.#send({ method: 'PUT', headers }, signal));
  }

  /** Sends the bytes that begin at `start`. @param digest - Of the whole; the service refuses to finish an object with another one. */
  async send(
    bytes: Buffer<ArrayBuffer>,
    { start, totalBytes, digest }: { readonly start: number; readonly totalBytes: number; readonly digest?: string },
    signal: AbortSignal,
  ): Promise<SessionState> {
    const headers = {
      'content-range': `bytes ${start}-${start + bytes.length - 1}/${totalBytes}`,
      'content-length': `${bytes.length}`,
      ...(digest !== undefined && { 'x-goog-hash': `crc32c=${digest}` }),
    };
    return stateIn(await this.#send({ method: 'PUT', headers, body: bytes }, signal));
  }

  /** Tells the service to forget it. */
  async cancel(signal: AbortSignal): Promise<void> {
    await this.#send({ method: 'DELETE', headers: { 'content-length': '0' } }, signal);
  }

  async #send(request: SessionRequest, signal: AbortSignal): Promise<SessionAnswer> {
    try {
      return await (this.#isAnonymous ? this.#fetch(request, signal) : this.#request(request, signal));
    } catch (thrown) {
      if (signal.aborted || statusOf(thrown) !== undefined) throw thrown;
      const cause = (thrown as { cause?: unknown }).cause ?? thrown;
      throw new StorageConnectionError(`upload to gs://${this.#bucket.name}`, messageOf(cause), { cause: thrown });
    }
  }

  async #fetch({ method, headers, body }: SessionRequest, signal: AbortSignal): Promise<SessionAnswer> {
    const answer = await fetch(this.uri, { method, headers, body, signal, redirect: 'manual' });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  }

  async #request({ method, headers, body }: SessionRequest, signal: AbortSignal): Promise<SessionAnswer> {
    const answer = await this.#bucket.storage.authClient.request<string>({
      url: this.uri,
      method,
      headers: { ...headers },
      ...(body && { data: body }),
      signal,
      responseType: 'text',
      validateStatus: () => true,
      retry: false,
    });
    return { status: answer.status, headers: new Headers(answer.headers), text: answer.data };
  }
}

function stateIn({ status, headers, text }: SessionAnswer): SessionState {
  if (status === INCOMPLETE) {
    const last = /^bytes=0-(\d+)$/.exec(headers.get('range') ?? '')?.[1];
    return { offset: last === undefined ? 0 : Number(last) + 1 };
  }
  if (status === 200 || status === 201) return { object: JSON.parse(text) as FinishedObject };
  if (GONE.has(status)) return undefined;
  throw Object.assign(new Error(text.slice(0, 500) || `status ${status}`), { status, response: { headers } });
}
