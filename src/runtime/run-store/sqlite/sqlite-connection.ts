import { closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { StoreReadOnlyError } from '../../../foundation/errors/store.errors.js';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MaybePromise } from '../run-store.interface.js';
import { isBusy, refuseSpecialFile, storeFault } from './sqlite-faults.js';
import { migrate, refuseOlder } from './sqlite-migrations.js';

/** How a file is opened. */
export interface SqliteConnectionOptions {
  readonly path: string;
  readonly synchronous: 'normal' | 'full';
  /** How long a call waits for other processes, in milliseconds. */
  readonly busyTimeoutMs: number;
  /** Largest size of the file, in bytes. */
  readonly maxBytes: number | undefined;
}

/** How long SQLite itself may wait for another process, and this one's event loop with it, in milliseconds. */
const BLOCKING_WAIT_MS = 5;
const RETRY_DELAY_MS = 10;
/**
 * Size of the log beside the file at which it is worked in, in pages of 4 kB. Larger makes commits cheaper: working it in waits for the
 * disk, and writes a page once that many commits changed. Smaller makes opening cheaper, which reads the log that a process left.
 */
const CHECKPOINT_PAGES = 2_000;
const PAGE_BYTES = 4_096;

/**
 * One connection to the file, opened with the first call and again with the first after {@link SqliteConnection.close}.
 *
 * Calls answer at once. Only one that meets another process's lock answers with a promise, and tries again from the event loop: a
 * process that blocks could not renew its leases.
 */
export class SqliteConnection {
  readonly #options: SqliteConnectionOptions;
  readonly #statements = new Map<string, StatementSync>();
  #db: DatabaseSync | undefined;
  /** Why the file can only be read, where that is so. */
  #readOnly: StoreReadOnlyError | undefined;

  constructor(options: SqliteConnectionOptions) {
    this.#options = options;
  }

  /** Opens the file for writing where it is not open, creates it where it is not there. Reading needs no opening. */
  open(): MaybePromise<void> {
    return this.run(() => this.#refuseReadOnly());
  }

  /** Does work that is one statement or only reads. @throws the store's error for what it throws. */
  run<T>(work: () => T): MaybePromise<T> {
    try {
      this.#db ??= this.#open();
      return work();
    } catch (thrown) {
      if (isBusy(thrown)) return this.#retry(work);
      throw storeFault(thrown, this.#options.path);
    }
  }

  /** Does work that other processes see as a whole or not at all. */
  transaction<T>(work: () => T): MaybePromise<T> {
    return this.run(() => {
      this.#refuseReadOnly();
      this.statement('BEGIN IMMEDIATE').run();
      try {
        const result = work();
        this.statement('COMMIT').run();
        return result;
      } catch (error) {
        this.#rollBack();
        throw error;
      }
    });
  }

  /** A statement that is prepared once. Only within work. */
  statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      if (!this.#db) throw new Error('a statement was asked for outside of work');
      this.#statements.set(sql, (statement = this.#db.prepare(sql)));
    }
    return statement;
  }

  close(): void {
    this.#statements.clear();
    this.#db?.close();
    this.#db = undefined;
    this.#readOnly = undefined;
  }

  async #retry<T>(work: () => T): Promise<T> {
    const { path, busyTimeoutMs } = this.#options;
    const startedAt = performance.now();
    for (;;) {
      await sleep(RETRY_DELAY_MS);
      try {
        this.#db ??= this.#open();
        return work();
      } catch (thrown) {
        const waitedMs = Math.round(performance.now() - startedAt);
        if (!isBusy(thrown) || waitedMs >= busyTimeoutMs) throw storeFault(thrown, path, waitedMs);
      }
    }
  }

  /** Some faults, a full disk among them, have SQLite roll back by itself. */
  #rollBack(): void {
    try {
      this.#db?.exec('ROLLBACK');
    } catch {
      // There is nothing left to roll back; what is thrown on says why.
    }
  }

  #refuseReadOnly(): void {
    if (this.#readOnly) throw this.#readOnly;
  }

  /** A file that cannot be written can still be looked into. */
  #open(): DatabaseSync {
    const { path } = this.#options;
    refuseSpecialFile(path);
    try {
      return this.#openForWriting();
    } catch (thrown) {
      const fault = isBusy(thrown) ? undefined : storeFault(thrown, path);
      if (!(fault instanceof StoreReadOnlyError) || !existsSync(path)) throw thrown;
      const db = openForReading(path, fault);
      this.#readOnly = fault;
      return db;
    }
  }

  #openForWriting(): DatabaseSync {
    const { path, synchronous, maxBytes } = this.#options;
    const { DatabaseSync: Database } = loadSqlite();
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    // SQLite would make it readable for everyone, and gives its companions the mode that the file has.
    closeSync(openSync(path, 'a', 0o600));
    const db = new Database(path, { timeout: BLOCKING_WAIT_MS });
    try {
      migrate(db, path);
      db.exec(`PRAGMA synchronous = ${synchronous}; PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
      if (maxBytes !== undefined) db.exec(`PRAGMA max_page_count = ${Math.floor(maxBytes / PAGE_BYTES)}`);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  }
}

/**
 * Opens a file that cannot be written. SQLite then still wants to make files beside it; where it may not, and nobody has left a log to be read
 * with it, the file is read as one that nobody changes.
 *
 * @param fault - Why it cannot be written; thrown where it cannot be read either.
 */
function openForReading(path: string, fault: StoreReadOnlyError): DatabaseSync {
  const { href } = pathToFileURL(path);
  const hasLog = (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
  for (const place of hasLog ? [href] : [href, `${href}?immutable=1`]) {
    const { DatabaseSync: Database } = loadSqlite();
    let db: DatabaseSync | undefined;
    try {
      db = new Database(place, { timeout: BLOCKING_WAIT_MS, readOnly: true });
      refuseOlder(db, path);
      return db;
    } catch (thrown) {
      db?.close();
      if (isBusy(thrown) || !(storeFault(thrown, path) instanceof StoreReadOnlyError)) throw thrown;
      if (thrown instanceof StoreReadOnlyError) throw thrown;
    }
  }
  throw fault;
}

/** Loaded with the first use: most processes have none. Node 22 would say on stderr of every command that the module is experimental. */
function loadSqlite(): typeof import('node:sqlite') {
  const { emitWarning } = process;
  process.emitWarning = ((warning: string, ...rest: unknown[]) => {
    if (rest[0] !== 'ExperimentalWarning') Reflect.apply(emitWarning, process, [warning, ...rest]);
  }) as typeof process.emitWarning;
  try {
    return process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
}
