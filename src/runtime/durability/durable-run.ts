import type { LendingEventStream, StreamEnd } from '../../authoring/reporting/lending-event-stream.js';
import type { StepClock } from '../../authoring/steps/step-clock.js';
import type { MaybePromise } from '../../authoring/steps/maybe-promise.js';
import { type LeaseLostError, RunOwnedError } from '../../foundation/errors/durability.errors.js';
import { errorToJson } from '../../foundation/errors/error-json.js';
import { RunCancelledError } from '../../foundation/errors/run.errors.js';
import type { SynapseError } from '../../foundation/errors/synapse.error.js';
import type { RunChange, RunRecord } from '../run-store/run-record.js';
import type { RunStore } from '../run-store/run-store.interface.js';
import { assureLease } from './assured-lease.js';
import { DurableJournal } from './durable-journal.js';
import { DurableNotes } from './durable-notes.js';
import { LeaseKeeper, type LeaseListener } from './lease-keeper.js';
import type { RunClock } from './run-clock.js';
import { RunCommits } from './run-commits.js';
import type { StoredSteps } from './step-entries.js';

/** The run that is to be told to end. */
export interface DurableTarget {
  readonly action: string;
  readonly abortError: SynapseError | undefined;
  abort(error: SynapseError): unknown;
}

/** What a {@link DurableRun} is made of. */
export interface DurableRunOptions {
  readonly store: RunStore;
  /** The run as it was made, or claimed: with its epoch. */
  readonly record: RunRecord;
  readonly leaseMs: number;
  readonly clock: RunClock;
  readonly stream: LendingEventStream;
  readonly target: DurableTarget;
  /** What earlier owners have done. */
  readonly before?: StoredSteps;
}

/** What makes a run outlive its process: its lease, its journal, and the one commit that ends it. */
export class DurableRun implements LeaseListener {
  readonly journal: DurableJournal;
  /** What earlier owners have done. */
  readonly before: StoredSteps | undefined;
  readonly #options: DurableRunOptions;
  readonly #commits: RunCommits;
  readonly #lease: LeaseKeeper;

  constructor(options: DurableRunOptions) {
    const { store, record, leaseMs, clock, stream, target, before } = options;
    const epoch = record.epoch ?? 0;
    this.#options = options;
    this.before = before;
    this.#lease = new LeaseKeeper({ store, runId: record.id, epoch, leaseMs, clock }, this);
    this.#commits = new RunCommits({ store, runId: record.id, epoch, clock, stream, lease: this.#lease });
    const abortError = () => target.abortError && errorToJson(target.abortError);
    this.journal = new DurableJournal({ commits: this.#commits, clock, before, abortError });
  }

  /** What its steps note while they work. */
  get notes(): DurableNotes {
    const { store, record, stream } = this.#options;
    return new DurableNotes({ store, runId: record.id, stream, lease: this.#lease });
  }

  /** The clock of its steps: what was waited for goes on only once the run is known to be this process's still. */
  get stepClock(): StepClock {
    const { clock } = this.#options;
    return {
      monotonicMs: () => clock.monotonicMs(),
      after: (delayMs, callback) =>
        clock.after(delayMs, () => {
          const confirmed = this.#lease.confirm();
          if (confirmed) void confirmed.then(callback);
          else callback();
        }),
    };
  }

  /** Set once the run is not this process's any more. */
  get lostError(): LeaseLostError | undefined {
    return this.#lease.lostError;
  }

  /** For a store that took its time to make the run. @throws RunOwnedError when somebody else has it by now. */
  async assureLease(): Promise<void> {
    const { store, clock, leaseMs, record } = this.#options;
    const { id, epoch = 0, lease_expires_at: expiresAt = 0 } = record;
    if (await assureLease({ store, clock, runId: id, epoch, leaseMs, expiresAt })) return;
    throw new RunOwnedError(id, 'a process that has taken it over');
  }

  /** Keeps the run from now on. */
  start(): void {
    this.#lease.start();
  }

  leaseLost(error: LeaseLostError): void {
    this.#options.stream.abandon();
    this.#options.target.abort(error);
  }

  cancelRequested(reason: string): void {
    const { target } = this.#options;
    target.abort(new RunCancelledError(target.action, reason));
  }

  /**
   * Writes how the run ended, with what is left of its journal and its events, and gives the lease back.
   *
   * @throws as {@link RunCommits.write}.
   */
  end(change: RunChange, end: StreamEnd): MaybePromise<void> {
    const { held, undoState: undo } = this.journal;
    const written = this.#commits.write({ entries: held.entries, change: { ...held.change, undo, ...change } }, end);
    if (written) return written.then(() => this.stop());
    this.stop();
  }

  /**
   * Leaves the run to whoever can go on with it, now.
   *
   * @param isBegun - Whether something was done that its events tell of; else the attempt leaves none.
   */
  async giveBack({ isBegun }: { readonly isBegun: boolean }): Promise<void> {
    // Before anybody else gives numbers: what is still on its way then would come among theirs.
    if (isBegun) await this.#options.stream.settle();
    this.stop();
    this.#options.stream.abandon();
    await this.release();
  }

  /** Stops executing the run, without an undo, for others to go on with it. Once it has stopped, {@link DurableRun.release} hands it over. */
  leave(reason: string): void {
    this.#options.stream.flush();
    this.#lease.lose(reason);
  }

  /** Ends the lease now, where it is still this process's. */
  async release(): Promise<void> {
    const { store, record } = this.#options;
    await store.renew(record.id, record.epoch ?? 0, 0);
  }

  /** Lets go of the run without a word to the store; its lease runs out. */
  stop(): void {
    this.#lease.stop();
  }
}
