import type { LendingEventStream, StreamEnd } from '../../authoring/reporting/lending-event-stream.js';
import type { MaybePromise } from '../../authoring/steps/maybe-promise.js';
import { messageOf, SynapseError } from '../../foundation/errors/synapse.error.js';
import type { CommitOutcome, RunCommit } from '../run-store/run-journal.js';
import type { RunStore } from '../run-store/run-store.interface.js';
import type { LeaseKeeper } from './lease-keeper.js';
import type { RunClock } from './run-clock.js';

/** What {@link RunCommits} are made of. */
export interface RunCommitsOptions {
  readonly store: RunStore;
  readonly runId: string;
  readonly epoch: number;
  readonly clock: RunClock;
  readonly stream: LendingEventStream;
  readonly lease: LeaseKeeper;
}

const FIRST_DELAY_MS = 20;
const MAX_DELAY_MS = 1_000;
/** The storage of large values may be away while the lease is renewed all the same, and was tried for as long as is allowed. */
const TRIED_ENOUGH = 'SYN_STORE_VALUE_UNAVAILABLE';

const LOST: Readonly<Record<Exclude<CommitOutcome, 'committed'>, string>> = {
  stale_epoch: 'another process has taken it over',
  ended: 'another process has ended it',
  not_found: 'it is not in the store any more',
};

/**
 * Writes what a run has come to, each time with the events that wait, in one commit of the store.
 *
 * A store that fails is asked again until the lease is over: nobody else has the run before.
 */
export class RunCommits {
  readonly #options: RunCommitsOptions;

  constructor(options: RunCommitsOptions) {
    this.#options = options;
  }

  /**
   * Answers at once where the store does.
   *
   * @throws LeaseLostError when the run is not this process's any more; StoreValueError or ResultNotSerializableError for a value without
   * a JSON form, which changes nothing.
   */
  write(parts: Omit<RunCommit, 'events'>, end?: StreamEnd): MaybePromise<void> {
    const { store, runId, epoch, stream, lease } = this.#options;
    if (lease.lostError) throw lease.lostError;
    const commit: RunCommit = { ...parts, events: stream.lend(end) };
    let answer: MaybePromise<CommitOutcome>;
    try {
      answer = store.commit(runId, epoch, commit);
    } catch (thrown) {
      return this.#persist(commit, thrown);
    }
    if (typeof answer === 'string') return this.#settle(answer);
    return answer.then(
      (outcome) => this.#settleLate(outcome),
      (thrown: unknown) => this.#persist(commit, thrown),
    );
  }

  #settle(outcome: CommitOutcome): void {
    const { stream, lease } = this.#options;
    if (outcome !== 'committed') throw lease.lose(LOST[outcome]);
    stream.giveBack(true);
  }

  /** What follows a commit must not begin when the run has been lost while its answer was on the way. */
  #settleLate(outcome: CommitOutcome): MaybePromise<void> {
    const { lease } = this.#options;
    this.#settle(outcome);
    return lease.confirm()?.then(() => {
      if (lease.lostError) throw lease.lostError;
    });
  }

  async #persist(commit: RunCommit, first: unknown): Promise<void> {
    const { store, runId, epoch, clock } = this.#options;
    let thrown = first;
    for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(MAX_DELAY_MS, delayMs * 2)) {
      this.#refuseHopeless(thrown);
      await new Promise<void>((resolve) => clock.after(delayMs, resolve));
      try {
        const outcome = await store.commit(runId, epoch, commit);
        const isDone = outcome === 'ended' && (await this.#isWritten(commit));
        return await this.#settleLate(isDone ? 'committed' : outcome);
      } catch (again) {
        if (again === this.#options.lease.lostError) throw again;
        thrown = again;
      }
    }
  }

  /** Throws when no later try can succeed. */
  #refuseHopeless(thrown: unknown): void {
    const { stream, lease } = this.#options;
    if (lease.lostError) throw lease.lostError;
    if (isOfValue(thrown)) {
      stream.giveBack(false);
      throw thrown;
    }
    const reason = messageOf(thrown);
    if (SynapseError.is(thrown) && (!thrown.retryable || thrown.code === TRIED_ENOUGH))
      throw lease.lose(`its store failed: ${reason}`, thrown);
    if (lease.isOver) throw lease.lose(`its lease was over before its store could be reached again: ${reason}`, thrown);
  }

  /** Whether an earlier try, whose answer was lost, is what has ended the run. */
  async #isWritten({ change }: RunCommit): Promise<boolean> {
    const { store, runId, epoch } = this.#options;
    const run = await store.get(runId);
    if (!run || run.epoch !== epoch) return false;
    return change?.status === undefined ? run.undo === change?.undo : run.status === change.status;
  }
}

/** Whether it is a value that cannot be kept, and not the store that cannot keep it. */
function isOfValue(thrown: unknown): boolean {
  return SynapseError.is(thrown) && ['SYN_STORE_VALUE', 'SYN_RESULT_NOT_SERIALIZABLE'].includes(thrown.code);
}
