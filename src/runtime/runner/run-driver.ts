import type { RunListener } from '../../authoring/reporting/run-listener.js';
import type { RunEventStream } from '../../authoring/reporting/run-event-stream.js';
import { asSynapseError } from '../../foundation/errors/plugin.errors.js';
import { ResultNotSerializableError, RunCancelledError } from '../../foundation/errors/run.errors.js';
import { messageOf } from '../../foundation/errors/synapse.error.js';
import type { Executor } from '../executors/executor.interface.js';
import type { ExecutorChoice } from '../executors/executor-registry.js';
import type { ActiveRun } from '../invocation/active-run.js';
import type { RunOutcome } from '../invocation/run-outcome.js';
import type { MaybePromise, RunStore } from '../run-store/run-store.interface.js';
import type { Clock } from '../../authoring/reporting/clock.js';
import { ActiveRuns } from './active-runs.js';
import { durableOutcomeOf, endDurably } from './durable-end.js';
import { redactedOutcome } from './redacted-run.js';
import { finalChange, terminalEventOf } from './run-end.js';

/** What a {@link RunDriver} works with. */
export interface RunDriverInit {
  readonly store: RunStore;
  readonly clock: Clock;
  /** Hear every event of every run once it is stored. */
  readonly listeners: readonly RunListener[];
}

/** Takes runs from their start to their end, and knows those in between. */
export class RunDriver {
  readonly #init: RunDriverInit;
  readonly #active = new ActiveRuns();
  /** Streams of ended runs that listeners are still busy with. */
  readonly #unheard = new Set<RunEventStream>();

  constructor(init: RunDriverInit) {
    this.#init = init;
  }

  /** Runs that have not ended. */
  get active(): ActiveRuns {
    return this.#active;
  }

  /** Has `run` executed; resolves to how it ended. Never rejects. */
  start(run: ActiveRun, choice: ExecutorChoice, signal?: AbortSignal): Promise<RunOutcome> {
    const release = signal && observe(signal, run);
    const outcome = this.#drive(run, choice);
    if (release) void outcome.then(release);
    this.#active.add(run, outcome);
    return outcome;
  }

  /** Resolves when the listeners have heard all of the runs that have ended. Waits for as long as a listener takes. */
  async heard(): Promise<void> {
    await Promise.all([...this.#unheard].map((stream) => stream.drained()));
  }

  #drive(run: ActiveRun, { executor, notice }: ExecutorChoice): Promise<RunOutcome> {
    const { stream, record } = run;
    const { listeners } = this.#init;
    if (listeners.length > 0) for (const listener of listeners) stream.subscribe(listener);
    const { plugin, action, mode, started_at } = record;
    run.durable?.start();
    if (run.durable) stream.emit('run.started', { plugin, action, mode, ...howBegun(run) });
    else stream.emit('run.started', { plugin, action, mode }, started_at);
    if (notice !== undefined) run.logger.notice(notice);
    return startOf(executor, run).then(
      (outcome) => this.#conclude(run, outcome),
      // An executor that rejects does not keep its contract; the run must end all the same.
      (thrown: unknown) => this.#conclude(run, { status: 'failed', error: asSynapseError(thrown) }),
    );
  }

  /** Writes down how the run ended. What could not be written is a failure: the work is done, but a caller must not rely on it. */
  #conclude(run: ActiveRun, raw: RunOutcome): MaybePromise<RunOutcome> {
    const known = run.durable ? durableOutcomeOf(run, run.durable, raw) : raw;
    const outcome = run.redactor ? redactedOutcome(known, run.redactor) : known;
    try {
      const stored = this.#writeEnd(run, outcome);
      if (!stored) return this.#forget(run, outcome);
      return stored.then(
        () => this.#forget(run, outcome),
        (thrown: unknown) => this.#notStored(run, thrown),
      );
    } catch (thrown) {
      return this.#notStored(run, thrown);
    }
  }

  #notStored(run: ActiveRun, thrown: unknown): MaybePromise<RunOutcome> {
    const failed: RunOutcome = { status: 'failed', error: asSynapseError(thrown) };
    // The store is well, but cannot keep this result: the run must not stay open in it.
    if (thrown instanceof ResultNotSerializableError) return this.#conclude(run, failed);
    return this.#forget(run, failed);
  }

  #forget(run: ActiveRun, outcome: RunOutcome): RunOutcome {
    this.#active.remove(run);
    run.durable?.stop();
    if (this.#init.listeners.length > 0) this.#awaitListeners(run.stream);
    return outcome;
  }

  #awaitListeners(stream: RunEventStream): void {
    this.#unheard.add(stream);
    void stream.drained().then(() => this.#unheard.delete(stream));
  }

  /**
   * Writes the final state and the terminal event; whoever waits for the outcome finds both stored. Answers at once where the store
   * does: a run in memory then takes no further turns of the event loop.
   */
  #writeEnd(run: ActiveRun, outcome: RunOutcome): MaybePromise<void> {
    run.close(outcome.status);
    const now = (run.endedAt = this.#init.clock.now());
    const change = finalChange(outcome, run.redactor, now);
    if (run.durable) return endDurably(run, run.durable, { change, outcome, now });
    const updated = this.#init.store.update(run.runId, change);
    const data = change.error ? { error: change.error } : {};
    if (typeof updated === 'boolean') return run.stream.close(terminalEventOf(outcome), data, now);
    return updated.then(() => run.stream.close(terminalEventOf(outcome), data, now));
  }
}

/** What else is to be said of a run that does not begin from nothing. */
function howBegun({ record, undoReason }: ActiveRun): object {
  return {
    ...(record.attempt > 1 && !undoReason && { resumed: true }),
    ...(record.attempt === 1 && record.forked_from !== undefined && { forked_from: record.forked_from }),
    ...(undoReason && { undo: true }),
  };
}

/** A throw of an executor comes in a later turn, as every other end. */
function startOf(executor: Executor, run: ActiveRun): Promise<RunOutcome> {
  try {
    return executor.execute(run);
  } catch (thrown) {
    return Promise.reject(thrown as Error);
  }
}

/** Cancels the run when the caller's signal aborts; lets go of the signal when the run is over. */
function observe(signal: AbortSignal, run: ActiveRun): () => void {
  const cancel = (): void => {
    const reason: unknown = signal.reason;
    const isPlainAbort = reason instanceof DOMException && reason.name === 'AbortError';
    run.abort(
      new RunCancelledError(run.action, isPlainAbort ? 'the signal of the caller was aborted' : messageOf(reason)),
    );
  };
  if (signal.aborted) cancel();
  else signal.addEventListener('abort', cancel, { once: true });
  return () => signal.removeEventListener('abort', cancel);
}
