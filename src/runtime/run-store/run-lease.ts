import { isKnownDead, type RunOwner } from './run-owner.js';
import { isFinal, type RunRecord, type RunSummary } from './run-record.js';

/** What a run is claimed for: to execute it, or to undo its steps, also when it is over. */
export type ClaimPurpose = 'run' | 'undo';

/** A process that wants to execute a run. */
export interface RunClaim {
  readonly owner: RunOwner;
  /** How long the lease holds without being renewed, in milliseconds. */
  readonly leaseMs: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** For `undo`, a run that is over can be had as well, unless all of it is undone. @defaultValue `run` */
  readonly purpose?: ClaimPurpose;
}

/** What became of a renewal. */
export interface RenewOutcome {
  /** Whether the run is still that owner's. */
  readonly held: boolean;
  /** Why somebody else wants the run to end, if anybody does. */
  readonly cancelRequested?: string;
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
> &
  Pick<RunRecord, 'undo'>;

/**
 * The rule for claims, the same in every store: a run that waits can be had; one that runs can be had when its lease is over or its
 * owner is known to be dead. A running run without a lease is in the hands of whoever made it. A run that is over can be had to be undone.
 *
 * @returns What changes, or why nothing does.
 */
export function leaseFor(run: RunSummary, claim: RunClaim): GrantedLease | 'ended' | 'owned' {
  const isEnded = isFinal(run.status);
  if (isEnded && (claim.purpose !== 'undo' || run.undo === 'done')) return 'ended';
  if (!isFree(run, claim.now)) return 'owned';
  return {
    status: isEnded ? run.status : 'running',
    attempt: isWaiting(run) ? run.attempt : run.attempt + 1,
    epoch: (run.epoch ?? 0) + 1,
    owner: claim.owner,
    lease_expires_at: claim.now + claim.leaseMs,
    started_at: run.started_at ?? claim.now,
    undo: isEnded ? 'pending' : run.undo,
  };
}

/** Whether nobody executes a run that goes on: its process is known to be dead, or has given it back. */
export function isLeft({ owner, lease_expires_at }: Pick<RunSummary, 'owner' | 'lease_expires_at'>): boolean {
  return lease_expires_at === 0 || (owner !== undefined && isKnownDead(owner));
}

function isFree(run: RunSummary, now: number): boolean {
  const { status, owner, lease_expires_at } = run;
  const isUnowned = isWaiting(run) || (isFinal(status) && lease_expires_at === undefined);
  const isOver = lease_expires_at !== undefined && lease_expires_at <= now;
  return isUnowned || isOver || (owner !== undefined && isKnownDead(owner));
}

function isWaiting({ status, lease_expires_at }: RunSummary): boolean {
  return status === 'pending' && lease_expires_at === undefined;
}
