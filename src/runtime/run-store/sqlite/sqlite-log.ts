import type { RunEvent } from '../../../authoring/reporting/run-event.js';
import type { JournalEntry, NewJournalEntry } from '../run-journal.js';
import type { LogRow, RowWriter } from '../row-writer.js';
import { entriesOf, type EntriesRow, type EventBatchRow, type EventPage, eventsOf } from '../run-log-text.js';
import type { StoredValues } from '../stored-values.js';
import type { SqliteConnection } from './sqlite-connection.js';
import * as sql from './sqlite-statements.js';

/** What a write adds to the log of its run. */
export interface LogAddition {
  /** Makes the rows again where some events are known already. */
  readonly writer: RowWriter;
  readonly epoch: number;
  readonly entries: readonly NewJournalEntry[];
  readonly events: readonly RunEvent[];
  /** The rows for all of it. */
  readonly rows: readonly LogRow[];
}

/** The last row of a run's log: its place from 1 on, and the number of the last event in it or before it. */
interface Tail {
  readonly position: number;
  readonly last_seq: number;
}

const EMPTY: Tail = { position: 0, last_seq: 0 };
const ROWS_AT_ONCE = 64;

/**
 * The logs of runs: one row a write, whatever it holds, in the order of its places from 1 on. The numbers of the last events
 * never fall from row to row, so that the row where a page begins is found by halves, without an index. Only within work of the connection.
 */
export class SqliteLog {
  constructor(
    private readonly connection: SqliteConnection,
    private readonly values: StoredValues,
  ) {}

  /** Adds what the run does not have yet, within a transaction. */
  add(run: { readonly key: number; readonly attempt: number }, addition: LogAddition): void {
    const tail = this.#tail(run.key);
    const insert = this.connection.statement(sql.INSERT_LOG);
    let { position, last_seq: lastSeq } = tail;
    for (const { epoch, attempt, events, entries, ...row } of rowsFor(addition, run.attempt, lastSeq)) {
      const firstSeq = events === null ? lastSeq + 1 : row.firstSeq;
      lastSeq = Math.max(lastSeq, row.lastSeq);
      insert.run(run.key, ++position, epoch, attempt, firstSeq, lastSeq, entries, events);
    }
  }

  /** The number of the run's last event; 0 where there is none. */
  lastSeq(key: number): number {
    return this.#tail(key).last_seq;
  }

  entries(key: number, runId: string): readonly JournalEntry[] {
    const rows = this.connection.statement(sql.SELECT_ENTRIES).all(key);
    return entriesOf(this.values, runId, rows as unknown as EntriesRow[]);
  }

  events(key: number, page: EventPage): readonly RunEvent[] {
    const found: RunEvent[] = [];
    const select = this.connection.statement(sql.SELECT_EVENT_ROWS);
    let position = this.#firstRowAfter(key, page.afterSeq);
    while (found.length < page.limit) {
      const rows = select.all(key, position, ROWS_AT_ONCE) as unknown as (EventBatchRow & Pick<Tail, 'position'>)[];
      for (const event of eventsOf(this.values, rows, { ...page, limit: page.limit - found.length })) found.push(event);
      if (rows.length < ROWS_AT_ONCE) break;
      position = (rows.at(-1)?.position ?? 0) + 1;
    }
    return found;
  }

  #tail(key: number): Tail {
    return (this.connection.statement(sql.SELECT_TAIL).get(key) as Tail | undefined) ?? EMPTY;
  }

  #firstRowAfter(key: number, seq: number): number {
    if (seq <= 0) return 1;
    const select = this.connection.statement(sql.SELECT_ROW_SEQ);
    let [low, high] = [1, this.#tail(key).position + 1];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const row = select.get(key, middle) as Pick<Tail, 'last_seq'> | undefined;
      if (row && row.last_seq > seq) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** Without events of an earlier owner who is still sending, and without those that are there: the same write may come twice. */
function rowsFor(addition: LogAddition, attempt: number, lastSeq: number): readonly LogRow[] {
  const { writer, epoch, entries, events, rows } = addition;
  let last = lastSeq;
  const fresh = events.filter((event) => {
    if (event.attempt < attempt || event.seq <= last) return false;
    last = event.seq;
    return true;
  });
  return fresh.length === events.length ? rows : writer.logged(epoch, entries, fresh);
}
