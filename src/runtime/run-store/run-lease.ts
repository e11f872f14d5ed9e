import { isKnownDead, type RunOwner } from './run-owner.js';
import { isFinal, type RunRecord, type RunSummary } from './run-record.js';

/** A process that wants to execute a run. */
export interface RunClaim {
  readonly owner: RunOwner;
  /** How long the lease holds without being renewed, in milliseconds. */
  readonly leaseMs: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * What became of a claim. A run that was not claimed is over (`ended`), in the hands of a process that may be alive (`owned`), or not
 * there (`not_found`).
 */
export type ClaimOutcome =
  | {
      readonly claimed: true;
      readonly run: RunRecord;
      /** Number of the last stored event; 0 when there is none. */ readonly lastSeq: number;
    }
  | { readonly claimed: false; readonly reason: 'ended' | 'owned' | 'not_found' };

/** What a claim of a run changes about it. */
export type GrantedLease = Required<
  Pick<RunRecord, 'status' | 'attempt' | 'epoch' | 'owner' | 'lease_expires_at' | 'started_at'>
>;

/**
 * The rule for claims, the same in every store: a run that waits can be had; one that runs can be had when its lease is over or its
 * owner is known to be dead. A run without a lease is in the hands of whoever made it.
 *
 * @returns What changes, or why nothing does.
 */
export function leaseFor(run: RunSummary, { owner, leaseMs, now }: RunClaim): GrantedLease | 'ended' | 'owned' {
  if (isFinal(run.status)) return 'ended';
  const isWaiting = run.status === 'pending' && run.lease_expires_at === undefined;
  const isOver = run.lease_expires_at !== undefined && run.lease_expires_at <= now;
  if (!isWaiting && !isOver && !(run.owner && isKnownDead(run.owner))) return 'owned';
  return {
    status: 'running',
    attempt: isWaiting ? run.attempt : run.attempt + 1,
    epoch: (run.epoch ?? 0) + 1,
    owner,
    lease_expires_at: now + leaseMs,
    started_at: run.started_at ?? now,
  };
}
