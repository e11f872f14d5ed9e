import type { RunStore } from '../run-store/run-store.interface.js';
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
 * @returns Whether the run is still this process's.
 */
export async function assureLease({ store, clock, runId, epoch, leaseMs, expiresAt }: GivenLease): Promise<boolean> {
  for (let overAt = expiresAt; overAt - clock.now() < leaseMs / 2;) {
    overAt = clock.now() + leaseMs;
    const { held } = await store.renew(runId, epoch, overAt);
    if (!held) return false;
  }
  return true;
}
