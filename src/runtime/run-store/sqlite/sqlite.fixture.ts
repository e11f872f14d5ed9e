import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteRunStore, type SqliteRunStoreOptions } from './sqlite-run-store.js';

/** Stores on one file in a folder of their own. */
export class StoreSandbox {
  readonly folder = mkdtempSync(join(tmpdir(), 'synapse-store-'));
  readonly path = join(this.folder, 'state', 'runs.sqlite');
  readonly #stores: SqliteRunStore[] = [];

  /** One more connection to the file. */
  open(options: SqliteRunStoreOptions = {}): SqliteRunStore {
    const store = new SqliteRunStore({ path: this.path, ...options });
    this.#stores.push(store);
    return store;
  }

  remove(): void {
    for (const store of this.#stores) store.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The code of the error that `work` fails with, now or later; undefined when it does not. */
export async function codeOf(work: () => unknown): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (thrown) {
    return (thrown as { code?: string }).code ?? String(thrown);
  }
}
