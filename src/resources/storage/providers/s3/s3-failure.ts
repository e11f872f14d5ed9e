import {
  StorageConnectionError,
  StorageKeyError,
  StorageNotFoundError,
  StoragePermissionError,
} from '../../../../foundation/errors/storage.errors.js';
import { messageOf } from '../../../../foundation/errors/synapse.error.js';
import type { FailedWork } from '../../storage-primitives.js';

/** What the SDK's errors have in common. */
interface ServiceFailure {
  readonly name?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $retryable?: object;
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

const PASSING =
  /^(SlowDown|Throttl.*|RequestTimeout|RequestTimeTooSkewed|TimeoutError|InternalError|ServiceUnavailable|OperationAborted|ECONN.*|EPIPE|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/;
const REFUSED =
  /^(AccessDenied|Forbidden|InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|InvalidToken|CredentialsProviderError|AccountProblem)$/;

/** What an error of the SDK means. */
export function meaningOfS3Failure(
  thrown: unknown,
  { work, key }: FailedWork,
  urlOf: (key: string) => string,
): Error | undefined {
  const failure = thrown as ServiceFailure;
  const { name = '', $metadata: { httpStatusCode: status = 0 } = {} } = failure;
  if (name === 'NoSuchBucket') return StorageNotFoundError.place(`The bucket ${urlOf('')}`, thrown);
  if (name === 'KeyTooLongError') return new StorageKeyError(key, 'the service does not take a key that long');
  if (isRefused(name, status)) return new StoragePermissionError(work, messageOf(thrown), thrown);
  if (status === 404) return StorageNotFoundError.object(key, urlOf(key), thrown);
  return isPassing(failure, status) ? connectionError(work, failure) : undefined;
}

function isRefused(name: string, status: number): boolean {
  return REFUSED.test(name) || status === 401 || status === 403;
}

function isPassing({ name = '', code = '', $retryable }: ServiceFailure, status: number): boolean {
  return PASSING.test(name) || PASSING.test(code) || status === 429 || status >= 500 || $retryable !== undefined;
}

function connectionError(work: string, failure: ServiceFailure): StorageConnectionError {
  const retryAfterMs = secondsToMs(failure.$response?.headers?.['retry-after']);
  return new StorageConnectionError(work, messageOf(failure), { cause: failure, retryAfterMs });
}

/** Whether a range begins at or behind the end of the object. */
export function isBehindTheEnd(thrown: unknown): boolean {
  const { name, $metadata } = thrown as ServiceFailure;
  return name === 'InvalidRange' || $metadata?.httpStatusCode === 416;
}

/** Whether there is no such upload any more. */
export function isUploadGone(thrown: unknown): boolean {
  return (thrown as ServiceFailure).name === 'NoSuchUpload';
}

function secondsToMs(seconds: string | undefined): number | undefined {
  return seconds !== undefined && /^\d+$/.test(seconds) ? Number(seconds) * 1_000 : undefined;
}
