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

/** Which method of a store was called. */
export type StoreMethod = Exclude<
  { [K in keyof RunStore]-?: RunStore[K] extends (...args: never[]) => unknown ? K : never }[keyof RunStore],
  'open' | 'close'
>;

/** One call of a store. */
export interface StoreCall {
  readonly method: StoreMethod;
  /** The run that it is about; absent for calls about many. */
  readonly runId?: string;
}

/**
 * A store in front of another one, for tests that want something to happen around its calls. Subclasses override
 * {@link DecoratedRunStore.around}, or single methods to change what is handed on.
 */
export class DecoratedRunStore extends RunStore {
  override readonly leaseMs: number;

  constructor(protected readonly inner: RunStore) {
    super();
    this.leaseMs = inner.leaseMs;
  }

  override get isDurable(): boolean {
    return this.inner.isDurable;
  }

  create(record: RunRecord, entries?: readonly NewJournalEntry[]): MaybePromise<void> {
    return this.around({ method: 'create', runId: record.id }, () => this.inner.create(record, entries));
  }
  update(runId: string, change: RunChange): MaybePromise<boolean> {
    return this.around({ method: 'update', runId }, () => this.inner.update(runId, change));
  }
  get(runId: string): MaybePromise<RunRecord | undefined> {
    return this.around({ method: 'get', runId }, () => this.inner.get(runId));
  }
  list(filter?: RunFilter): MaybePromise<readonly RunSummary[]> {
    return this.around({ method: 'list' }, () => this.inner.list(filter));
  }
  append(runId: string, events: readonly RunEvent[]): MaybePromise<void> {
    return this.around({ method: 'append', runId }, () => this.inner.append(runId, events));
  }
  events(runId: string, afterSeq?: number, limit?: number): MaybePromise<readonly RunEvent[]> {
    return this.around({ method: 'events', runId }, () => this.inner.events(runId, afterSeq, limit));
  }
  commit(runId: string, epoch: number, commit: RunCommit): MaybePromise<CommitOutcome> {
    return this.around({ method: 'commit', runId }, () => this.inner.commit(runId, epoch, commit));
  }
  journal(runId: string): MaybePromise<readonly JournalEntry[]> {
    return this.around({ method: 'journal', runId }, () => this.inner.journal(runId));
  }
  claim(runId: string, claim: RunClaim): MaybePromise<ClaimOutcome> {
    return this.around({ method: 'claim', runId }, () => this.inner.claim(runId, claim));
  }
  renew(runId: string, epoch: number, expiresAt: number): MaybePromise<RenewOutcome> {
    return this.around({ method: 'renew', runId }, () => this.inner.renew(runId, epoch, expiresAt));
  }
  requestCancel(runId: string, reason: string): MaybePromise<boolean> {
    return this.around({ method: 'requestCancel', runId }, () => this.inner.requestCancel(runId, reason));
  }
  expired(now: number, limit?: number): MaybePromise<readonly RunSummary[]> {
    return this.around({ method: 'expired' }, () => this.inner.expired(now, limit));
  }
  prune(request?: PruneRequest): MaybePromise<PruneReport> {
    return this.around({ method: 'prune' }, () => this.inner.prune(request));
  }
  override open(): MaybePromise<void> {
    return this.inner.open?.();
  }
  close(): MaybePromise<void> {
    return this.inner.close();
  }

  /** Every call but `open` and `close` goes through here; `work` hands it on. */
  protected around<T>(_call: StoreCall, work: () => MaybePromise<T>): MaybePromise<T> {
    return work();
  }
}
