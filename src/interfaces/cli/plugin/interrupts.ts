import { ExecutionError } from '../../../foundation/errors/plugin.errors.js';
import type { RunOutcome } from '../../../runtime/invocation/run-outcome.js';
import type { RunHandle } from '../../../runtime/runner/run-handle.js';
import type { CliOutput } from '../cli-output.js';
import type { StdoutGuard } from '../stdout-guard.js';

/** Who has to know about a run that is broken off. */
export interface InterruptTargets {
  readonly action: string;
  readonly guard: StdoutGuard;
  readonly output: CliOutput;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Waits for the run to end, whatever breaks it off: Ctrl-C cancels it (a second one ends the process), a call of `process.exit` by
 * the plugin fails it, and so does work that waits for something that can never come.
 */
export async function withInterrupts({ action, guard, output }: InterruptTargets, handle: RunHandle): Promise<RunOutcome> {
  const brokenOff = Promise.withResolvers<RunOutcome>();
  guard.watch({ action, fail: (error) => brokenOff.resolve({ status: 'failed', error }) });
  const onSignal = (signal: NodeJS.Signals): void => {
    process.on(signal, () => guard.exitNow(130));
    output.note(`Cancelling '${action}' (${signal}). Press Ctrl-C again to end at once.`);
    void handle.cancel(signal === 'SIGINT' ? 'interrupted from the terminal' : `the process got ${signal}`).then(brokenOff.resolve);
  };
  // Nothing is left that could wake the process, and yet the action has not settled.
  const onIdle = (): void =>
    brokenOff.resolve({
      status: 'failed',
      error: new ExecutionError(
        `Action '${action}' never ended: it awaits something that nothing can settle any more. Look for a promise that is never resolved.`,
        { details: { action } },
      ),
    });
  for (const signal of SIGNALS) process.once(signal, onSignal);
  process.once('beforeExit', onIdle);
  try {
    return await Promise.race([handle.outcome(), brokenOff.promise]);
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal);
    process.off('beforeExit', onIdle);
  }
}
