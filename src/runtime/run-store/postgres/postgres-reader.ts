import type { RunEvent } from '../../../authoring/reporting/run-event.js';
import type { JournalEntry } from '../run-journal.js';
import type { RunRecord, RunSummary } from '../run-record.js';
import { type RunRow, RunRows } from '../run-rows.js';
import { StoredValues } from '../stored-values.js';
import type { Session } from './postgres-session.js';
import type { PostgresStatements } from './postgres-statements.js';
import { entriesOf, type EntriesRow, type EventBatchRow, type EventPage, eventsOf, hashesIn } from '../run-log-text.js';
import { StagedBlobs } from '../staged-blobs.js';

/** A run with all its columns. */
export type FullRow = RunRow & { readonly params: string | null; readonly result: string | null };

/** Turns rows into what a store answers; fetches the large values they refer to, all at once. */
export class PostgresReader {
  constructor(
    private readonly location: string,
    private readonly statements: PostgresStatements,
  ) {}

  async record(session: Session, { params, result, ...row }: FullRow): Promise<RunRecord> {
    const values = await this.#valuesFor(session, [params, result, row.next_steps, row.error]);
    return new RunRows(values).record(row, params, result);
  }

  async summaries(session: Session, rows: readonly RunRow[]): Promise<readonly RunSummary[]> {
    const values = await this.#valuesFor(
      session,
      rows.flatMap(({ next_steps, error }) => [next_steps, error]),
    );
    const reader = new RunRows(values);
    return rows.map((row) => reader.summary(row));
  }

  async journal(session: Session, rows: readonly EntriesRow[]): Promise<readonly JournalEntry[]> {
    const values = await this.#valuesFor(
      session,
      rows.map(({ entries }) => entries),
    );
    return entriesOf(values, rows);
  }

  async events(session: Session, rows: readonly EventBatchRow[], page: EventPage): Promise<readonly RunEvent[]> {
    const values = await this.#valuesFor(
      session,
      rows.map(({ events }) => events),
    );
    return eventsOf(values, rows, page);
  }

  async #valuesFor(session: Session, texts: readonly (string | null)[]): Promise<StoredValues> {
    const blobs = new StagedBlobs(this.location);
    const hashes = hashesIn(texts);
    if (hashes.length > 0) {
      const { rows } = await session.execute<{ hash: string; content: string }>(this.statements.selectBlobs(), [
        hashes,
      ]);
      for (const { hash, content } of rows) blobs.add(hash, content);
    }
    return new StoredValues({ blobs, maxInlineBytes: Infinity });
  }
}
