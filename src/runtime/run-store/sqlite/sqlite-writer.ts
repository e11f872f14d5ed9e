import type { RunEvent } from '../../../authoring/reporting/run-event.js';
import type { NewJournalEntry } from '../run-journal.js';
import type { RunChange, RunRecord } from '../run-record.js';
import { RUN_COLUMNS, type RunRow, type RunRows } from '../run-rows.js';
import type { StoredValues } from '../stored-values.js';
import type { SqliteConnection } from './sqlite-connection.js';
import * as sql from './sqlite-statements.js';

/** Statements with their values, to be executed within a transaction. `attempt` is the run's. */
export type Write = (attempt: number) => void;

/**
 * Makes writes of what is to be kept. Their JSON is made at once: values may change while a write waits for the file, and one without a
 * JSON form is refused before anything is written.
 */
export class SqliteWriter {
  constructor(
    private readonly connection: SqliteConnection,
    private readonly values: StoredValues,
    private readonly rows: RunRows,
  ) {}

  insertOf(record: RunRecord): () => void {
    const { owner, next_steps, error, params, result, ...plain } = record;
    const row: Partial<RunRow> = {
      ...plain,
      owner_host: owner?.host,
      owner_pid: owner?.pid,
      owner_started_at: owner?.started_at,
      next_steps: this.values.json('next steps', next_steps),
      error: error && this.values.lenientJson(error),
    };
    const paramsJson = this.values.json('params', params);
    const resultJson = this.values.json('result', result);
    return () => {
      const cells = RUN_COLUMNS.map((column) => row[column] ?? null);
      this.connection.statement(sql.INSERT_RUN).run(...cells, this.#text(record.id, resultJson));
      this.connection.statement(sql.INSERT_PARAMS).run(record.id, this.#text(record.id, paramsJson));
    };
  }

  updateOf(id: string, change: RunChange): Write {
    const columns = this.rows.changedColumns(change);
    if (columns.length === 0) return () => undefined;
    const assignments = columns.map(([column]) => `${column} = ?`).join(', ');
    return () => {
      const cells = columns.map(([, value]) => (typeof value === 'string' ? this.#text(id, value) : value));
      this.connection.statement(`UPDATE runs SET ${assignments} WHERE id = ?`).run(...cells, id);
    };
  }

  appendOf(runId: string, events: readonly RunEvent[]): Write {
    const texts = events.map(({ data }) => this.values.lenientJson(data));
    return (current) => {
      let cells: (string | number | null)[] = [];
      let count = 0;
      const insert = (): void => {
        if (count > 0) this.connection.statement(sql.INSERT_EVENTS[count] ?? '').run(...cells);
        cells = [];
        count = 0;
      };
      for (const [index, { seq, type, attempt, time }] of events.entries()) {
        if (attempt < current) continue; // an earlier owner of the run is still sending
        cells.push(runId, seq, type, attempt, time, this.#text(runId, texts[index] ?? null));
        if (++count === sql.MAX_EVENTS_AT_ONCE) insert();
      }
      insert();
    };
  }

  recordOf(runId: string, epoch: number, entries: readonly NewJournalEntry[]): Write {
    const texts = entries.map(({ name, result, rollback_data, context }) => [
      this.values.json(`result of step '${name}'`, result),
      this.values.json(`rollback data of step '${name}'`, rollback_data),
      this.values.json(`context after step '${name}'`, context),
    ]);
    return () => {
      const insert = this.connection.statement(sql.INSERT_ENTRY);
      for (const [index, { seq, kind, name, at }] of entries.entries()) {
        const [result = null, rollbackData = null, context = null] = (texts[index] ?? []).map((text) =>
          this.#text(runId, text),
        );
        insert.run(runId, seq, epoch, kind, name, at, result, rollbackData, context);
      }
    };
  }

  /** A large value goes to its file within the transaction that refers to it: who sweeps the files holds the same lock. */
  #text(runId: string, json: string | null): string | null {
    if (!this.values.isLarge(json)) return json;
    const { text, hash } = this.values.store(json);
    this.connection.statement(sql.INSERT_BLOB).run(hash, runId);
    return text;
  }
}
