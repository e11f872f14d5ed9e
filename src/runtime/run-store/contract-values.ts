import type { RunEvent } from '../../authoring/reporting/run-event.js';
import type { NewJournalEntry } from './run-journal.js';
import type { RunOwner } from './run-owner.js';
import type { RunRecord } from './run-record.js';

/** A running run. Ids sort by their number, as those of real runs do by their creation. */
export function recordOf(number: number, known: Partial<RunRecord> = {}): RunRecord {
  const id = `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`;
  return {
    id,
    plugin: 'app',
    action: 'train',
    mode: 'local',
    status: 'running',
    attempt: 1,
    params: { epochs: number },
    idempotency_key: id,
    created_at: number,
    ...known,
  };
}

/** Events of a run with the numbers `first` to `last`. */
export function eventsFrom(runId: string, first: number, last: number): RunEvent[] {
  return Array.from({ length: last - first + 1 }, (_, index) => ({
    seq: first + index,
    type: 'log' as const,
    run_id: runId,
    attempt: 1,
    time: '2026-01-01T00:00:00.000Z',
    data: { event: `event ${first + index}` },
  }));
}

/** A process of another host: nobody here knows whether it is alive. */
export function ownerOf(pid: number): RunOwner {
  return { host: 'elsewhere.invalid', pid, started_at: 1 };
}

/** A run that a process owns until `expiresAt`. */
export function ownedRecordOf(number: number, expiresAt: number, known: Partial<RunRecord> = {}): RunRecord {
  return recordOf(number, { epoch: 1, owner: ownerOf(1), lease_expires_at: expiresAt, ...known });
}

/** The entry of a step that ended. */
export function entryOf(seq: number, known: Partial<NewJournalEntry> = {}): NewJournalEntry {
  return {
    seq,
    kind: 'step',
    name: `step_${seq}`,
    result: { success: true, data: { count: seq } },
    rollback_data: { urls: [`/${seq}`] },
    context: { files: ['a', 'b'], seq },
    at: 1_000 + seq,
    ...known,
  };
}

/** The numbers of events or journal entries. */
export function seqsOf(items: readonly { readonly seq: number }[]): number[] {
  return items.map(({ seq }) => seq);
}
