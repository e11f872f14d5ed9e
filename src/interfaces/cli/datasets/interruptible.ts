import { RunCancelledError } from '../../../foundation/errors/run.errors.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Does work that ends when somebody presses Ctrl-C or the process is asked to end; the work cleans up behind itself. */
export async function interruptible<T>(name: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const onSignal = (signal: NodeJS.Signals): void =>
    controller.abort(new RunCancelledError(name, `the process got ${signal}`));
  for (const signal of SIGNALS) process.once(signal, onSignal);
  try {
    return await work(controller.signal);
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  }
}
