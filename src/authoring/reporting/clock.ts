/** Where times come from; tests put their own in its place. */
export interface Clock {
  /** Milliseconds since the epoch, for time stamps. */
  now(): number;
  /** Milliseconds that only ever grow, for durations. */
  monotonicMs(): number;
}

/** The machine's own clocks. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
};
