import type { RunEvent } from '../../authoring/reporting/run-event.js';
import { entriesText, type EventBatch, eventBatches } from './run-log-text.js';
import type { NewJournalEntry } from './run-journal.js';
import type { RunChange, RunRecord } from './run-record.js';
import { RUN_COLUMNS, type RunRow, RunRows } from './run-rows.js';
import { StagedBlobs } from './staged-blobs.js';
import { StoredValues } from './stored-values.js';

/** What a column of a table takes. */
export type Cell = string | number | null;

/** Columns of a run and their values, in one order. */
export interface ColumnValues {
  readonly columns: readonly string[];
  readonly values: readonly Cell[];
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
  inserted({ owner, next_steps, error, params, result, ...plain }: RunRecord): readonly Cell[] {
    const row: Partial<RunRow> = {
      ...plain,
      owner_host: owner?.host,
      owner_pid: owner?.pid,
      owner_started_at: owner?.started_at,
      next_steps: this.#values.json('next steps', next_steps),
      error: error && this.#values.lenientJson(error),
    };
    const cells = RUN_COLUMNS.map((column) => this.#cell(column, row[column] ?? null));
    const texts = { params: this.#values.json('params', params), result: this.#values.json('result', result) };
    return [...cells, this.#cell('params', texts.params), this.#cell('result', texts.result)];
  }

  /** The columns that a change sets. */
  changed(change: RunChange): ColumnValues {
    const pairs = new RunRows(this.#values).changedColumns(change);
    return {
      columns: pairs.map(([column]) => column),
      values: pairs.map(([column, value]) => this.#cell(column, value)),
    };
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
