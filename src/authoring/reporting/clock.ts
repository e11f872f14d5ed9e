/** Where times come from; tests put their own in its place. */
export interface Clock {
  /** Milliseconds since the epoch, for time stamps. */
  now(): number;
  /** Milliseconds that only ever grow, for durations. */
  monotonicMs(): number;
}

/** A clock that may also have timers of its own. */
export interface BackgroundClock extends Clock {
  /**
   * Calls `callback` once after `delayMs`, unless the returned function is called before. What waits for it does not keep the process alive.
   *
   * @defaultValue a timer of the machine's
   */
  inBackground?(delayMs: number, callback: () => void): () => void;
}

/** The machine's own clocks. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
};
