import type { Cancellation } from './cancellation.js';

/** Waits; resolves to false when everything was told to end before the time was over. */
export function pause(delayMs: number, cancellation: Cancellation): Promise<boolean> {
  return new Promise((resolve) => {
    const stop = cancellation.timing.clock.after(delayMs, () => {
      cancellation.delete(sleeper);
      // Checked once more: what is due at the same moment may come first.
      resolve(!cancellation.isAborted);
    });
    const sleeper = {
      abort: (): void => {
        stop();
        cancellation.delete(sleeper);
        resolve(false);
      },
    };
    cancellation.add(sleeper);
  });
}
