import { setImmediate as nextTurn } from 'node:timers/promises';
import { isTerminal, type RunEvent } from '../../authoring/reporting/run-event.js';
import { RunCancelledError, RunNotFoundError, UsageError } from '../../foundation/errors/run.errors.js';
import type { SynapseError } from '../../foundation/errors/synapse.error.js';
import type { ActiveRun } from '../invocation/active-run.js';
import type { KeptSteps } from '../invocation/kept-steps.js';
import type { RunOutcome } from '../invocation/run-outcome.js';
import type { RunStatus } from '../../foundation/config/enums.js';
import type { RunRecord } from '../run-store/run-record.js';
import type { RunStore } from '../run-store/run-store.interface.js';

/** A run as its caller holds it. */
export class RunHandle<R = unknown> {
  readonly #run: ActiveRun;
  readonly #store: RunStore;
  readonly #outcome: Promise<RunOutcome>;

  constructor(run: ActiveRun, store: RunStore, outcome: Promise<RunOutcome>) {
    this.#run = run;
    this.#store = store;
    this.#outcome = outcome;
  }

  /** UUIDv7. */
  get id(): string {
    return this.#run.runId;
  }

  /**
   * When this attempt began, in milliseconds since the epoch.
   *
   * @internal
   */
  get startedAt(): number | undefined {
    return this.#run.record.started_at;
  }

  /**
   * When this attempt ended, in milliseconds since the epoch, by the clock of {@link RunHandle.startedAt}.
   *
   * @internal
   */
  get endedAt(): number | undefined {
    return this.#run.endedAt;
  }

  /**
   * What its steps have done, where that is in no store.
   *
   * @internal
   */
  get keptSteps(): KeptSteps | undefined {
    return this.#run.keptSteps;
  }

  /** The run's result. @throws the run's SynapseError when it failed or was cancelled. */
  result(): Promise<R> {
    return this.#outcome.then(resultOf) as Promise<R>;
  }

  /** How the run ended, without throwing. Everything it reported has been stored by then. */
  outcome(): Promise<RunOutcome> {
    return this.#outcome;
  }

  /** Resolves when every listener has seen all of a run that is over. */
  async shown(): Promise<void> {
    await this.#outcome;
    await this.#run.stream.drained();
  }

  /** The run as the store has it now. @throws RunNotFoundError when the store has forgotten it. */
  async record(): Promise<RunRecord> {
    const record = await this.#store.get(this.id);
    if (!record) throw new RunNotFoundError(this.id);
    return record;
  }

  /** @throws RunNotFoundError when the store has forgotten the run. */
  async status(): Promise<RunStatus> {
    return (await this.record()).status;
  }

  /**
   * Tells the run to end and resolves when it has. A run that is over stays as it is.
   *
   * @param reason - Said to the action by `ctx.signal.reason`, and to whoever reads the run.
   */
  async cancel(reason = 'cancelled by the caller'): Promise<RunOutcome> {
    this.#run.abort(new RunCancelledError(this.#run.action, reason));
    return this.#outcome;
  }

  /**
   * Whether something in the action waits for the run to be told to end.
   *
   * @internal
   */
  get isAbortAwaited(): boolean {
    return this.#run.isAbortAwaited;
  }

  /**
   * Whether the run could not begin, or not go on, here, and was left to others.
   *
   * @internal
   */
  get isGivenBack(): boolean {
    return this.#run.isGivenBack;
  }

  /**
   * Ends the run with an error that did not come back from its action, e.g. when the action tried to end the process. A run that is over
   * stays as it is.
   *
   * @internal
   */
  async fail(error: SynapseError): Promise<RunOutcome> {
    this.#run.abort(error);
    return this.#outcome;
  }

  /**
   * The run's events, from the start or after a sequence number; ends with the terminal event. May be called at any time and
   * any number of times, also after the run.
   *
   * @param afterSeq - Number of the last event that the reader has seen, 0 and up. A number that is still to come is fine.
   * @throws UsageError with the first event for anything else, e.g. what becomes of a `Last-Event-ID` that is no number.
   */
  async *events(afterSeq = 0): AsyncGenerator<RunEvent, void> {
    if (!Number.isSafeInteger(afterSeq) || afterSeq < 0) {
      throw new UsageError(`Events are read after a whole number from 0 on, got ${afterSeq}.`, {
        details: { after_seq: afterSeq },
      });
    }
    let seq = afterSeq;
    let wake: () => void = () => undefined;
    const unsubscribe = this.#run.stream.subscribe(() => wake());
    let isOver = false;
    void this.#outcome.then(() => {
      isOver = true;
      wake();
    });
    try {
      for (;;) {
        const woken = new Promise<void>((resolve) => (wake = resolve));
        const wasOver = isOver; // read before the store: what is stored after it must be waited for
        const events = await this.#store.events(this.id, seq);
        for (const event of events) {
          seq = event.seq;
          yield event;
          // An undo of a run that is over comes after its end.
          if (isTerminal(event.type) && event.attempt >= this.#run.attempt) return;
        }
        if (events.length > 0) await nextTurn();
        else if (wasOver) return;
        else await woken;
      }
    } finally {
      unsubscribe();
    }
  }
}

function resultOf(outcome: RunOutcome): unknown {
  if (outcome.status === 'completed') return outcome.result;
  throw outcome.error;
}
