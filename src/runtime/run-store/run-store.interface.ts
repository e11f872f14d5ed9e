import type { MaybePromise } from '../../authoring/steps/maybe-promise.js';
import type { RunEvent } from '../../authoring/reporting/run-event.js';
import type { RunStatus } from '../../foundation/config/enums.js';
import type { CommitOutcome, JournalEntry, NewJournalEntry, RunCommit } from './run-journal.js';
import type { ClaimOutcome, RenewOutcome, RunClaim } from './run-lease.js';
import type { RunChange, RunRecord, RunSummary } from './run-record.js';

/** Stores in memory answer at once, and the run path does not wait where it need not. */
export type { MaybePromise };

/** In milliseconds. */
export const DEFAULT_LEASE_MS = 15_000;

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
  /** Is told which runs are gone, some at a time: for what of them lies elsewhere. */
  readonly onRemoved?: (ids: readonly string[]) => void;
}

/** What was removed. */
export interface PruneReport {
  readonly runs: number;
  /** Large values that no run refers to any more. */
  readonly blobs: number;
  /** Of those, how many at least a storage did not remove, or could not be searched for, and what it said first: the next prune takes them. */
  readonly left?: { readonly count: number; readonly reason: string };
}

/**
 * Where runs, their events and their journals are kept.
 *
 * A store is the only truth about a run: handles, the CLI and HTTP read from it. Implementations must keep these rules: a
 * record in a final state never changes again, but for the undo of its steps, and has no lease while that does not go on; the events of a run are kept in the order of `seq`, and an event
 * whose `seq` is already there is ignored (a retry of the same append), as is one of an attempt that is over; a read after a write
 * sees it; a commit is durable as a whole or not at all, and only while its epoch is the run's.
 */
export abstract class RunStore {
  /** Whether a run outlives its process here. Then it has a lease and a journal, and another process can go on with it. */
  get isDurable(): boolean {
    return true;
  }
  /** How long a run's owner may be silent before a peer takes the run over, in milliseconds. */
  readonly leaseMs: number = DEFAULT_LEASE_MS;

  /**
   * Adds a run, with its first lease where it has one.
   *
   * @param entries - A journal that it begins with, in its epoch. @defaultValue none
   * @throws when the id is taken.
   */
  abstract create(record: RunRecord, entries?: readonly NewJournalEntry[]): MaybePromise<void>;
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
   * Makes a process the owner of a run that waits, or whose owner is gone, or that is over and to be undone: with the next epoch, so that nothing which the earlier
   * owner may still commit counts, and with the next attempt, where there was one.
   */
  abstract claim(runId: string, claim: RunClaim): MaybePromise<ClaimOutcome>;
  /**
   * Puts the end of a lease off, or ends it; resolves to whether the run is still that owner's, and whether somebody wants it to end.
   *
   * @param expiresAt - In milliseconds since the epoch. One that is earlier than the lease's end changes nothing, since a renewal may come late,
   * or twice; 0 ends the lease.
   */
  abstract renew(runId: string, epoch: number, expiresAt: number): MaybePromise<RenewOutcome>;
  /**
   * Notes that a run is to end, for whoever owns it to find. The first reason stands.
   *
   * @returns Whether there is such a run, and it is not over.
   */
  abstract requestCancel(runId: string, reason: string): MaybePromise<boolean>;
  /**
   * Runs whose leases are over, longest first: they run, or are undone after their end.
   *
   * @param now - Milliseconds since the epoch.
   * @param limit - Most runs to return. @defaultValue 100
   */
  abstract expired(now: number, limit?: number): MaybePromise<readonly RunSummary[]>;
  /**
   * Removes finished runs with all that belongs to them, their children included, but for those that are being undone. The children of a run
   * that stays, stay: what it has done is in them. The conditions are asked of the run, not of its children.
   */
  abstract prune(request?: PruneRequest): MaybePromise<PruneReport>;
  /**
   * Finds out now whether runs can be kept, rather than with the first of them: a host calls it when it starts. May be called again. A store that needs no
   * opening leaves it out.
   *
   * @throws what is wrong, with the place, what was expected and the cure; `retryable` where it may pass by itself, e.g. a server that is away.
   */
  open?(): MaybePromise<void>;
  /** Frees what the store holds. Runs are not touched. */
  abstract close(): MaybePromise<void>;
}
