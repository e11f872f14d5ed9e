import { ResultNotSerializableError } from '../../foundation/errors/run.errors.js';
import { StoreValueError } from '../../foundation/errors/store.errors.js';
import type { RunEvent } from '../../authoring/reporting/run-event.js';
import { entriesText, type EventBatch, eventBatches } from './run-log-text.js';
import type { NewJournalEntry } from './run-journal.js';
import { releasesLease, type RunChange, type RunRecord } from './run-record.js';
import { RUN_COLUMNS, type RunRow } from './run-rows.js';
import { StagedBlobs } from './staged-blobs.js';
import { StoredValues } from './stored-values.js';

/** What a column of a table takes. */
export type Cell = string | number | null;

/** Columns of a run and their values, in one order. */
export interface ColumnValues {
  /** The same array for the same columns, so that it can be a key. */
  readonly columns: readonly string[];
  readonly values: readonly Cell[];
}

/** Columns in an order; there is one list for each such order. */
class ColumnList {
  static readonly none = new ColumnList([]);
  readonly names: readonly string[];
  readonly #longer = new Map<string, ColumnList>();

  private constructor(names: readonly string[]) {
    this.names = names;
  }

  and(name: string): ColumnList {
    let longer = this.#longer.get(name);
    if (!longer) this.#longer.set(name, (longer = new ColumnList([...this.names, name])));
    return longer;
  }
}

/** What a write adds to the log of its run: events of one attempt whose numbers have no gap, entries of the journal, or both. */
export interface LogRow {
  readonly epoch: number;
  readonly attempt: number;
  readonly firstSeq: number;
  /** 0 where there are no events. */
  readonly lastSeq: number;
  readonly events: string | null;
  readonly entries: string | null;
}

/** Columns of JSON. Only there is a reference told from a text that looks like one. */
const REFERRING_COLUMNS = ['next_steps', 'error', 'params', 'result'];
/** Columns of a change that are as they are, and not JSON. */
type PlainColumn = Exclude<keyof RunChange, 'next_steps' | 'error' | 'result'>;
/** All of them, in one order: the compiler asks for one that is added to changes, which would be left out without a word else. */
const PLAIN_COLUMNS = Object.keys({
  status: true,
  attempt: true,
  started_at: true,
  ended_at: true,
  progress: true,
  undo: true,
} satisfies Record<PlainColumn, true>) as PlainColumn[];
const NO_EVENTS: EventBatch = { attempt: 0, firstSeq: 0, lastSeq: 0, text: '' };

/**
 * Makes the values of one write. Their JSON is made at once: what was handed in may change while a write waits, and what has no JSON form
 * is refused before anything is written.
 */
export class RowWriter {
  /** Large values that this write refers to. */
  readonly blobs: StagedBlobs;
  readonly #values: StoredValues;

  /** @param location - Where the store lies, for errors. */
  constructor(location: string, maxInlineBytes: number) {
    this.blobs = new StagedBlobs(location);
    this.#values = new StoredValues({ blobs: this.blobs, maxInlineBytes });
  }

  /** The values of {@link RUN_COLUMNS}, then the params and the result. */
  inserted(record: RunRecord): readonly Cell[] {
    const cells = RUN_COLUMNS.map((column) => this.#cell(column, this.#column(record, column) ?? null));
    const texts = {
      params: this.#values.json('params', record.params),
      result: this.#values.json('result', record.result),
    };
    cells.push(this.#cell('params', texts.params), this.#cell('result', texts.result));
    return cells;
  }

  /** The value of a column; a copy of the record as a row would take longer than all of them. */
  #column(record: RunRecord, column: keyof RunRow): Cell | undefined {
    const { owner, next_steps, error } = record;
    if (column === 'owner_host') return owner?.host;
    if (column === 'owner_pid') return owner?.pid;
    if (column === 'owner_started_at') return owner?.started_at;
    if (column === 'next_steps') return this.#values.json('next steps', next_steps);
    if (column === 'error') return error && this.#values.lenientJson(error);
    return record[column];
  }

  /** The columns that a change sets, in one order whatever that of the change is: each order is a statement of its own. */
  changed(change: RunChange): ColumnValues {
    let list = ColumnList.none;
    const values: Cell[] = [];
    const set = (column: string, value: Cell | undefined): void => {
      if (value === undefined || value === null) return;
      list = list.and(column);
      values.push(this.#cell(column, value));
    };
    for (const column of PLAIN_COLUMNS) set(column, change[column]);
    set('next_steps', this.#values.json('next steps', change.next_steps));
    set('error', change.error && this.#values.lenientJson(change.error));
    set('result', resultJson(this.#values, change.result));
    if (releasesLease(change)) {
      list = list.and('lease_expires_at');
      values.push(null);
    }
    return { columns: list.names, values };
  }

  /** The rows of the log for entries and events: one, but where events do not follow each other. */
  logged(epoch: number, entries: readonly NewJournalEntry[], events: readonly RunEvent[]): LogRow[] {
    const batches = eventBatches(this.#values, events);
    const text = entries.length > 0 ? entriesText(this.#values, entries) : null;
    if (text === null && batches.length === 0) return [];
    const [first = NO_EVENTS, ...rest] = batches;
    return [rowOf(epoch, first, text), ...rest.map((batch) => rowOf(epoch, batch, null))];
  }

  #cell(column: string, value: Cell): Cell {
    if (typeof value !== 'string' || !REFERRING_COLUMNS.includes(column) || !this.#values.isLarge(value)) return value;
    return this.#values.store(value).text;
  }
}

function rowOf(epoch: number, { attempt, firstSeq, lastSeq, text }: EventBatch, entries: string | null): LogRow {
  return { epoch, attempt, firstSeq, lastSeq, events: text === '' ? null : text, entries };
}

/** @throws {@link ResultNotSerializableError} as for a result that is printed or sent. */
function resultJson(values: StoredValues, result: unknown): string | null {
  try {
    return values.json('result', result);
  } catch (thrown) {
    if (!(thrown instanceof StoreValueError)) throw thrown;
    throw new ResultNotSerializableError(
      `The result has no JSON form: ${String(thrown.details['reason'])}. Return plain objects, lists, text, numbers and booleans.`,
      { cause: thrown.cause },
    );
  }
}
