import { type Stats, statSync } from 'node:fs';
import {
  StoreCorruptError,
  StoreFailedError,
  StoreFullError,
  StoreLockedError,
  StoreReadOnlyError,
} from '../../../foundation/errors/store.errors.js';
import { messageOf } from '../../../foundation/errors/synapse.error.js';

/** Primary result codes of SQLite. */
const CODES = {
  busy: 5,
  locked: 6,
  readOnly: 8,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  constraint: 19,
  notADatabase: 26,
};
/** What the system says of places that cannot be written. */
const UNWRITABLE = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ELOOP', 'ENAMETOOLONG', 'ENOENT'];

/** The primary code of what SQLite threw, or undefined for anything else. */
function sqliteCodeOf(thrown: unknown): number | undefined {
  const { code, errcode } = Object(thrown) as { code?: unknown; errcode?: unknown };
  return code === 'ERR_SQLITE_ERROR' && typeof errcode === 'number' ? errcode & 0xff : undefined;
}

/** Whether another process holds the file at the moment. */
export function isBusy(thrown: unknown): boolean {
  const code = sqliteCodeOf(thrown);
  return code === CODES.busy || code === CODES.locked;
}

/** Whether a row with this key is there already. */
export function isDuplicate(thrown: unknown): boolean {
  return sqliteCodeOf(thrown) === CODES.constraint;
}

/** The error for what SQLite or the file system threw while they worked on `path`. Anything else stays what it is. */
export function storeFault(thrown: unknown, path: string, waitedMs = 0): unknown {
  const reason = messageOf(thrown);
  switch (sqliteCodeOf(thrown)) {
    case undefined:
      return fileFault(thrown, path);
    case CODES.busy:
    case CODES.locked:
      return new StoreLockedError(path, waitedMs, thrown);
    case CODES.full:
      return new StoreFullError(path, thrown);
    case CODES.readOnly:
    case CODES.cannotOpen:
      return new StoreReadOnlyError(path, reason, thrown);
    case CODES.corrupt:
    case CODES.notADatabase:
      return new StoreCorruptError(path, reason, thrown);
    default:
      return new StoreFailedError(path, reason, thrown);
  }
}

function fileFault(thrown: unknown, path: string): unknown {
  const { code, syscall } = Object(thrown) as NodeJS.ErrnoException;
  if (syscall === undefined || code === undefined) return thrown;
  if (code === 'ENOSPC' || code === 'EDQUOT') return new StoreFullError(path, thrown);
  const reason = messageOf(thrown);
  return UNWRITABLE.includes(code)
    ? new StoreReadOnlyError(path, reason, thrown)
    : new StoreFailedError(path, reason, thrown);
}

/**
 * Refuses a path at which there is something else than a file: to open a named pipe would wait for ever for somebody at its other end.
 *
 * @throws {@link StoreReadOnlyError}.
 */
export function refuseSpecialFile(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found || found.isFile()) return;
  const reason = `it is ${kindOf(found)}, and a run store is a file`;
  throw new StoreReadOnlyError(path, reason, undefined, 'Choose another place with --store or the option `store`.');
}

function kindOf(found: Stats): string {
  if (found.isDirectory()) return 'a folder';
  if (found.isFIFO()) return 'a named pipe';
  return found.isSocket() ? 'a socket' : 'a device';
}
