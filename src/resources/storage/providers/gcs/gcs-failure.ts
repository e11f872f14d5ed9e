import {
  StorageConnectionError,
  StorageNotFoundError,
  StoragePermissionError,
} from '../../../../foundation/errors/storage.errors.js';
import { messageOf } from '../../../../foundation/errors/synapse.error.js';
import type { FailedWork } from '../../storage-primitives.js';

const PASSING = new Set([408, 429, 500, 502, 503, 504]);

/** Words of the system for a file: the credentials are the only one that the library opens. */
const OF_FILES = new Set(['ENOENT', 'EACCES', 'EISDIR']);

/** The status that the service answered with; undefined where it did not answer. */
export function statusOf(thrown: unknown): number | undefined {
  const { code, status } = thrown as { code?: unknown; status?: unknown };
  const found = Number(code ?? status);
  return Number.isInteger(found) && found >= 100 && found < 600 ? found : undefined;
}

/** What is thrown where the service has forgotten what was sent: only from its start can it be sent again. */
export function lostSession(url: string, cause?: unknown): StorageConnectionError {
  const reason =
    'the service has forgotten the session that its bytes were sent to, so all of them have to be sent again';
  return new StorageConnectionError(`upload of ${url}`, reason, { cause });
}

/** What the library's errors mean: an answer has a status, a broken connection the system's word. */
export function meaningOfGcsFailure(
  thrown: unknown,
  { work, key }: FailedWork,
  urlOf: (key: string) => string,
): Error | undefined {
  const status = statusOf(thrown);
  const message = messageOf(thrown).slice(0, 500);
  if (status === 401 || status === 403) return new StoragePermissionError(work, message, thrown);
  if (status === 404) return StorageNotFoundError.object(key, urlOf(key), thrown);
  if (status !== undefined && PASSING.has(status)) {
    return new StorageConnectionError(work, message, { cause: thrown, retryAfterMs: retryAfterMs(thrown) });
  }
  const word = systemWordOf(thrown);
  if (word !== undefined && OF_FILES.has(word)) {
    return new StoragePermissionError(work, `the credentials cannot be read (${message})`, thrown);
  }
  return status === undefined && word !== undefined
    ? new StorageConnectionError(work, message, { cause: thrown })
    : undefined;
}

/** The system's word for what broke, on the error or below it. */
function systemWordOf(thrown: unknown): string | undefined {
  for (let at = thrown; typeof at === 'object' && at !== null; at = (at as { cause?: unknown }).cause) {
    const { code } = at as { code?: unknown };
    if (typeof code === 'string' && /^(E[A-Z_]+|ERR_STREAM_PREMATURE_CLOSE)$/.test(code)) return code;
  }
  return undefined;
}

function retryAfterMs(thrown: unknown): number | undefined {
  const { headers } = (thrown as { response?: { headers?: unknown } }).response ?? {};
  const value =
    headers instanceof Headers ? headers.get('retry-after') : (headers as Record<string, string>)?.['retry-after'];
  return value !== undefined && value !== null && /^\d+$/.test(value) ? Number(value) * 1000 : undefined;
}
