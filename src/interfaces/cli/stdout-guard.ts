import { ExecutionError } from '../../foundation/errors/plugin.errors.js';
import { PluginExitError } from '../../foundation/errors/run.errors.js';
import { reasonIn, type SynapseError } from '../../foundation/errors/synapse.error.js';

/** What a run must be told when the plugin behaves as if the process were its own. */
export interface GuardedRun {
  readonly action: string;
  /** Ends the run with `error`. */
  readonly fail: (error: SynapseError) => void;
}

/**
 * Keeps stdout for results and the process for the CLI.
 *
 * What plugins print goes to stderr, and a plugin that calls `process.exit` fails its run instead of ending the process
 * in the middle of it.
 */
export class StdoutGuard {
  readonly #exit = process.exit.bind(process);
  readonly #report: (error: SynapseError, isAfterwards: boolean) => void;
  #hadRun = false;
  #run: GuardedRun | undefined;
  #show: ((line: string) => void) | undefined;
  #partialLine = '';

  /**
   * @param report - Told of errors that nobody handles while no plugin is at work. `isAfterwards` when one was: the answer is out then,
   * and what a plugin left behind does not change it.
   */
  constructor(report: (error: SynapseError, isAfterwards: boolean) => void) {
    this.#report = report;
  }

  install(): void {
    process.stdout.write = ((chunk: string | Uint8Array, ...rest: unknown[]) =>
      this.#onPrint(chunk, rest)) as typeof process.stdout.write;
    process.exit = ((code?: number | string) => this.#onExit(code)) as typeof process.exit;
    // Also gets rejections that nobody handles.
    process.on('uncaughtException', (thrown: unknown) => this.#onStray(thrown));
  }

  /** Names the run that a call of `process.exit` would be part of. */
  watch(run: GuardedRun | undefined): void {
    this.#run = run;
    this.#hadRun ||= run !== undefined;
  }

  /** Has whole lines that plugins print shown by `show`, which keeps progress bars in order; without it they go to stderr as they are. */
  showPrints(show: ((line: string) => void) | undefined): void {
    const rest = this.#partialLine;
    this.#partialLine = '';
    if (rest !== '') (this.#show ?? ((line) => process.stderr.write(line)))(rest);
    this.#show = show;
  }

  /** Ends the process with the code that was set, whatever a plugin has left running. */
  exit(): never {
    return this.#exit();
  }

  /** Ends the process at once. */
  exitNow(code: number): never {
    return this.#exit(code);
  }

  #onPrint(chunk: string | Uint8Array, rest: readonly unknown[]): boolean {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
    if (this.#show) {
      const lines = (this.#partialLine + text).split('\n');
      this.#partialLine = lines.pop() ?? '';
      for (const line of lines) this.#show(line);
    } else {
      process.stderr.write(text);
    }
    const done = rest.find((argument) => typeof argument === 'function') as (() => void) | undefined;
    if (done) queueMicrotask(done);
    return true;
  }

  #onExit(code: number | string | undefined): never {
    const run = this.#run;
    // Afterwards the answer is out, and the code that goes with it is set.
    if (!run) return this.#exit(this.#hadRun ? undefined : code);
    const error = new PluginExitError(run.action, code);
    run.fail(error);
    throw error; // what follows the call in the plugin must not run
  }

  /** An error that was thrown where nobody awaits it: in a timer, an event, a promise that was let go. */
  #onStray(thrown: unknown): void {
    if (thrown instanceof PluginExitError) return; // the run has been told when it was thrown
    const run = this.#run;
    const error = new ExecutionError(
      `${run ? `Action '${run.action}'` : 'The plugin'} left an error unhandled in the background: ${reasonIn(thrown)}. Await every promise, and catch errors in timers and event handlers.`,
      { cause: thrown, details: run ? { action: run.action } : {} },
    );
    if (run) run.fail(error);
    else this.#report(error, this.#hadRun);
  }
}
