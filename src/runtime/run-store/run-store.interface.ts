import type { MaybePromise } from '../../authoring/steps/maybe-promise.js';
import type { RunEvent } from '../../authoring/reporting/run-event.js';
import type { RunStatus } from '../../foundation/config/enums.js';
import type { CommitOutcome, JournalEntry, RunCommit } from './run-journal.js';
import type { ClaimOutcome, RunClaim } from './run-lease.js';
import type { RunChange, RunRecord, RunSummary } from './run-record.js';

/** Stores in memory answer at once, and the run path does not wait where it need not. */
export type { MaybePromise };

/** Which runs to list. All conditions hold together. */
export interface RunFilter {
  readonly plugin?: string;
  readonly action?: string;
  readonly status?: RunStatus;
  /** Created at this time or later, in milliseconds since the epoch. */
  readonly since?: number;
  /** Children of this run. */
  readonly parentId?: string;
  /** Most rows to return, 1 to 1,000. @defaultValue 100 */
  readonly limit?: number;
}

/** Which finished runs to remove. All conditions hold together; without any, every finished run goes. */
export interface PruneRequest {
  /** Those that ended longer ago than this, in milliseconds. */
  readonly olderThanMs?: number;
  /** Those in this state; a state that is not final matches none. */
  readonly status?: RunStatus;
  /** All but the newest of those that match `status`; 0 and up. */
  readonly keep?: number;
  /** Milliseconds since the epoch. @defaultValue the time of the call */
  readonly now?: number;
}

/** What was removed. */
export interface PruneReport {
  readonly runs: number;
  /** Large values that no run refers to any more. */
  readonly blobs: number;
}

/**
 * Where runs, their events and their journals are kept.
 *
 * A store is the only truth about a run: handles, the CLI and HTTP read from it. Implementations must keep these rules: a
 * record in a final state never changes again; the events of a run are kept in the order of `seq`, and an event
 * whose `seq` is already there is ignored (a retry of the same append), as is one of an attempt that is over; a read after a write
 * sees it; a commit is durable as a whole or not at all, and only while its epoch is the run's.
 */
export abstract class RunStore {
  /** Adds a run, with its first lease where it has one. @throws when the id is taken. */
  abstract create(record: RunRecord): MaybePromise<void>;
  /** Changes a run that is not final, whoever owns it; resolves to whether it was. */
  abstract update(id: string, change: RunChange): MaybePromise<boolean>;
  abstract get(id: string): MaybePromise<RunRecord | undefined>;
  /** Newest first. */
  abstract list(filter?: RunFilter): MaybePromise<readonly RunSummary[]>;
  /** Adds events to a run's stream. */
  abstract append(runId: string, events: readonly RunEvent[]): MaybePromise<void>;
  /**
   * Events after `afterSeq`, in order.
   *
   * @param limit - Most events to return; more may follow. @defaultValue 1,000
   */
  abstract events(runId: string, afterSeq?: number, limit?: number): MaybePromise<readonly RunEvent[]>;
  /**
   * Writes what a step of a run came to, as one.
   *
   * @param epoch - That of the owner who commits, as {@link RunStore.claim} gave it.
   */
  abstract commit(runId: string, epoch: number, commit: RunCommit): MaybePromise<CommitOutcome>;
  /** What the run has done so far, in order. */
  abstract journal(runId: string): MaybePromise<readonly JournalEntry[]>;
  /**
   * Makes a process the owner of a run that waits, or whose owner is gone: with the next epoch, so that nothing which the earlier
   * owner may still commit counts, and with the next attempt, where there was one.
   */
  abstract claim(runId: string, claim: RunClaim): MaybePromise<ClaimOutcome>;
  /**
   * Puts the end of a lease off, or ends it; resolves to whether the run is still that owner's.
   *
   * @param expiresAt - In milliseconds since the epoch; the present ends the lease.
   */
  abstract renew(runId: string, epoch: number, expiresAt: number): MaybePromise<boolean>;
  /**
   * Running runs whose leases are over, longest first.
   *
   * @param now - Milliseconds since the epoch.
   * @param limit - Most runs to return. @defaultValue 100
   */
  abstract expired(now: number, limit?: number): MaybePromise<readonly RunSummary[]>;
  /** Removes finished runs with all that belongs to them, but for children of a run that is not over: its journal is its children. */
  abstract prune(request?: PruneRequest): MaybePromise<PruneReport>;
  /** Frees what the store holds. Runs are not touched. */
  abstract close(): MaybePromise<void>;
}
