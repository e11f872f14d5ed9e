import { existsSync } from 'node:fs';
import { UsageError } from '../../foundation/errors/run.errors.js';
import { StoreReadOnlyError } from '../../foundation/errors/store.errors.js';
import { MemoryRunStore } from '../../runtime/run-store/memory-run-store.js';
import { PostgresRunStore } from '../../runtime/run-store/postgres/postgres-run-store.js';
import { isPostgresUrl } from '../../runtime/run-store/postgres/postgres-target.js';
import type { RunStore } from '../../runtime/run-store/run-store.interface.js';
import { IN_MEMORY, runStoreOf, storePathOf } from '../../runtime/run-store/run-store-of.js';
import { SqliteRunStore } from '../../runtime/run-store/sqlite/sqlite-run-store.js';
import { defaultStatePath } from '../../runtime/run-store/state-path.js';
import type { CliOutput } from './cli-output.js';

/**
 * The store that a run is kept in.
 *
 * @param word - What `--store` says: a file, the URL of a Postgres database, or `memory`; by default the user's own file. Where that cannot
 * be written, as in a container without a home, the run is not refused: it is kept in memory, and the person at the terminal is told.
 * @throws StoreCorruptError, StoreVersionError, StoreLockedError, StoreUnavailableError, StoreAccessError, StoreDriverMissingError;
 * StoreReadOnlyError for a file that was asked for.
 */
export async function openStore(word: string | undefined, output: CliOutput): Promise<RunStore> {
  const store = word === undefined ? new SqliteRunStore({ path: defaultStatePath() }) : runStoreOf(word);
  try {
    if (store instanceof SqliteRunStore || store instanceof PostgresRunStore) await store.open();
    return store;
  } catch (thrown) {
    if (word !== undefined || !(thrown instanceof StoreReadOnlyError)) throw thrown;
    output.note(`Warning: this run is not kept. ${thrown.message}`);
    return new MemoryRunStore();
  }
}

/**
 * The store to look into.
 *
 * @param use - Whether it is going to be written as well. One that cannot be is refused now, with the reason, or else read as it is.
 * @throws {@link UsageError} for a file or tables that are not there, unless it is the default: before the first run there is none.
 */
export async function openExistingStore(
  word: string | undefined,
  use: 'reading' | 'writing' = 'reading',
): Promise<RunStore> {
  if (word === IN_MEMORY) {
    throw new UsageError('--store memory keeps runs for as long as their own process; there is nothing to look into.');
  }
  if (word !== undefined && isPostgresUrl(word)) {
    const store = new PostgresRunStore({ url: word, createTables: false });
    // Who only reads may do without the storage for large values, and is told the rest by the first call.
    if (use === 'writing') await store.open();
    return store;
  }
  const path = word === undefined ? defaultStatePath() : storePathOf(word);
  if (!existsSync(path)) {
    if (word === undefined) return new MemoryRunStore();
    throw new UsageError(`There is no run store at ${path}. Name the file that was given to --store for the run.`);
  }
  const store = new SqliteRunStore({ path });
  if (use === 'writing') await store.open();
  return store;
}
