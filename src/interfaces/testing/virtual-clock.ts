import { setImmediate as nextTurn } from 'node:timers/promises';
import { UsageError } from '../../foundation/errors/run.errors.js';
import type { RunClock } from '../../runtime/durability/run-clock.js';
import { TimerQueue } from './timer-queue.js';

/** Settings of a {@link VirtualClock}. */
export interface VirtualClockOptions {
  /** The time it shows first, in milliseconds since the epoch. @defaultValue 2026-01-01T00:00:00Z */
  readonly startAt?: number;
}

/** How far {@link VirtualClock.until} goes. */
export interface UntilOptions {
  /** Longest time to go forward, in milliseconds, 0 and up. @defaultValue a year */
  readonly limitMs?: number;
}

const YEAR_MS = 366 * 24 * 3_600_000;

/** Kinds of work of the process that end by themselves; a connection that is open is none. */
const WORK_IN_PROGRESS = /^(Immediate|Zlib)$|Req(Promise|Callback|Wrap)?$/;

/**
 * Time that only moves when a test moves it, for everything in a run that waits: retries, limits, leases, pauses.
 *
 * Timers fire in the order in which they are due, and those due at the same time in the order in which they were set. Between two of them
 * everything happens that does not wait for time: promises, and work of the process such as reading files. What waits for something
 * from outside, e.g. an answer of a server, is not seen: hand its promise to {@link VirtualClock.hold}.
 */
export class VirtualClock implements RunClock {
  readonly #timers = new TimerQueue();
  readonly #held = new Set<Promise<unknown>>();
  readonly #startAt: number;
  #elapsedMs = 0;

  constructor({ startAt = Date.UTC(2026, 0, 1) }: VirtualClockOptions = {}) {
    this.#startAt = startAt;
  }

  now(): number {
    return this.#startAt + this.#elapsedMs;
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    return this.#timers.add(this.#elapsedMs + Math.max(0, delayMs), callback);
  }

  inBackground(delayMs: number, callback: () => void): () => void {
    return this.after(delayMs, callback);
  }

  /** Resolves `delayMs` later, for code under test that pauses. */
  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.after(delayMs, resolve));
  }

  /** How many timers are set. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Goes `ms` forward, 0 and up; every timer that is due by then has fired when this resolves, with all that follows from it. */
  async advance(ms: number): Promise<void> {
    if (!(ms >= 0)) throw new UsageError(`A virtual clock goes forward by milliseconds from 0 on, got ${ms}.`);
    const untilMs = this.#elapsedMs + ms;
    await this.settle();
    while (this.#timers.nextAtMs <= untilMs) await this.#fireNext();
    this.#elapsedMs = untilMs;
  }

  /**
   * Goes forward for as long as `work` takes.
   *
   * @throws what `work` rejects with; UsageError when nothing is left that time could bring, or the limit is reached.
   */
  async until<T>(work: PromiseLike<T>, { limitMs = YEAR_MS }: UntilOptions = {}): Promise<T> {
    const untilMs = this.#elapsedMs + limitMs;
    let isOver = false;
    const over = (): void => void (isOver = true);
    void work.then(over, over);
    await this.settle();
    while (!isOver) {
      if (this.#timers.nextAtMs > untilMs) throw this.#stuck(limitMs);
      await this.#fireNext();
    }
    return work;
  }

  /** Time stands still until `work` is settled: an answer that comes from outside of the process. */
  hold<T>(work: Promise<T>): Promise<T> {
    this.#held.add(work);
    const letGo = (): void => void this.#held.delete(work);
    work.then(letGo, letGo);
    return work;
  }

  /** Resolves when everything has happened that does not wait for time. */
  async settle(): Promise<void> {
    for (;;) {
      await promisesSettled();
      if (this.#held.size > 0) await Promise.race(this.#held).catch(() => undefined);
      else if (hasWorkInProgress()) await nextTurn();
      else return;
    }
  }

  async #fireNext(): Promise<void> {
    const timer = this.#timers.take();
    if (!timer) return;
    this.#elapsedMs = Math.max(this.#elapsedMs, timer.atMs);
    timer.callback();
    await this.settle();
  }

  #stuck(limitMs: number): UsageError {
    const why =
      this.#timers.size === 0
        ? 'no timer is left: it waits for something that is not on this clock. Hand the clock to what pauses, and promises of the outside world to hold()'
        : `the next timer is due later than the limit of ${limitMs} ms`;
    return new UsageError(`The work does not end under the virtual clock: ${why}.`, {
      details: { elapsed_ms: this.#elapsedMs, timers: this.#timers.size },
    });
  }
}

/** Node turns to the next tick when no promise has anything to say any more; what ticks have set off has had its say after another. */
function promisesSettled(): Promise<void> {
  return new Promise((resolve) => {
    process.nextTick(() => queueMicrotask(() => process.nextTick(resolve)));
  });
}

function hasWorkInProgress(): boolean {
  return process.getActiveResourcesInfo().some((kind) => WORK_IN_PROGRESS.test(kind));
}
