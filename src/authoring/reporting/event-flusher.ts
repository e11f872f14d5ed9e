import { type BackgroundClock, systemClock } from './clock.js';

/** Something that has events to hand on. */
export interface Flushable {
  /** Its place in the flusher's list; -1 when it is not there. Only the flusher writes it. */
  flusherIndex: number;
  /** Hands on what it can. It stays in the list until it removes itself. */
  flush(): void;
}

/** Settings of an {@link EventFlusher}. */
export interface EventFlusherOptions {
  /** Longest time an event waits before it is handed to the store, in milliseconds, 1 to 20. @defaultValue 15 */
  readonly intervalMs?: number;
  /** @defaultValue the machine's clocks */
  readonly clock?: BackgroundClock;
}

/**
 * One timer for all streams of a runner. It runs only while some stream has something to hand on, and it
 * never keeps the process alive.
 */
export class EventFlusher {
  /** Longest time an event waits, in milliseconds. */
  readonly intervalMs: number;
  readonly clock: BackgroundClock;
  private readonly waiting: Flushable[] = [];
  private stopTimer: (() => void) | undefined;
  private isArmed = false;
  private isoTimeOfMs = Number.NaN;
  private isoTimeText = '';
  private isoSecond = Number.NaN;
  private isoSecondText = '';

  constructor({ intervalMs = 15, clock = systemClock }: EventFlusherOptions = {}) {
    this.intervalMs = Math.min(20, Math.max(1, intervalMs));
    this.clock = clock;
  }

  /** How many streams wait. */
  get size(): number {
    return this.waiting.length;
  }

  /** Flushes `stream` at the next tick, and at each one after it until the stream is removed. */
  add(stream: Flushable): void {
    if (stream.flusherIndex >= 0) return;
    stream.flusherIndex = this.waiting.push(stream) - 1;
    if (!this.isArmed) this.arm();
  }

  /** Takes `stream` off the list. An armed timer is left to run out: arming costs more than one idle tick. */
  remove(stream: Flushable): void {
    const index = stream.flusherIndex;
    if (index < 0) return;
    stream.flusherIndex = -1;
    const last = this.waiting.pop();
    if (last === undefined || last === stream) return;
    this.waiting[index] = last;
    last.flusherIndex = index;
  }

  /** Flushes every waiting stream now, e.g. before the process ends. */
  flushAll(): void {
    for (const stream of [...this.waiting]) stream.flush();
  }

  /** `epochMs` as ISO 8601 in UTC. All streams share the text of the last millisecond, and of the last second: making one costs more than an event. */
  isoTime(epochMs: number): string {
    if (epochMs !== this.isoTimeOfMs) {
      const second = Math.floor(epochMs / 1_000);
      if (second !== this.isoSecond) {
        this.isoSecond = second;
        this.isoSecondText = new Date(second * 1_000).toISOString().slice(0, -'000Z'.length);
      }
      this.isoTimeOfMs = epochMs;
      const milliseconds = Math.floor(epochMs - second * 1_000);
      this.isoTimeText = `${this.isoSecondText}${String(milliseconds).padStart(3, '0')}Z`;
    }
    return this.isoTimeText;
  }

  /** Flushes once more and stops the timer. */
  close(): void {
    this.flushAll();
    this.stopTimer?.();
    this.stopTimer = undefined;
    this.isArmed = false;
  }

  private arm(): void {
    this.isArmed = true;
    const tick = (): void => this.tick();
    this.stopTimer = this.clock.inBackground?.(this.intervalMs, tick) ?? afterOnMachine(this.intervalMs, tick);
  }

  private tick(): void {
    this.isArmed = false;
    this.flushAll();
    if (this.waiting.length > 0) this.arm();
  }
}

function afterOnMachine(delayMs: number, callback: () => void): () => void {
  const timer = setTimeout(callback, delayMs).unref();
  return () => clearTimeout(timer);
}
