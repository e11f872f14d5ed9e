import { RunTimeoutError } from '../../../foundation/errors/run.errors.js';
import type { SynapseError } from '../../../foundation/errors/synapse.error.js';
import { isThenable } from '../../../authoring/steps/maybe-promise.js';
import { ActionInvoker } from '../../invocation/action-invoker.js';
import type { AbortListener, ActiveRun } from '../../invocation/active-run.js';
import type { RunOutcome } from '../../invocation/run-outcome.js';
import { Executor } from '../executor.interface.js';
import { RunMode } from '../run-mode.js';

/** Settings of the {@link LocalExecutor}. */
export interface LocalExecutorOptions {
  /**
   * How long work may go on after it was told to end, in milliseconds. Then the run ends without it: code in the
   * same process cannot be killed. @defaultValue 1,000
   */
  readonly cancelGraceMs?: number;
}

/** Runs actions in this process, on this event loop. */
export class LocalExecutor extends Executor {
  readonly mode = RunMode.Local;
  readonly #cancelGraceMs: number;

  constructor(
    private readonly invoker: ActionInvoker,
    { cancelGraceMs = 1_000 }: LocalExecutorOptions = {},
  ) {
    super();
    this.#cancelGraceMs = cancelGraceMs;
  }

  isConfigured(): boolean {
    return true;
  }

  execute(run: ActiveRun): Promise<RunOutcome> {
    const execution = new LocalExecution(run, this.#cancelGraceMs);
    execution.watch();
    if (run.abortError) execution.fail(run.abortError);
    else this.#invoke(run, execution);
    return execution.outcome;
  }

  #invoke(run: ActiveRun, execution: LocalExecution): void {
    try {
      const result = this.invoker.invoke(run);
      if (!isThenable(result)) execution.succeed(result);
      else {
        result.then(
          (value) => execution.succeed(value),
          (thrown: unknown) => execution.fail(this.invoker.failureOf(run, thrown)),
        );
      }
    } catch (thrown) {
      execution.fail(this.invoker.failureOf(run, thrown));
    }
  }
}

/** One run under way. An object rather than closures: it is made for every run, and most need none of its parts. */
class LocalExecution implements AbortListener {
  readonly outcome: Promise<RunOutcome>;
  readonly #run: ActiveRun;
  readonly #graceMs: number;
  #settle: ((outcome: RunOutcome) => void) | undefined;
  #timers: (() => void)[] | undefined;
  #deadlineMs: number | undefined;

  constructor(run: ActiveRun, graceMs: number) {
    this.#run = run;
    this.#graceMs = graceMs;
    this.outcome = new Promise((settle) => (this.#settle = settle));
  }

  /** Has the run end when its time is over or it is told to. */
  watch(): void {
    const { definition, action } = this.#run;
    this.#run.abortGraceMs = this.#graceMs;
    this.#run.onAbort(this);
    const { timeoutMs } = definition;
    if (timeoutMs === undefined) return;
    this.#deadlineMs = this.#run.clock.monotonicMs() + timeoutMs;
    this.#after(timeoutMs, () => this.#run.abort(new RunTimeoutError(action, timeoutMs)));
  }

  aborted(error: SynapseError): void {
    this.#after(this.#graceMs, () => {
      // Steps are given the same time, and then undone: however long that takes, the run is not over before.
      if (!this.#run.isInSteps) this.#end(abortOutcome(error));
    });
  }

  succeed(result: unknown): void {
    const { definition, action, clock } = this.#run;
    // Work that blocks the event loop keeps the timer from firing; its time is over all the same.
    if (this.#deadlineMs !== undefined && clock.monotonicMs() > this.#deadlineMs) {
      this.#run.abort(new RunTimeoutError(action, definition.timeoutMs ?? 0));
    }
    const { abortError } = this.#run;
    this.#end(abortError ? abortOutcome(abortError) : { status: 'completed', result });
  }

  fail(error: SynapseError): void {
    const { abortError } = this.#run;
    this.#end(abortError ? abortOutcome(abortError) : { status: 'failed', error });
  }

  /** The first end counts; work that was abandoned may come back later. */
  #end(outcome: RunOutcome): void {
    this.#timers?.forEach((stop) => stop());
    this.#settle?.(outcome);
    this.#settle = undefined;
  }

  #after(ms: number, callback: () => void): void {
    if (this.#settle) (this.#timers ??= []).push(this.#run.clock.after(ms, callback));
  }
}

function abortOutcome(error: SynapseError): RunOutcome {
  return { status: error.kind === 'cancelled' ? 'cancelled' : 'failed', error };
}
