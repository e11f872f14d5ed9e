import { PluginExitError } from '../../foundation/errors/run.errors.js';

/** What a run must be told when the plugin behaves as if the process were its own. */
export interface GuardedRun {
  readonly action: string;
  /** Ends the run with `error`. */
  readonly fail: (error: PluginExitError) => void;
}

/**
 * Keeps stdout for results and the process for the CLI.
 *
 * What plugins print goes to stderr, and a plugin that calls `process.exit` fails its run instead of ending the process
 * in the middle of it.
 */
export class StdoutGuard {
  readonly #exit = process.exit.bind(process);
  #run: GuardedRun | undefined;

  install(): void {
    process.stdout.write = process.stderr.write.bind(process.stderr) as typeof process.stdout.write;
    process.exit = ((code?: number | string) => this.#onExit(code)) as typeof process.exit;
  }

  /** Names the run that a call of `process.exit` would be part of. */
  watch(run: GuardedRun | undefined): void {
    this.#run = run;
  }

  /** Ends the process with the code that was set, whatever a plugin has left running. */
  exit(): never {
    return this.#exit();
  }

  /** Ends the process at once. */
  exitNow(code: number): never {
    return this.#exit(code);
  }

  #onExit(code: number | string | undefined): never {
    const run = this.#run;
    if (!run) return this.#exit(code);
    const error = new PluginExitError(run.action, code);
    run.fail(error);
    throw error; // what follows the call in the plugin must not run
  }
}
