import type { RunEvent } from '../../authoring/reporting/run-event.js';
import type { CommitOutcome, JournalEntry, NewJournalEntry, RunCommit } from './run-journal.js';
import type { ClaimOutcome, RenewOutcome, RunClaim } from './run-lease.js';
import type { RunChange, RunRecord, RunSummary } from './run-record.js';
import {
  type MaybePromise,
  type PruneReport,
  type PruneRequest,
  type RunFilter,
  RunStore,
} from './run-store.interface.js';

/**
 * A store around another one. Whoever wants to count, delay, refuse or break calls overrides {@link RunStoreDecorator.around}, through which
 * all of them go.
 */
export class RunStoreDecorator extends RunStore {
  override readonly leaseMs: number;

  constructor(protected readonly inner: RunStore) {
    super();
    this.leaseMs = inner.leaseMs;
  }

  override get isDurable(): boolean {
    return this.inner.isDurable;
  }

  create(record: RunRecord, entries?: readonly NewJournalEntry[]): MaybePromise<void> {
    return this.around('create', () => this.inner.create(record, entries));
  }
  update(id: string, change: RunChange): MaybePromise<boolean> {
    return this.around('update', () => this.inner.update(id, change));
  }
  get(id: string): MaybePromise<RunRecord | undefined> {
    return this.around('get', () => this.inner.get(id));
  }
  list(filter?: RunFilter): MaybePromise<readonly RunSummary[]> {
    return this.around('list', () => this.inner.list(filter));
  }
  append(runId: string, events: readonly RunEvent[]): MaybePromise<void> {
    return this.around('append', () => this.inner.append(runId, events));
  }
  events(runId: string, afterSeq?: number, limit?: number): MaybePromise<readonly RunEvent[]> {
    return this.around('events', () => this.inner.events(runId, afterSeq, limit));
  }
  commit(runId: string, epoch: number, commit: RunCommit): MaybePromise<CommitOutcome> {
    return this.around('commit', () => this.inner.commit(runId, epoch, commit));
  }
  journal(runId: string): MaybePromise<readonly JournalEntry[]> {
    return this.around('journal', () => this.inner.journal(runId));
  }
  claim(runId: string, claim: RunClaim): MaybePromise<ClaimOutcome> {
    return this.around('claim', () => this.inner.claim(runId, claim));
  }
  renew(runId: string, epoch: number, expiresAt: number): MaybePromise<RenewOutcome> {
    return this.around('renew', () => this.inner.renew(runId, epoch, expiresAt));
  }
  requestCancel(runId: string, reason: string): MaybePromise<boolean> {
    return this.around('requestCancel', () => this.inner.requestCancel(runId, reason));
  }
  expired(now: number, limit?: number): MaybePromise<readonly RunSummary[]> {
    return this.around('expired', () => this.inner.expired(now, limit));
  }
  prune(request?: PruneRequest): MaybePromise<PruneReport> {
    return this.around('prune', () => this.inner.prune(request));
  }
  close(): MaybePromise<void> {
    return this.around('close', () => this.inner.close());
  }

  /** Every call of the store comes through here. */
  protected around<T>(_call: StoreCall, work: () => MaybePromise<T>): MaybePromise<T> {
    return work();
  }
}

/** Names of a store's calls. */
export type StoreCall = {
  [K in keyof RunStore]: RunStore[K] extends (...args: never[]) => unknown ? K : never;
}[keyof RunStore];
