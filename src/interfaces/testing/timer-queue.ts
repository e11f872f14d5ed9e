/** Something that is due at a time. */
export interface QueuedTimer {
  /** When it is due, in milliseconds. */
  readonly atMs: number;
  readonly callback: () => void;
}

/** Timers by the time at which they are due; those of the same time in the order in which they were added. */
export class TimerQueue {
  /** The next one last: it is taken most often. */
  readonly #timers: QueuedTimer[] = [];

  get size(): number {
    return this.#timers.length;
  }

  /** When the next one is due; Infinity when there is none. */
  get nextAtMs(): number {
    return this.#timers.at(-1)?.atMs ?? Infinity;
  }

  /** Adds one; the returned function takes it out again. */
  add(atMs: number, callback: () => void): () => void {
    const timer: QueuedTimer = { atMs, callback };
    this.#timers.splice(this.#placeOf(atMs), 0, timer);
    return () => {
      const index = this.#timers.indexOf(timer);
      if (index >= 0) this.#timers.splice(index, 1);
    };
  }

  take(): QueuedTimer | undefined {
    return this.#timers.pop();
  }

  /** Before all that are due at the same time, which come out first. */
  #placeOf(atMs: number): number {
    let low = 0;
    let high = this.#timers.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#timers[middle]?.atMs ?? 0) > atMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
