import type { RunEvent } from '../../authoring/reporting/run-event.js';
import type { RunStatus } from '../../foundation/config/enums.js';
import { StoreValueError } from '../../foundation/errors/store.errors.js';
import { messageOf } from '../../foundation/errors/synapse.error.js';
import type { EventLog } from './event-log.js';
import type { NewJournalEntry } from './run-journal.js';
import { isFinal, type RunRecord, type RunSummary } from './run-record.js';
import type { RunFilter } from './run-store.interface.js';

/**
 * A run in memory.
 *
 * What is kept are instances and copies, never the literals that were handed in: V8 notices that a literal's objects outlive a collection and
 * allocates all later ones among the old, where each keeps what it refers to alive until the next full collection. That doubled the time of
 * a run.
 */
export class MemoryEntry {
  readonly created: RunRecord;
  /** What changed since; laid over `created` when somebody reads, which is rarer than a run. */
  changed: Partial<RunRecord> | undefined = undefined;
  /** The first batch: a short run has no other. */
  batch: readonly RunEvent[] | undefined = undefined;
  /** Made with the second batch. */
  log: EventLog | undefined = undefined;

  constructor(record: RunRecord) {
    this.created = { ...record };
  }
}

export function statusOf({ created, changed }: MemoryEntry): RunStatus {
  return changed?.status ?? created.status;
}

/** What a commit is judged by. */
export function stateOf(entry: MemoryEntry): Pick<RunRecord, 'status' | 'epoch' | 'undo'> {
  const { created, changed } = entry;
  return { status: statusOf(entry), epoch: changed?.epoch ?? created.epoch, undo: changed?.undo ?? created.undo };
}

/** Lays a change over the earlier ones; what it has as undefined stays. */
export function layOver(entry: MemoryEntry, change: Partial<RunRecord>): void {
  entry.changed = entry.changed ? { ...entry.changed, ...withoutUndefined(change) } : { ...change };
}

/** Number of the last event; 0 when there is none. */
export function lastSeqOf({ log, batch }: MemoryEntry): number {
  return log?.lastSeq ?? batch?.at(-1)?.seq ?? 0;
}

/** Whether an earlier owner of the run is still sending: a batch is of one attempt. */
export function isFromThePast({ created, changed }: MemoryEntry, events: readonly RunEvent[]): boolean {
  const [first] = events;
  return first !== undefined && first.attempt < (changed?.attempt ?? created.attempt);
}

export function summaryOf(entry: MemoryEntry): RunSummary {
  const { params: _params, result: _result, ...summary } = recordOf(entry);
  return summary;
}

export function matches(run: RunSummary, { plugin, action, status, since, parentId }: RunFilter): boolean {
  return (
    (plugin === undefined || run.plugin === plugin) &&
    (action === undefined || run.action === action) &&
    (status === undefined || run.status === status) &&
    (since === undefined || run.created_at >= since) &&
    (parentId === undefined || run.parent_id === parentId)
  );
}

export function recordOf({ created, changed }: MemoryEntry): RunRecord {
  const record = changed ? { ...created, ...withoutUndefined(changed) } : { ...created };
  if (!isFinal(record.status) || record.undo === 'pending') return record;
  const { lease_expires_at: _over, ...rest } = record; // a run that is over has no lease
  return rest;
}

/** A copy through JSON, as a store on disk has it: what is kept must not change with the run that goes on. */
export function plainEntryOf(entry: NewJournalEntry): NewJournalEntry {
  try {
    return JSON.parse(JSON.stringify(entry)) as NewJournalEntry;
  } catch (thrown) {
    throw new StoreValueError(`values of step '${entry.name}'`, messageOf(thrown).split('\n')[0] ?? '', thrown);
  }
}

function withoutUndefined<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}
