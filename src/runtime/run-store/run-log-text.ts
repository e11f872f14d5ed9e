import type { RunEvent, RunEventType } from '../../authoring/reporting/run-event.js';
import type { JournalEntry, NewJournalEntry } from './run-journal.js';
import type { ValueName } from './lost-value.js';
import type { StoredValues } from './stored-values.js';

/** Events of one attempt whose numbers have no gap, as a row of the log has them. */
export interface EventBatch {
  readonly attempt: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly text: string;
}

/** An event without what its row says of it; a large value is a reference in the last place. */
type EventParts = [type: RunEventType, time: string, data: Record<string, unknown> | null, reference?: string];

/** Most events in one row of the log: a page of events must not read much more than it gives. */
export const MAX_BATCH_EVENTS = 1_000;
/** Values of an entry that may be large. Where one is, its key has this ending and its value is a reference. */
const LARGE_KEYS = ['result', 'rollback_data', 'context'] as const;
const REFERENCE_ENDING = '_reference';

/** @throws StoreValueError for a value without a JSON form. */
export function entriesText(values: StoredValues, entries: readonly NewJournalEntry[]): string {
  return textAtOnce(values, entries, isPlainEntry) ?? listText(entries, (entry) => entryText(values, entry));
}

function entryText(values: StoredValues, entry: NewJournalEntry): string {
  const { result, rollback_data, context, ...plain } = entry;
  const { name } = plain;
  const parts =
    partOf(values, 'result', values.json(`result of step '${name}'`, result)) +
    partOf(values, 'rollback_data', values.json(`rollback data of step '${name}'`, rollback_data)) +
    partOf(values, 'context', values.json(`context after step '${name}'`, context));
  return `${JSON.stringify(plain).slice(0, -1)}${parts}}`;
}

function partOf(values: StoredValues, key: (typeof LARGE_KEYS)[number], json: string | null): string {
  if (json === null) return '';
  return values.isLarge(json) ? `,"${key}${REFERENCE_ENDING}":"${values.store(json).text}"` : `,"${key}":${json}`;
}

/** Whether the JSON of an entry has what that of each of its values has: nothing left out without a word, nothing told by its key. */
function isPlainEntry({ result, rollback_data, context }: NewJournalEntry): boolean {
  return isPlainValue(result) && isPlainValue(rollback_data) && isPlainValue(context);
}

function isPlainValue(value: unknown): boolean {
  if (typeof value !== 'object') return typeof value !== 'function' && typeof value !== 'symbol';
  return value === null || !('toJSON' in value);
}

/**
 * The JSON of a list, where that is all there is to do: one call takes a third of the time of one for each value. Undefined where something
 * in it may be large, or has to be named in an error.
 */
function textAtOnce<T>(
  values: StoredValues,
  list: readonly T[],
  isPlain: (item: T) => boolean = () => true,
): string | undefined {
  if (!list.every(isPlain)) return undefined;
  try {
    const text = JSON.stringify(list);
    return values.mayHoldLarge(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

function listText<T>(list: readonly T[], textOf: (item: T) => string): string {
  return `[${list.map(textOf).join(',')}]`;
}

/** The entries of a row. */
function readEntries(values: StoredValues, runId: string, { epoch, entries }: EntriesRow): JournalEntry[] {
  const name: ValueName = { runId, value: 'journal' };
  return (values.read(entries, name) as Record<string, unknown>[]).map((stored) => {
    const entry: Record<string, unknown> = { ...stored, epoch };
    for (const key of LARGE_KEYS) {
      const reference = entry[key + REFERENCE_ENDING];
      if (typeof reference !== 'string') continue;
      entry[key] = values.read(reference, name);
      delete entry[key + REFERENCE_ENDING];
    }
    return entry as unknown as JournalEntry;
  });
}

/** Splits events where their numbers have a gap, their attempt changes, or a row would be too long. */
export function eventBatches(values: StoredValues, events: readonly RunEvent[]): EventBatch[] {
  const batches: EventBatch[] = [];
  let start = 0;
  for (let end = 1; end <= events.length; end++) {
    if (end < events.length && end - start < MAX_BATCH_EVENTS && follows(events[end], events[end - 1])) continue;
    batches.push(batchOf(values, events.slice(start, end)));
    start = end;
  }
  return batches;
}

function follows(event: RunEvent | undefined, earlier: RunEvent | undefined): boolean {
  return event?.seq === (earlier?.seq ?? 0) + 1 && event.attempt === earlier?.attempt;
}

function batchOf(values: StoredValues, events: readonly RunEvent[]): EventBatch {
  const { seq: firstSeq = 0, attempt = 0 } = events[0] ?? {};
  const parts = events.map(({ type, time, data }): EventParts => [type, time, data]);
  const text = textAtOnce(values, parts) ?? listText(events, (event) => eventText(values, event));
  return { attempt, firstSeq, lastSeq: firstSeq + events.length - 1, text };
}

function eventText(values: StoredValues, { type, time, data }: RunEvent): string {
  const json = values.lenientJson(data);
  const begin = `["${type}",${JSON.stringify(time)}`;
  return values.isLarge(json) ? `${begin},null,"${values.store(json).text}"]` : `${begin},${json}]`;
}

/** A row of events, as the log has it. */
export interface EventBatchRow {
  readonly attempt: number;
  readonly first_seq: number;
  readonly events: string | null;
}

/** Hands every event of the rows to `take`. */
function readBatch(values: StoredValues, runId: string, row: EventBatchRow, take: (event: RunEvent) => void): void {
  const name: ValueName = { runId, value: 'events' };
  const parts = (values.read(row.events, name) ?? []) as readonly EventParts[];
  for (const [index, [type, time, data, reference]] of parts.entries()) {
    const read = reference === undefined ? data : values.read(reference, name);
    const seq = row.first_seq + index;
    take({ seq, type, run_id: runId, attempt: row.attempt, time, data: read as Record<string, unknown> });
  }
}

/** Which events somebody wants to read. */
export interface EventPage {
  readonly runId: string;
  readonly afterSeq: number;
  readonly limit: number;
}

/** Events of rows after `afterSeq`, in the order of their numbers; of several with one number, the first that was stored. */
export function eventsOf(values: StoredValues, rows: readonly EventBatchRow[], page: EventPage): readonly RunEvent[] {
  const bySeq = new Map<number, RunEvent>();
  for (const row of rows) {
    readBatch(values, page.runId, row, (event) => {
      if (event.seq > page.afterSeq && !bySeq.has(event.seq)) bySeq.set(event.seq, event);
    });
  }
  return [...bySeq.values()].sort((left, right) => left.seq - right.seq).slice(0, page.limit);
}

/** A row of the log as far as it is the journal's. */
export interface EntriesRow {
  readonly epoch: number;
  readonly entries: string;
}

/** Entries of rows in the order of their numbers; of several with one number, the first that was stored. */
export function entriesOf(values: StoredValues, runId: string, rows: readonly EntriesRow[]): readonly JournalEntry[] {
  const bySeq = new Map<number, JournalEntry>();
  for (const row of rows) {
    for (const entry of readEntries(values, runId, row)) {
      if (!bySeq.has(entry.seq)) bySeq.set(entry.seq, entry);
    }
  }
  return [...bySeq.values()].sort((left, right) => left.seq - right.seq);
}

/** Hashes of the large values that texts refer to. What only looks like a reference does no harm: no value has that hash. */
export function hashesIn(texts: readonly (string | null)[]): string[] {
  const found = texts.flatMap((text) => [...(text ?? '').matchAll(/@sha256:([0-9a-f]{64})/g)]);
  return [...new Set(found.map(([, hash = '']) => hash))];
}
