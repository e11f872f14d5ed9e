import { RunTimeoutError } from '../../../foundation/errors/run.errors.js';
import type { SynapseError } from '../../../foundation/errors/synapse.error.js';
import { asSynapseError } from '../../../foundation/errors/plugin.errors.js';
import { ActionInvoker } from '../../invocation/action-invoker.js';
import type { ActiveRun } from '../../invocation/active-run.js';
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
    return new Promise((settle) => {
      const timers = new Timers();
      const end = (outcome: RunOutcome): void => {
        timers.clear();
        settle(outcome); // only the first call counts
      };
      run.onAbort((error) => timers.start(this.#cancelGraceMs, () => end(abortOutcome(error))));
      const { timeoutMs } = run.definition;
      if (timeoutMs !== undefined) {
        timers.start(timeoutMs, () => run.abort(new RunTimeoutError(run.action, timeoutMs)));
      }
      this.#invoke(run, end);
    });
  }

  #invoke(run: ActiveRun, end: (outcome: RunOutcome) => void): void {
    const succeed = (result: unknown): void =>
      end(run.abortError ? abortOutcome(run.abortError) : { status: 'completed', result });
    const fail = (thrown: unknown): void =>
      end(run.abortError ? abortOutcome(run.abortError) : { status: 'failed', error: asSynapseError(thrown) });
    if (run.abortError) return fail(run.abortError);
    try {
      const result = this.invoker.invoke(run);
      if (result instanceof Promise) result.then(succeed, fail);
      else succeed(result);
    } catch (thrown) {
      fail(thrown);
    }
  }
}

/** A timer or two that are cleared together; none is made for a run without a limit, or after the clearing. */
class Timers {
  #timers: NodeJS.Timeout[] | undefined;
  #isCleared = false;

  start(ms: number, callback: () => void): void {
    if (!this.#isCleared) (this.#timers ??= []).push(setTimeout(callback, ms));
  }

  clear(): void {
    this.#isCleared = true;
    this.#timers?.forEach((timer) => clearTimeout(timer));
  }
}

function abortOutcome(error: SynapseError): RunOutcome {
  return { status: error.kind === 'cancelled' ? 'cancelled' : 'failed', error };
}
