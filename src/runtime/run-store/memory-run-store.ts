import { EventLog } from './event-log.js';
import type { RunEvent } from '../../authoring/reporting/run-event.js';
import { UsageError } from '../../foundation/errors/run.errors.js';
import {
  layOver,
  isFromThePast,
  lastSeqOf,
  matches,
  MemoryEntry,
  plainEntryOf,
  recordOf,
  stateOf,
  statusOf,
  summaryOf,
} from './memory-entry.js';
import { MemoryGeneration } from './memory-generation.js';
import {
  changeFor,
  type CommitOutcome,
  type JournalEntry,
  type NewJournalEntry,
  refusalOf,
  type RunCommit,
} from './run-journal.js';
import { type ClaimOutcome, leaseFor, type RenewOutcome, type RunClaim } from './run-lease.js';
import { isFinal, type RunChange, type RunRecord, type RunSummary } from './run-record.js';
import {
  DEFAULT_LEASE_MS,
  type PruneReport,
  type PruneRequest,
  type RunFilter,
  RunStore,
} from './run-store.interface.js';

/** Limits of a {@link MemoryRunStore}. */
export interface MemoryRunStoreOptions {
  /**
   * Most finished runs to remember, 1 and up. The older half is forgotten at once, those that ended first; runs of a pipeline's actions stay
   * for as long as the pipeline's run does. @defaultValue 1,000
   */
  readonly maxFinishedRuns?: number;
  /** Newest events of each run to remember, 1 and up; a reader that starts before them gets what is left. @defaultValue 10,000 */
  readonly maxRecentEvents?: number;
  /**
   * Whether runs get leases and journals as in a store that outlives its process: several runners of one process can then take runs over
   * from each other, as tests do. @defaultValue false
   */
  readonly isDurable?: boolean;
  /** See {@link RunStore.leaseMs}; only where it is durable. @defaultValue 15,000 */
  readonly leaseMs?: number;
}

/** Keeps runs in this process only: the default of a hosted module and of tests. */
export class MemoryRunStore extends RunStore {
  /** The new runs, and those before them. */
  #young = new MemoryGeneration();
  #old = new MemoryGeneration();
  /** Of the runs that commit steps: most have no journal. */
  readonly #journals = new Map<string, Map<number, JournalEntry>>();
  readonly #maxRecentEvents: number;
  /** Finished runs that make a generation. */
  readonly #generationSize: number;
  #newestId = '';
  /** The run that was asked for last: what happens to a run comes in rows, and looking an id up costs more than most of it. */
  #latestId = '';
  #latest: MemoryEntry | undefined;

  readonly #isDurable: boolean;
  override readonly leaseMs: number;

  constructor(options: MemoryRunStoreOptions = {}) {
    super();
    const { maxFinishedRuns = 1_000, maxRecentEvents = 10_000 } = options;
    this.#isDurable = options.isDurable ?? false;
    this.leaseMs = options.leaseMs ?? DEFAULT_LEASE_MS;
    this.#generationSize = Math.max(1, Math.floor(maxFinishedRuns / 2));
    this.#maxRecentEvents = Math.max(1, maxRecentEvents);
  }

  override get isDurable(): boolean {
    return this.#isDurable;
  }

  create(record: RunRecord, entries?: readonly NewJournalEntry[]): void {
    const { id } = record;
    // Ids rise with time, so that one above all others is new.
    if (id > this.#newestId) this.#newestId = id;
    else if (this.#entryOf(id)) {
      throw new UsageError(`A run with the id '${id}' exists already. Leave the id out to get a new one.`);
    }
    const entry = new MemoryEntry(record);
    this.#young.add(id, entry);
    this.#latestId = id;
    this.#latest = entry;
    if (entries) this.#record(id, record.epoch ?? 0, entries);
  }

  update(id: string, change: RunChange): boolean {
    const entry = this.#entryOf(id);
    if (!entry || isFinal(statusOf(entry))) return false;
    layOver(entry, change);
    if (change.status !== undefined && isFinal(change.status)) this.#finish(id, entry);
    return true;
  }

  get(id: string): RunRecord | undefined {
    const entry = this.#entryOf(id);
    return entry && recordOf(entry);
  }

  list(filter: RunFilter = {}): readonly RunSummary[] {
    return this.#all()
      .map(summaryOf)
      .filter((run) => matches(run, filter))
      .sort((left, right) => (left.id < right.id ? 1 : -1))
      .slice(0, filter.limit ?? 100);
  }

  append(runId: string, events: readonly RunEvent[]): void {
    const entry = this.#entryOf(runId);
    if (!entry || isFromThePast(entry, events)) return;
    if (!entry.log) {
      if (!entry.batch && events[0]?.seq === 1 && events.length < this.#maxRecentEvents) {
        entry.batch = events.slice();
        return;
      }
      entry.log = new EventLog(this.#maxRecentEvents);
      if (entry.batch) entry.log.append(entry.batch);
      entry.batch = undefined;
    }
    entry.log.append(events);
  }

  events(runId: string, afterSeq = 0, limit = 1_000): readonly RunEvent[] {
    const entry = this.#entryOf(runId);
    if (entry?.log) return entry.log.read(afterSeq, limit);
    return entry?.batch?.slice(afterSeq, afterSeq + limit) ?? [];
  }

  commit(runId: string, epoch: number, { entries, change = {}, events }: RunCommit): CommitOutcome {
    const entry = this.#entryOf(runId);
    const state = entry && stateOf(entry);
    const refusal = refusalOf(state, epoch);
    if (!state || refusal) return refusal ?? 'not_found';
    if (entries) this.#record(runId, epoch, entries);
    if (isFinal(state.status)) layOver(entry, changeFor(state, change));
    else this.update(runId, change);
    if (events) this.append(runId, events);
    return 'committed';
  }

  journal(runId: string): readonly JournalEntry[] {
    return [...(this.#journals.get(runId)?.values() ?? [])].sort((left, right) => left.seq - right.seq);
  }

  claim(runId: string, claim: RunClaim): ClaimOutcome {
    const entry = this.#entryOf(runId);
    if (!entry) return { claimed: false, reason: 'not_found' };
    const lease = leaseFor(recordOf(entry), claim);
    if (typeof lease === 'string') return { claimed: false, reason: lease };
    layOver(entry, lease);
    return { claimed: true, run: recordOf(entry), lastSeq: lastSeqOf(entry) };
  }

  renew(runId: string, epoch: number, expiresAt: number): RenewOutcome {
    const entry = this.#entryOf(runId);
    if (!entry || refusalOf(stateOf(entry), epoch)) return { held: false };
    const { created, changed } = entry;
    const cancel_requested = changed?.cancel_requested ?? created.cancel_requested;
    const until = changed?.lease_expires_at ?? created.lease_expires_at ?? 0;
    entry.changed = { ...changed, lease_expires_at: expiresAt === 0 ? 0 : Math.max(until, expiresAt) };
    return cancel_requested === undefined ? { held: true } : { held: true, cancelRequested: cancel_requested };
  }

  requestCancel(runId: string, reason: string): boolean {
    const entry = this.#entryOf(runId);
    if (!entry || isFinal(statusOf(entry))) return false;
    if (recordOf(entry).cancel_requested === undefined) layOver(entry, { cancel_requested: reason });
    return true;
  }

  expired(now: number, limit = 100): readonly RunSummary[] {
    const expiryOf = ({ lease_expires_at = Infinity }: RunSummary): number => lease_expires_at;
    return this.#all()
      .map(summaryOf)
      .filter((run) => expiryOf(run) <= now)
      .sort((left, right) => expiryOf(left) - expiryOf(right))
      .slice(0, limit);
  }

  prune({ olderThanMs, status, keep = 0, now = Date.now(), onRemoved }: PruneRequest = {}): PruneReport {
    const finished = this.list({ limit: Infinity }).filter((run) => isFinal(run.status));
    const going = finished
      .filter((run) => (status === undefined || run.status === status) && !this.#hasParent(run))
      .slice(keep)
      .filter(({ ended_at = 0 }) => olderThanMs === undefined || ended_at < now - olderThanMs)
      .filter(({ lease_expires_at }) => lease_expires_at === undefined);
    const free = finished.filter(({ lease_expires_at }) => lease_expires_at === undefined);
    const children = Map.groupBy(free, ({ parent_id }) => parent_id);
    const withChildren = (run: RunSummary): RunSummary[] => [
      ...(children.get(run.id) ?? []).flatMap(withChildren),
      run,
    ];
    const removable = going.flatMap(withChildren);
    for (const { id } of removable) this.#remove(id);
    if (removable.length > 0) onRemoved?.(removable.map(({ id }) => id));
    return { runs: removable.length, blobs: 0 };
  }

  #hasParent({ parent_id }: RunSummary): boolean {
    return parent_id !== undefined && this.#entryOf(parent_id) !== undefined;
  }

  close(): void {
    this.#young = new MemoryGeneration();
    this.#old = new MemoryGeneration();
    this.#journals.clear();
    this.#latest = undefined;
    this.#latestId = '';
  }

  #entryOf(id: string): MemoryEntry | undefined {
    if (id === this.#latestId) return this.#latest;
    const entry = this.#young.runs.get(id) ?? this.#old.runs.get(id);
    if (entry) {
      this.#latestId = id;
      this.#latest = entry;
    }
    return entry;
  }

  #all(): MemoryEntry[] {
    return [...this.#old.runs.values(), ...this.#young.runs.values()];
  }

  /** A run that lasted is as new as any when it ends; with enough that have ended, the generation before is forgotten. */
  #finish(id: string, entry: MemoryEntry): void {
    const young = this.#young;
    const old = this.#old;
    if (old.open > 0 && old.runs.delete(id)) {
      old.open--;
      young.add(id, entry);
    }
    young.open--;
    const { parent_id } = entry.created;
    if (parent_id !== undefined) young.noteChild(parent_id, entry);
    if (++young.finished >= this.#generationSize) this.#startGeneration();
  }

  #startGeneration(): void {
    const forgotten = this.#old;
    this.#old = this.#young;
    const young = (this.#young = new MemoryGeneration());
    if (forgotten.open > 0) {
      forgotten.runs.forEach((entry, id) => {
        if (!isFinal(statusOf(entry))) young.add(id, entry);
      });
    }
    for (const parentId of forgotten.children.keys()) this.#generationOf(parentId)?.takeChildren(parentId, forgotten);
    if (this.#journals.size === 0) return;
    for (const id of forgotten.runs.keys()) if (!this.#generationOf(id)) this.#journals.delete(id);
  }

  #generationOf(id: string): MemoryGeneration | undefined {
    if (this.#young.runs.has(id)) return this.#young;
    return this.#old.runs.has(id) ? this.#old : undefined;
  }

  #remove(id: string): void {
    this.#young.runs.delete(id);
    this.#old.runs.delete(id);
    this.#journals.delete(id);
    if (id === this.#latestId) this.#latest = undefined;
  }

  #record(runId: string, epoch: number, entries: readonly NewJournalEntry[]): void {
    const journal = this.#journals.get(runId) ?? new Map<number, JournalEntry>();
    this.#journals.set(runId, journal);
    for (const entry of entries) if (!journal.has(entry.seq)) journal.set(entry.seq, { ...plainEntryOf(entry), epoch });
  }
}
