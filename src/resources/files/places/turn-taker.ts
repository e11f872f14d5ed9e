import { setImmediate as nextTurn } from 'node:timers/promises';

/** Longest stretch without a turn for others, in milliseconds. */
const SLICE_MS = 10;

/** Gives others their turn, and looks at the signal, after each slice of synchronous work. */
export class TurnTaker {
  readonly #signal: AbortSignal | undefined;
  #sliceEndsMs = performance.now() + SLICE_MS;

  constructor(signal?: AbortSignal) {
    this.#signal = signal;
  }

  /** A promise only where a slice is over: most calls cost nothing. */
  next(): Promise<void> | undefined {
    return performance.now() > this.#sliceEndsMs ? this.#turn() : undefined;
  }

  async #turn(): Promise<void> {
    await nextTurn();
    this.#signal?.throwIfAborted();
    this.#sliceEndsMs = performance.now() + SLICE_MS;
  }
}
