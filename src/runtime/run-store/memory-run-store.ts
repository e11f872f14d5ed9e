import { EventLog } from './event-log.js';
import type { RunEvent } from '../../authoring/reporting/run-event.js';
import type { RunStatus } from '../../foundation/config/enums.js';
import { UsageError } from '../../foundation/errors/run.errors.js';
import type { CommitOutcome, JournalEntry, NewJournalEntry, RunCommit } from './run-journal.js';
import { type ClaimOutcome, leaseFor, type RunClaim } from './run-lease.js';
import { isFinal, type RunChange, type RunRecord, type RunSummary } from './run-record.js';
import { type PruneReport, type PruneRequest, type RunFilter, RunStore } from './run-store.interface.js';

/** Limits of a {@link MemoryRunStore}. */
export interface MemoryRunStoreOptions {
  /** Finished runs to remember, 1 and up; the oldest are forgotten first. @defaultValue 1,000 */
  readonly maxFinishedRuns?: number;
  /** Newest events of each run to remember, 1 and up; a reader that starts before them gets what is left. @defaultValue 10,000 */
  readonly maxRecentEvents?: number;
}

interface Entry {
  readonly created: RunRecord;
  /** What changed since; laid over `created` when somebody reads, which is rarer than a run. */
  changed: Partial<RunRecord> | undefined;
  /** The first batch as it came: a short run has no other. */
  batch: readonly RunEvent[] | undefined;
  /** Made with the second batch. */
  log: EventLog | undefined;
}

/** Keeps runs in this process only: the default of a hosted module and of tests. */
export class MemoryRunStore extends RunStore {
  readonly #entries = new Map<string, Entry>();
  /** Of the runs that commit steps: most have no journal. */
  readonly #journals = new Map<string, Map<number, JournalEntry>>();
  readonly #maxRecentEvents: number;
  /** Ids of finished runs, each in the place of the one it displaced. */
  readonly #finished: (string | undefined)[];
  #oldest = 0;

  constructor({ maxFinishedRuns = 1_000, maxRecentEvents = 10_000 }: MemoryRunStoreOptions = {}) {
    super();
    this.#finished = new Array<string | undefined>(Math.max(1, maxFinishedRuns)).fill(undefined);
    this.#maxRecentEvents = Math.max(1, maxRecentEvents);
  }

  create(record: RunRecord): void {
    if (this.#entries.has(record.id)) {
      throw new UsageError(`A run with the id '${record.id}' exists already. Leave the id out to get a new one.`);
    }
    this.#entries.set(record.id, { created: record, changed: undefined, batch: undefined, log: undefined });
  }

  update(id: string, change: RunChange): boolean {
    const entry = this.#entries.get(id);
    if (!entry || isFinal(statusOf(entry))) return false;
    entry.changed = entry.changed ? { ...entry.changed, ...change } : change;
    if (isFinal(statusOf(entry))) this.#finish(id);
    return true;
  }

  get(id: string): RunRecord | undefined {
    const entry = this.#entries.get(id);
    return entry && recordOf(entry);
  }

  list(filter: RunFilter = {}): readonly RunSummary[] {
    return [...this.#entries.values()]
      .map(summaryOf)
      .filter((run) => matches(run, filter))
      .sort((left, right) => (left.id < right.id ? 1 : -1))
      .slice(0, filter.limit ?? 100);
  }

  append(runId: string, events: readonly RunEvent[]): void {
    const entry = this.#entries.get(runId);
    if (!entry || isFromThePast(entry, events)) return;
    if (!entry.log) {
      if (!entry.batch && events[0]?.seq === 1 && events.length < this.#maxRecentEvents) {
        entry.batch = events;
        return;
      }
      entry.log = new EventLog(this.#maxRecentEvents);
      if (entry.batch) entry.log.append(entry.batch);
      entry.batch = undefined;
    }
    entry.log.append(events);
  }

  events(runId: string, afterSeq = 0, limit = 1_000): readonly RunEvent[] {
    const entry = this.#entries.get(runId);
    if (entry?.log) return entry.log.read(afterSeq, limit);
    return entry?.batch?.slice(afterSeq, afterSeq + limit) ?? [];
  }

  commit(runId: string, epoch: number, { entries, change, events }: RunCommit): CommitOutcome {
    const entry = this.#entries.get(runId);
    if (!entry) return 'not_found';
    if (isFinal(statusOf(entry))) return 'ended';
    if (epochOf(entry) !== epoch) return 'stale_epoch';
    if (entries) this.#record(runId, epoch, entries);
    if (change) this.update(runId, change);
    if (events) this.append(runId, events);
    return 'committed';
  }

  journal(runId: string): readonly JournalEntry[] {
    return [...(this.#journals.get(runId)?.values() ?? [])].sort((left, right) => left.seq - right.seq);
  }

  claim(runId: string, claim: RunClaim): ClaimOutcome {
    const entry = this.#entries.get(runId);
    if (!entry) return { claimed: false, reason: 'not_found' };
    const lease = leaseFor(recordOf(entry), claim);
    if (typeof lease === 'string') return { claimed: false, reason: lease };
    entry.changed = { ...entry.changed, ...lease };
    const lastSeq = entry.log?.lastSeq ?? entry.batch?.at(-1)?.seq ?? 0;
    return { claimed: true, run: recordOf(entry), lastSeq };
  }

  renew(runId: string, epoch: number, expiresAt: number): boolean {
    const entry = this.#entries.get(runId);
    if (!entry || isFinal(statusOf(entry)) || epochOf(entry) !== epoch) return false;
    entry.changed = { ...entry.changed, lease_expires_at: expiresAt };
    return true;
  }

  expired(now: number, limit = 100): readonly RunSummary[] {
    const expiryOf = ({ lease_expires_at = Infinity }: RunSummary): number => lease_expires_at;
    return [...this.#entries.values()]
      .map(summaryOf)
      .filter((run) => run.status === 'running' && expiryOf(run) <= now)
      .sort((left, right) => expiryOf(left) - expiryOf(right))
      .slice(0, limit);
  }

  prune({ olderThanMs, status, keep = 0, now = Date.now() }: PruneRequest = {}): PruneReport {
    const finished = this.list({ limit: Infinity, status }).filter((run) => isFinal(run.status));
    const old = finished
      .slice(keep)
      .filter(({ ended_at = 0 }) => olderThanMs === undefined || ended_at < now - olderThanMs);
    const removable = old.filter(({ parent_id }) => {
      const parent = parent_id === undefined ? undefined : this.#entries.get(parent_id);
      return !parent || isFinal(statusOf(parent));
    });
    for (const { id } of removable) this.#remove(id);
    return { runs: removable.length, blobs: 0 };
  }

  close(): void {
    this.#entries.clear();
    this.#journals.clear();
    this.#finished.fill(undefined);
  }

  #finish(id: string): void {
    const displaced = this.#finished[this.#oldest];
    this.#finished[this.#oldest] = id;
    this.#oldest = (this.#oldest + 1) % this.#finished.length;
    if (displaced !== undefined) this.#remove(displaced);
  }

  #remove(id: string): void {
    this.#entries.delete(id);
    this.#journals.delete(id);
  }

  #record(runId: string, epoch: number, entries: readonly NewJournalEntry[]): void {
    const journal = this.#journals.get(runId) ?? new Map<number, JournalEntry>();
    this.#journals.set(runId, journal);
    for (const entry of entries) if (!journal.has(entry.seq)) journal.set(entry.seq, { ...entry, epoch });
  }
}

function statusOf({ created, changed }: Entry): RunStatus {
  return changed?.status ?? created.status;
}

function epochOf({ created, changed }: Entry): number {
  return changed?.epoch ?? created.epoch ?? 0;
}

/** Whether an earlier owner of the run is still sending: a batch is of one attempt. */
function isFromThePast({ created, changed }: Entry, events: readonly RunEvent[]): boolean {
  const [first] = events;
  return first !== undefined && first.attempt < (changed?.attempt ?? created.attempt);
}

function summaryOf(entry: Entry): RunSummary {
  const { params: _params, result: _result, ...summary } = recordOf(entry);
  return summary;
}

function matches(run: RunSummary, { plugin, action, status, since, parentId }: RunFilter): boolean {
  return (
    (plugin === undefined || run.plugin === plugin) &&
    (action === undefined || run.action === action) &&
    (status === undefined || run.status === status) &&
    (since === undefined || run.created_at >= since) &&
    (parentId === undefined || run.parent_id === parentId)
  );
}

function recordOf({ created, changed }: Entry): RunRecord {
  return { ...created, ...changed };
}
