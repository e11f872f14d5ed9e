import type { MaybePromise, RunStore } from '../run-store/run-store.interface.js';
import type { RunClock } from './run-clock.js';

/** A lease that was granted a while ago. */
export interface GivenLease {
  readonly store: RunStore;
  readonly clock: RunClock;
  readonly runId: string;
  readonly epoch: number;
  readonly leaseMs: number;
  /** When it is over, in milliseconds since the epoch. */
  readonly expiresAt: number;
}

/**
 * Renews a lease until enough of it is left to begin with, where the store has taken its time: else the run would be executed by this
 * process while it is for others to have.
 *
 * @returns Whether the run is still this process's; at once, without a promise, where enough is left.
 */
export function assureLease(lease: GivenLease): MaybePromise<boolean> {
  return isEnoughLeft(lease, lease.expiresAt) || renewed(lease);
}

function isEnoughLeft({ clock, leaseMs }: GivenLease, overAt: number): boolean {
  return overAt - clock.now() >= leaseMs / 2;
}

async function renewed(lease: GivenLease): Promise<boolean> {
  const { store, clock, runId, epoch, leaseMs } = lease;
  for (let overAt = 0; !isEnoughLeft(lease, overAt);) {
    overAt = clock.now() + leaseMs;
    const { held } = await store.renew(runId, epoch, overAt);
    if (!held) return false;
  }
  return true;
}
