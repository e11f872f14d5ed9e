import { HttpConnection } from '../http/http-connection.js';
import type { MultipartForm } from '../http/multipart-form.js';
import type { RetryOptions } from '../http/retry-rule.js';
import type { CallOptions, QueryParams } from '../platform-client.interface.js';
import { BackendClient } from './backend-client.interface.js';

/** Where the platform's backend is, and who talks to it. */
export interface BackendClientOptions extends RetryOptions {
  /** Base URL, e.g. `https://api.synapse.sh`; a path in it is kept. */
  readonly host: string;
  /** Token of a user. */
  readonly accessToken?: string;
  /** Token of a run, where the platform gave it one. */
  readonly authorizationToken?: string;
  readonly tenant?: string;
  /** Token of an agent. */
  readonly agentToken?: string;
  /** Longest silence of the backend, in milliseconds. @defaultValue 15,000 */
  readonly timeoutMs?: number;
}

/** The platform's backend over HTTP. Its credentials go to its host, and nowhere else. */
export class HttpBackendClient extends BackendClient {
  readonly #connection: HttpConnection;

  /** @throws ClientError when the host is no URL. */
  constructor(options: BackendClientOptions) {
    super();
    const { host: baseUrl, ...rest } = options;
    this.#connection = new HttpConnection({ ...rest, name: 'Backend', baseUrl, headers: credentialsOf(options) });
  }

  get baseUrl(): string {
    return this.#connection.baseUrl;
  }
  get<T>(path: string, query: QueryParams = {}, options: CallOptions = {}): Promise<T> {
    return this.#connection.send({ ...options, method: 'GET', path, query: { ...options.query, ...query } });
  }
  post<T>(path: string, body?: unknown, options: CallOptions = {}): Promise<T> {
    return this.#connection.send({ ...options, method: 'POST', path, json: body });
  }
  put<T>(path: string, body?: unknown, options: CallOptions = {}): Promise<T> {
    return this.#connection.send({ ...options, method: 'PUT', path, json: body });
  }
  patch<T>(path: string, body?: unknown, options: CallOptions = {}): Promise<T> {
    return this.#connection.send({ ...options, method: 'PATCH', path, json: body });
  }
  delete<T>(path: string, options: CallOptions = {}): Promise<T> {
    return this.#connection.send({ ...options, method: 'DELETE', path });
  }
  override sendForm<T>(
    method: 'POST' | 'PUT',
    path: string,
    form: MultipartForm,
    options: CallOptions = {},
  ): Promise<T> {
    return this.#connection.send({ ...options, method, path, form });
  }
}

function credentialsOf(options: BackendClientOptions): Record<string, string> {
  const headers = {
    'Synapse-Access-Token': options.accessToken,
    Authorization: options.authorizationToken,
    'Synapse-Tenant': options.tenant,
    'SYNAPSE-Agent': options.agentToken,
  };
  const given = Object.entries(headers).filter(([, token]) => token !== undefined && token !== '');
  return Object.fromEntries(given.map(([name, token]) => [name, `Token ${token}`]));
}
