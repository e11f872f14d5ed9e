/** Time as an orchestrator sees it; a test's own clock can stand in. */
export interface StepClock {
  /** Milliseconds that only ever grow. */
  monotonicMs(): number;
  /** Calls `callback` once after `delayMs`, unless the returned function is called before. */
  after(delayMs: number, callback: () => void): () => void;
}

/** The machine's own clock and timers. */
export const systemStepClock: StepClock = {
  monotonicMs: () => performance.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Seconds with three decimals, as events and logs state a duration. */
export function toSeconds(ms: number): number {
  return Math.round(ms) / 1000;
}
