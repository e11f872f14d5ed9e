import {
  ClientConnectionError,
  type ClientErrorOptions,
  ClientTimeoutError,
  raiseForStatus,
} from '../../../foundation/errors/client.errors.js';
import { messageOf } from '../../../foundation/errors/synapse.error.js';

/** The call that failed, as errors tell it. Without its query and headers, which may hold secrets. */
export interface FailedCall {
  /** Who was called, e.g. `Backend`. */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  /** Number of the try, from 1. */
  readonly attempts: number;
}

/** Nothing of the request has reached anybody. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);
const NO_SUCH_HOST = new Set(['ENOTFOUND', 'EAI_AGAIN']);

/** The error of a call that brought no answer. `details.sent` says whether the service may have seen it. */
export function connectionError(call: FailedCall, thrown: unknown): ClientConnectionError {
  const code = systemCode(thrown);
  const details = { ...factsOf(call), sent: !NOT_SENT.has(code), ...(code !== '' && { system_code: code }) };
  // A name that does not exist will not exist in a second either.
  return new ClientConnectionError(`${call.name} ${wordsFor(code, thrown)}`, {
    cause: thrown,
    details,
    retryable: code !== 'ENOTFOUND',
  });
}

/** The error of a service that says nothing for too long. */
export function timeoutError(call: FailedCall, timeoutMs: number): ClientTimeoutError {
  return new ClientTimeoutError(`${call.name} read timeout (>${timeoutMs / 1000}s)`, {
    details: { ...factsOf(call), sent: true, timeout_ms: timeoutMs },
  });
}

/** @throws The class of an error status, with what the service said; returns for any other. */
export function refuseStatus(call: FailedCall, response: Response, body: unknown): void {
  if (response.status < 400) return;
  const retryAfterMs = retryAfter(response.headers.get('retry-after'));
  const options: ClientErrorOptions = {
    details: {
      ...factsOf(call),
      ...(retryAfterMs !== undefined && { retry_after_ms: retryAfterMs }),
      ...(body !== null && body !== '' && { body: typeof body === 'string' ? body.slice(0, 1_000) : body }),
    },
  };
  raiseForStatus(response.status, detailOf(body) || response.statusText, options);
}

function factsOf({ method, path, attempts }: FailedCall): Record<string, unknown> {
  return { method, path, attempts };
}

/** What the service said, in its own words where it has a sentence. */
function detailOf(body: unknown): string {
  if (body === null || body === undefined) return '';
  if (typeof body === 'string') return body.slice(0, 1_000);
  const { detail } = body as { readonly detail?: unknown };
  return typeof detail === 'string' && Object.keys(body).length === 1 ? detail : JSON.stringify(body).slice(0, 1_000);
}

function wordsFor(code: string, thrown: unknown): string {
  if (code === 'ECONNREFUSED') return 'connection refused';
  if (NO_SUCH_HOST.has(code)) return 'host unreachable';
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return 'connection timeout';
  const { cause } = thrown as { readonly cause?: unknown };
  return `connection error: ${messageOf(cause ?? thrown).slice(0, 100)}`;
}

/** The code of the system's error below what fetch throws; where several addresses were tried, of one of them. */
function systemCode(thrown: unknown): string {
  for (let at: unknown = thrown; typeof at === 'object' && at !== null;) {
    const { code, cause, errors } = at as { code?: unknown; cause?: unknown; errors?: readonly unknown[] };
    if (typeof code === 'string' && code !== '') return code;
    at = cause ?? errors?.[0];
  }
  return '';
}

/** `Retry-After` in milliseconds; it comes as seconds or as a date. */
function retryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
