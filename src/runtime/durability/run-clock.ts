import { type Clock, systemClock } from '../../authoring/reporting/clock.js';
import { type StepClock, systemStepClock } from '../../authoring/steps/step-clock.js';

/** Time as runs, their leases and their steps see it; a test's own clock can stand in. */
export interface RunClock extends Clock, StepClock {
  /** As {@link StepClock.after}, but what waits for it does not keep the process alive. */
  inBackground(delayMs: number, callback: () => void): () => void;
}

/** The machine's own clocks and timers. */
export const systemRunClock: RunClock = {
  ...systemClock,
  ...systemStepClock,
  inBackground: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs).unref();
    return () => clearTimeout(timer);
  },
};
