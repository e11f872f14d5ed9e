import type { IncomingMessage } from 'node:http';
import {
  StorageConnectionError,
  StorageNotFoundError,
  StoragePermissionError,
  StorageUnsupportedError,
} from '../../../../foundation/errors/storage.errors.js';
import { messageOf } from '../../../../foundation/errors/synapse.error.js';

/** Statuses that say "not now". A plain 500 says nothing about later. */
const PASSING = new Set([408, 425, 429, 502, 503, 504]);
const GONE = new Set([404, 410]);
/** The server does not know the method, or not here. */
export const NO_SUCH_METHOD: ReadonlySet<number> = new Set([405, 501]);

/** The server answered with a status that is no success. Stays inside: the provider says what it means. */
export class HttpStatusFailure extends Error {
  readonly status: number;
  readonly retryAfterMs: number | undefined;

  /** @param url - Without anything secret. */
  constructor(
    response: IncomingMessage,
    readonly url: string,
  ) {
    const status = response.statusCode ?? 0;
    super(`${status} ${response.statusMessage ?? ''} for ${url}`.replace('  ', ' '));
    this.status = status;
    this.retryAfterMs = retryAfterMs(response.headers['retry-after']);
  }
}

/** What a failed request means; undefined where its own message says it best. */
export function httpErrorOf(thrown: unknown, work: string, key: string): Error | undefined {
  if (thrown instanceof HttpStatusFailure) return errorOfStatus(thrown, work, key);
  const code = (thrown as NodeJS.ErrnoException | undefined)?.code ?? '';
  return isOfConnection(code)
    ? new StorageConnectionError(work, messageOf(thrown) || code, { cause: thrown })
    : undefined;
}

function errorOfStatus(failure: HttpStatusFailure, work: string, key: string): Error | undefined {
  const { status, message, url, retryAfterMs: waitMs } = failure;
  if (status === 401 || status === 403) return new StoragePermissionError(work, message, failure);
  if (GONE.has(status)) return StorageNotFoundError.object(key, url, failure);
  if (PASSING.has(status)) return new StorageConnectionError(work, message, { cause: failure, retryAfterMs: waitMs });
  if (NO_SUCH_METHOD.has(status)) return new StorageUnsupportedError(`The ${work} is`, 'HTTP', message);
  return undefined;
}

/** Of sockets, names and certificates (upper-case words of the system and of TLS), and of answers that are no HTTP. */
function isOfConnection(code: string): boolean {
  return (
    code.startsWith('HPE_') ||
    code.startsWith('ERR_TLS_') ||
    code.startsWith('ERR_SSL_') ||
    /^E(CONN[A-Z]+|PIPE|TIMEDOUT|HOSTUNREACH|NETUNREACH|NOTFOUND|AI_AGAIN|ADDRNOTAVAIL)$/.test(code) ||
    /CERT|SIGNATURE|ERR_STREAM_PREMATURE_CLOSE/.test(code)
  );
}

/** `Retry-After`: seconds, or a date. */
function retryAfterMs(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
