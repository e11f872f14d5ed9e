import { LeaseLostError } from '../../foundation/errors/durability.errors.js';
import type { MaybePromise } from '../../authoring/steps/maybe-promise.js';
import { messageOf } from '../../foundation/errors/synapse.error.js';
import type { RenewOutcome } from '../run-store/run-lease.js';
import type { RunStore } from '../run-store/run-store.interface.js';
import type { RunClock } from './run-clock.js';

/** What a {@link LeaseKeeper} is made of. */
export interface LeaseKeeperOptions {
  readonly store: RunStore;
  readonly runId: string;
  readonly epoch: number;
  /** How long the lease holds without being renewed, in milliseconds. */
  readonly leaseMs: number;
  readonly clock: RunClock;
}

/** Hears what becomes of a lease. */
export interface LeaseListener {
  /** The run is not this process's any more. Told once. */
  leaseLost(error: LeaseLostError): void;
  /** Somebody else wants the run to end. Told with each renewal. */
  cancelRequested(reason: string): void;
}

/** Renewals within the time of a lease: two may fail. */
const RENEWALS_PER_LEASE = 3;
/** Longest pause between two renewals, in milliseconds: a renewal is also how a run hears that it is to end. */
const MAX_PAUSE_MS = 5_000;
/** Tries after a renewal that failed. */
const RETRIES_PER_LEASE = 10;

/**
 * Keeps a run this process's, by renewing its lease from the very event loop that the run's steps are on: a loop that is blocked
 * loses it.
 */
export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions;
  readonly #listener: LeaseListener;
  #overAtMs: number;
  #stopTimer: (() => void) | undefined;
  #isStopped = false;
  #lostError: LeaseLostError | undefined;

  constructor(options: LeaseKeeperOptions, listener: LeaseListener) {
    this.#options = options;
    this.#listener = listener;
    this.#overAtMs = options.clock.monotonicMs() + options.leaseMs;
  }

  /** Begins to renew a lease that was granted a moment ago. */
  start(): void {
    this.#schedule(RENEWALS_PER_LEASE);
  }

  /** Why the run is not this process's any more; undefined while it is. */
  get lostError(): LeaseLostError | undefined {
    return this.#lostError;
  }

  /** Whether the time of the lease has passed since it was last renewed. Somebody else may have the run then. */
  get isOver(): boolean {
    return this.#options.clock.monotonicMs() >= this.#overAtMs;
  }

  /**
   * Asks the store whose the run is where the time of the lease has passed: a process that was blocked, or whose store took its time,
   * may have lost it without knowing. Resolves when that is known, whatever the answer; at once, without a promise, while the lease goes on.
   */
  confirm(): MaybePromise<void> {
    if (!this.#isStopped && this.isOver) return this.#confirmLate();
  }

  /** Gives the run up. The first reason stands. */
  lose(reason: string, cause?: unknown): LeaseLostError {
    if (!this.#lostError) {
      this.#lostError = new LeaseLostError(this.#options.runId, reason, cause);
      this.stop();
      this.#listener.leaseLost(this.#lostError);
    }
    return this.#lostError;
  }

  /** Ends the renewals. */
  stop(): void {
    this.#isStopped = true;
    this.#stopTimer?.();
  }

  async #confirmLate(): Promise<void> {
    const { store, runId, epoch, leaseMs, clock } = this.#options;
    while (!this.#isStopped && this.isOver) {
      const overAtMs = clock.monotonicMs() + leaseMs;
      try {
        const { held, cancelRequested } = await store.renew(runId, epoch, clock.now() + leaseMs);
        if (this.#isStopped) return;
        if (!held) return void this.lose('another process has taken it over, or ended it');
        this.#overAtMs = overAtMs;
        if (cancelRequested !== undefined) this.#listener.cancelRequested(cancelRequested);
      } catch (thrown) {
        this.lose(`its lease was over, and its store could not be asked: ${messageOf(thrown)}`, thrown);
      }
    }
  }

  #schedule(timesPerLease: number): void {
    const { clock, leaseMs } = this.#options;
    const pauseMs = Math.min(MAX_PAUSE_MS, Math.max(1, Math.floor(leaseMs / timesPerLease)));
    this.#stopTimer = clock.inBackground(pauseMs, () => this.#renew());
  }

  #renew(): void {
    const { store, runId, epoch, leaseMs, clock } = this.#options;
    // Counted from before the call: the store may take its time.
    const overAtMs = clock.monotonicMs() + leaseMs;
    try {
      const answer = store.renew(runId, epoch, clock.now() + leaseMs);
      if (!(answer instanceof Promise)) return this.#renewed(answer, overAtMs);
      answer.then(
        (outcome) => this.#renewed(outcome, overAtMs),
        () => this.#failed(),
      );
    } catch {
      this.#failed();
    }
  }

  #renewed({ held, cancelRequested }: RenewOutcome, overAtMs: number): void {
    if (this.#isStopped) return;
    if (!held) {
      this.lose('another process has taken it over, or ended it');
      return;
    }
    this.#overAtMs = overAtMs;
    if (cancelRequested !== undefined) this.#listener.cancelRequested(cancelRequested);
    if (!this.#isStopped) this.#schedule(RENEWALS_PER_LEASE);
  }

  /** The store cannot be reached at the moment. Whose the run is shows when it can. */
  #failed(): void {
    if (!this.#isStopped) this.#schedule(RETRIES_PER_LEASE);
  }
}
