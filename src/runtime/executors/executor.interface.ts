import type { ActiveRun } from '../invocation/active-run.js';
import type { RunOutcome } from '../invocation/run-outcome.js';
import type { RunMode } from './run-mode.js';

/** Takes a run to the place where it happens, and brings its outcome back. */
export abstract class Executor {
  abstract readonly mode: RunMode;
  /** Whether what the executor needs is set up, e.g. a cluster's address. */
  abstract isConfigured(): boolean;
  /**
   * Runs the action and resolves to how it ended. Never rejects: a failure is an outcome.
   * It must observe `run.onAbort` and end soon after, even if the action does not.
   */
  abstract execute(run: ActiveRun): Promise<RunOutcome>;
}
