import { NotConfiguredError } from '../../foundation/errors/config.errors.js';
import type { MultipartForm } from './http/multipart-form.js';

/** One value of a query. */
type QueryValue = string | number | boolean | null | undefined;

/** Query values of one call. A list repeats its key; null and undefined are left out. */
export type QueryParams = Readonly<Record<string, QueryValue | readonly QueryValue[]>>;

/** What can be said about one call besides its path and body. */
export interface CallOptions {
  readonly query?: QueryParams;
  /** Ends the call. */
  readonly signal?: AbortSignal;
  /** Names the work: a service that knows it answers a repeated request as it did the first. A request with one is tried again like a read. */
  readonly idempotencyKey?: string;
  /** Longest silence of the service, in milliseconds. @defaultValue that of the client */
  readonly timeoutMs?: number;
  /** Headers for this call only; they win over the client's. @defaultValue none */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * JSON over HTTP with credentials, retries and typed errors: what every client of the platform offers.
 * Methods throw a `ClientError` of the matching class for an error status, a lost connection or a timeout.
 */
export abstract class PlatformClient {
  /** Base URL the paths are relative to. */
  abstract readonly baseUrl: string;
  abstract get<T>(path: string, query?: QueryParams, options?: CallOptions): Promise<T>;
  abstract post<T>(path: string, body?: unknown, options?: CallOptions): Promise<T>;
  abstract put<T>(path: string, body?: unknown, options?: CallOptions): Promise<T>;
  abstract patch<T>(path: string, body?: unknown, options?: CallOptions): Promise<T>;
  abstract delete<T>(path: string, options?: CallOptions): Promise<T>;
  /**
   * Sends fields and a file; memory does not grow with the file.
   *
   * @throws {@link NotConfiguredError} unless the client overrides it.
   */
  sendForm<T>(method: 'POST' | 'PUT', path: string, _form: MultipartForm, _options?: CallOptions): Promise<T> {
    const cure = `Override sendForm(method, path, form) in ${this.constructor.name}; it was called with ${method} ${path}.`;
    return Promise.reject(new NotConfiguredError('Sending files', cure));
  }
}
