import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from '../../foundation/errors/run.errors.js';
import { StoreReadOnlyError } from '../../foundation/errors/store.errors.js';
import { MemoryRunStore } from '../../runtime/run-store/memory-run-store.js';
import type { RunStore } from '../../runtime/run-store/run-store.interface.js';
import { SqliteRunStore } from '../../runtime/run-store/sqlite/sqlite-run-store.js';
import { defaultStatePath } from '../../runtime/run-store/state-path.js';
import type { CliOutput } from './cli-output.js';

/** The word of `--store` for runs that end with the process. */
const IN_MEMORY = 'memory';

/**
 * The store that a run is kept in.
 *
 * @param word - What `--store` says: a file, or `memory`; by default the user's own file. Where that cannot be written, as in a container
 * without a home, the run is not refused: it is kept in memory, and the person at the terminal is told.
 * @throws StoreCorruptError, StoreVersionError, StoreLockedError; StoreReadOnlyError for a file that was asked for.
 */
export async function openStore(word: string | undefined, output: CliOutput): Promise<RunStore> {
  if (word === IN_MEMORY) return new MemoryRunStore();
  const store = new SqliteRunStore({ path: word === undefined ? defaultStatePath() : pathOf(word) });
  try {
    await store.open();
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
 * @throws {@link UsageError} for a file that is not there, unless it is the default: before the first run there is none.
 */
export async function openExistingStore(word: string | undefined): Promise<RunStore> {
  if (word === IN_MEMORY) {
    throw new UsageError('--store memory keeps runs for as long as their own process; there is nothing to look into.');
  }
  const path = word === undefined ? defaultStatePath() : pathOf(word);
  if (!existsSync(path)) {
    if (word === undefined) return new MemoryRunStore();
    throw new UsageError(`There is no run store at ${path}. Name the file that was given to --store for the run.`);
  }
  const store = new SqliteRunStore({ path });
  await store.open();
  return store;
}

function pathOf(word: string): string {
  if (word === '') throw new UsageError('--store needs a file or `memory`, got nothing.');
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(word)) {
    throw new UsageError(
      `--store takes a file or \`memory\`, got the URL of another kind of store: '${word.split(':')[0]}'.`,
    );
  }
  return resolve(word);
}
