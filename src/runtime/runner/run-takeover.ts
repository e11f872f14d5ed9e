import { SynapseError } from '../../foundation/errors/synapse.error.js';
import type { RunClock } from '../durability/run-clock.js';
import { isFinal, type RunSummary } from '../run-store/run-record.js';
import type { RunStore } from '../run-store/run-store.interface.js';
import type { RunHandle } from './run-handle.js';
import type { RunRecovery } from './run-recovery.js';

/** How a host takes runs over. */
export interface TakeoverOptions {
  /** Pause between two looks at the store, in milliseconds, 1 and up. @defaultValue 5,000 */
  readonly intervalMs?: number;
  /** Is told of a run that could not be taken over, once. @defaultValue nobody is */
  readonly onRefused?: (run: RunSummary, error: unknown) => void;
}

/** What a {@link RunTakeover} works with. */
export interface RunTakeoverInit extends TakeoverOptions {
  readonly store: RunStore;
  readonly recovery: RunRecovery;
  readonly clock: RunClock;
}

const DEFAULT_INTERVAL_MS = 5_000;

/** Codes of what is wrong with one run, and not with its store. */
const OF_ONE_RUN: readonly string[] = ['SYN_STORE_VALUE_LOST', 'SYN_STORE_VALUE_UNAVAILABLE'];

/** Codes of the answers that only mean that somebody else was faster. */
const TAKEN: readonly string[] = ['SYN_RUN_OWNED', 'SYN_RUN_ENDED', 'SYN_RUN_NOT_FOUND'];

/**
 * Looks for runs whose processes are gone, and goes on with those that this process knows the action of.
 *
 * A run is found at most an interval after the end of its lease. Children of a run that is not over are left to it: whoever takes that one over
 * goes on with them.
 */
export class RunTakeover {
  readonly #init: RunTakeoverInit;
  /** Runs that this process cannot go on with. Another one may. */
  readonly #refused = new Set<string>();
  #stopTimer: (() => void) | undefined;
  #isStopped = false;

  constructor(init: RunTakeoverInit) {
    this.#init = init;
  }

  /** Looks now, and from now on after each interval. */
  start(): void {
    void this.sweep().then(() => this.#schedule());
  }

  /** Takes no more runs over. */
  stop(): void {
    this.#isStopped = true;
    this.#stopTimer?.();
  }

  /** Looks once; resolves to the runs that this process now goes on with. A store that fails is asked again next time. */
  async sweep(): Promise<readonly RunHandle[]> {
    const { store, clock } = this.#init;
    const taken: RunHandle[] = [];
    try {
      for (const run of await store.expired(clock.now())) {
        if (this.#isStopped) break;
        const handle = (await this.#isOurs(run)) ? await this.#take(run) : undefined;
        if (handle) taken.push(handle);
      }
    } catch {
      // The runs are still there when the store is back.
    }
    return taken;
  }

  #schedule(): void {
    const { clock, intervalMs = DEFAULT_INTERVAL_MS } = this.#init;
    if (!this.#isStopped) this.#stopTimer = clock.inBackground(intervalMs, () => this.start());
  }

  async #isOurs(run: RunSummary): Promise<boolean> {
    if (this.#refused.has(run.id) || !this.#init.recovery.knows(run)) return false;
    return run.parent_id === undefined || this.#isLeftBy(run.parent_id, run);
  }

  /** Whether a run has nobody above it any more who would go on with it. One whose value is lost or away is no reason not to look at other runs. */
  async #isLeftBy(parentId: string, run: RunSummary): Promise<boolean> {
    try {
      const parent = await this.#init.store.get(parentId);
      return !parent || isFinal(parent.status);
    } catch (thrown) {
      if (!SynapseError.is(thrown) || !OF_ONE_RUN.includes(thrown.code)) throw thrown;
      if (!thrown.retryable) this.#refuse(run, thrown);
      return false;
    }
  }

  async #take(run: RunSummary): Promise<RunHandle | undefined> {
    const { recovery } = this.#init;
    try {
      const handle: RunHandle = isFinal(run.status)
        ? await recovery.undo(run.id, {})
        : await recovery.resume(run.id, {});
      void handle.outcome().then(() => this.#noteUnfinished(handle, run));
      return handle;
    } catch (thrown) {
      if (!isForNow(thrown)) this.#refuse(run, thrown);
      return undefined;
    }
  }

  /** A run that could not even begin here must not be begun again and again, unless its store was away. */
  async #noteUnfinished(handle: RunHandle, run: RunSummary): Promise<void> {
    if (!handle.isGivenBack) return;
    const outcome = await handle.outcome();
    if (outcome.status !== 'completed' && !isForNow(outcome.error)) this.#refuse(run, outcome.error);
  }

  #refuse(run: RunSummary, error: unknown): void {
    this.#refused.add(run.id);
    this.#init.onRefused?.(run, error);
  }
}

/** Whether it can be tried again: somebody else was faster, or the store is away. */
function isForNow(thrown: unknown): boolean {
  if (!SynapseError.is(thrown)) return false;
  return TAKEN.includes(thrown.code) || (thrown.retryable && thrown.code.startsWith('SYN_STORE_'));
}
