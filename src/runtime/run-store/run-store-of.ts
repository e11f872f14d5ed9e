import { resolve } from 'node:path';
import { UsageError } from '../../foundation/errors/run.errors.js';
import { MemoryRunStore } from './memory-run-store.js';
import { PostgresRunStore } from './postgres/postgres-run-store.js';
import { isPostgresUrl, postgresTargetOf } from './postgres/postgres-target.js';
import type { RunStore } from './run-store.interface.js';
import { SqliteRunStore } from './sqlite/sqlite-run-store.js';

/** The word for runs that end with the process. */
export const IN_MEMORY = 'memory';

/**
 * The store that a word names: `memory`, the URL of a Postgres database, or a SQLite file. Nothing is opened yet.
 *
 * @throws {@link UsageError} for an empty word, or the URL of anything else.
 */
export function runStoreOf(word: string): RunStore {
  if (word === IN_MEMORY) return new MemoryRunStore();
  if (isPostgresUrl(word)) return new PostgresRunStore({ url: word });
  return new SqliteRunStore({ path: storePathOf(word) });
}

/** The word as it may be shown: the URL of a database without its password. */
export function shownStoreWord(word: string): string {
  return isPostgresUrl(word) ? postgresTargetOf(word).location : word;
}

/** The absolute path of the SQLite file that a word names. @throws {@link UsageError} for a word that is no file. */
export function storePathOf(word: string): string {
  const expected = 'a file, the URL of a Postgres database (postgres://user@host/database), or `memory`';
  if (word === '') throw new UsageError(`A run store needs ${expected}; got nothing.`);
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(word)) {
    // Never the URL as a whole: it may hold a password.
    throw new UsageError(`A run store is ${expected}; got a URL that begins with '${word.split(':')[0]}'.`);
  }
  return resolve(word);
}
