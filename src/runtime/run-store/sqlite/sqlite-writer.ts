import type { RunEvent } from '../../../authoring/reporting/run-event.js';
import type { BlobFolder } from '../blob-folder.js';
import type { NewJournalEntry } from '../run-journal.js';
import type { RunChange, RunRecord } from '../run-record.js';
import type { RunRow } from '../run-rows.js';
import { type ColumnValues, RowWriter } from '../row-writer.js';
import type { SqliteConnection } from './sqlite-connection.js';
import type { SqliteLog } from './sqlite-log.js';
import * as sql from './sqlite-statements.js';

/** What of a run a write goes by. */
export interface RunState extends Pick<RunRow, 'status' | 'attempt'>, Pick<RunRecord, 'epoch' | 'undo'> {
  /** By which other tables name the run. */
  readonly key: number;
}

/** A write, to be executed within a transaction. */
export type Write = (run: RunState) => void;

/** What writes are made with. */
export interface SqliteWriterOptions {
  readonly connection: SqliteConnection;
  readonly log: SqliteLog;
  readonly blobs: BlobFolder;
  /** Size of a value's JSON above which it goes to a file, in bytes. */
  readonly maxInlineBytes: number;
}

/**
 * One write to the store. The JSON of its values is made at once: they may change while a write waits for the file, and one without a JSON
 * form is refused before anything is written.
 */
export class SqliteWrite {
  readonly #options: SqliteWriterOptions;
  readonly #writer: RowWriter;

  constructor(options: SqliteWriterOptions) {
    this.#options = options;
    this.#writer = new RowWriter(options.blobs.path, options.maxInlineBytes);
  }

  inserted(record: RunRecord, entries: readonly NewJournalEntry[]): () => void {
    const { connection } = this.#options;
    const cells = this.#writer.inserted(record);
    const log = this.logged(record.epoch ?? 0, entries, []);
    return () => {
      const params = cells.at(-2) ?? null;
      const { lastInsertRowid } = connection.statement(sql.INSERT_RUN).run(...cells.toSpliced(-2, 1));
      const key = Number(lastInsertRowid);
      connection.statement(sql.INSERT_PARAMS).run(key, params);
      log({ ...record, key });
      this.keepBlobs(key);
    };
  }

  changed(change: RunChange): Write {
    const set = this.#writer.changed(change);
    return (run) => this.#update(run, set);
  }

  logged(epoch: number, entries: readonly NewJournalEntry[], events: readonly RunEvent[]): Write {
    const writer = this.#writer;
    const rows = writer.logged(epoch, entries, events);
    if (rows.length === 0) return () => undefined;
    return (run) => this.#options.log.add(run, { writer, epoch, entries, events, rows });
  }

  /**
   * Puts the large values of a change or an addition into their files, once both are written: within the transaction that refers to them, since
   * who sweeps the files holds the same lock.
   */
  keepBlobs(key: number): void {
    const { connection, blobs } = this.#options;
    for (const text of this.#writer.blobs.texts) {
      connection.statement(sql.INSERT_BLOB).run(blobs.put(text), key);
    }
  }

  #update(run: RunState, { columns, values }: ColumnValues): void {
    if (columns.length === 0) return;
    const assignments = columns.map((column) => `${column} = ?`).join(', ');
    this.#options.connection.statement(`UPDATE runs SET ${assignments} WHERE key = ?`).run(...values, run.key);
  }
}
