import { setTimeout } from 'node:timers/promises';
import { ExecutionError } from '../../../foundation/errors/plugin.errors.js';
import type { RunOutcome } from '../../../runtime/invocation/run-outcome.js';
import type { RunHandle } from '../../../runtime/runner/run-handle.js';
import type { CliOutput } from '../cli-output.js';
import { EXIT_CODES } from '../exit-codes.js';
import type { StdoutGuard } from '../stdout-guard.js';

/** Who has to know about a run that is broken off. */
export interface InterruptTargets {
  readonly action: string;
  readonly guard: StdoutGuard;
  readonly output: CliOutput;
}

/** A run that is over. */
export interface FinishedRun {
  readonly handle: RunHandle;
  readonly outcome: RunOutcome;
}

/** Any time will do: a timer that is running keeps the process alive. */
const KEEP_AWAKE_MS = 60_000;

/** Time for a signal that came while the plugin kept the thread busy: an idle loop ends without looking for one. */
const LATE_SIGNAL_MS = 20;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Starts a run and waits for its end, whatever breaks it off: Ctrl-C cancels it (a second one ends the process), a call of
 * `process.exit` by the plugin fails it, and so do an error that nobody handles and work that waits for something that can never come.
 */
export async function withInterrupts(
  { action, guard, output }: InterruptTargets,
  start: () => Promise<RunHandle>,
): Promise<FinishedRun> {
  const started = Promise.withResolvers<RunHandle>(); // the action may do any of it before its handle is there
  const tell = (then: (handle: RunHandle) => Promise<unknown>): void =>
    void started.promise.then(then, () => undefined);
  guard.watch({ action, fail: (error) => tell((handle) => handle.fail(error)) });
  let isInterrupted = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    isInterrupted = true;
    process.on(signal, () => guard.exitNow(EXIT_CODES.cancelled));
    output.note(`Cancelling '${action}' (${signal}). Press Ctrl-C again to end at once.`);
    tell((handle) =>
      handle.cancel(signal === 'SIGINT' ? 'interrupted from the terminal' : `the process got ${signal}`),
    );
  };
  let keepAwake: NodeJS.Timeout | undefined;
  const failUnlessInterrupted = async (handle: RunHandle): Promise<void> => {
    await setTimeout(LATE_SIGNAL_MS);
    if (!isInterrupted) await handle.fail(neverEnded(action));
  };
  // Nothing is left that could wake the process but a signal, and yet the action has not settled.
  const onIdle = (): void =>
    tell(async (handle) => {
      if (handle.isAbortAwaited) keepAwake = setInterval(() => undefined, KEEP_AWAKE_MS);
      else await failUnlessInterrupted(handle);
    });
  for (const signal of SIGNALS) process.once(signal, onSignal);
  process.once('beforeExit', onIdle);
  try {
    const handle = await start();
    started.resolve(handle);
    return { handle, outcome: await handle.outcome() };
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal);
    process.off('beforeExit', onIdle);
    clearInterval(keepAwake);
  }
}

function neverEnded(action: string): ExecutionError {
  return new ExecutionError(
    `Action '${action}' never ended: it awaits something that nothing can settle any more. Look for a promise that is never resolved.`,
    { details: { action } },
  );
}
