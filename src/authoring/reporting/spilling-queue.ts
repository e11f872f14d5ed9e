import { CoalescingBuffer, type Lane } from './coalescing-buffer.js';
import { type OnLost, SpillBuffer, type SpillOptions } from './spill-buffer.js';

/** Limits of a {@link SpillingQueue}. */
export interface SpillingQueueOptions extends SpillOptions {
  /** Most items that can still be coalesced; older ones move on to the bounded buffer. @defaultValue 1_000 */
  readonly maxRecentItems?: number;
}

/**
 * An ordered queue of bounded memory: recent items coalesce, older ones wait in memory up to a limit and then on disk.
 */
export class SpillingQueue<T> {
  private readonly recent = new CoalescingBuffer<T>();
  private older: SpillBuffer<T> | undefined;
  private readonly maxRecentItems: number;

  constructor(
    private readonly onLost: OnLost<T>,
    private readonly options: SpillingQueueOptions = {},
  ) {
    this.maxRecentItems = options.maxRecentItems ?? 1000;
  }

  /** How many items wait. */
  get size(): number {
    return this.recent.size + (this.older?.size ?? 0);
  }

  /** Whether the next item pushes the recent ones on to the bounded buffer. */
  get isRecentFull(): boolean {
    return this.recent.size >= this.maxRecentItems;
  }

  /** Whether older items wait in the bounded buffer. */
  get hasOlder(): boolean {
    return this.older !== undefined && this.older.size > 0;
  }

  /** How many items have gone through the disk so far. */
  get spilled(): number {
    return this.older?.spilled ?? 0;
  }

  /** Adds an item that stays. */
  push(item: T): void {
    if (this.recent.size >= this.maxRecentItems) this.moveOn();
    this.recent.push(item);
  }

  /** Adds the newest value of a key; see {@link CoalescingBuffer.pushLatest}. */
  pushLatest(item: T, lane: Lane, key: string | null, variant: string): void {
    if (this.recent.size >= this.maxRecentItems) this.moveOn();
    this.recent.pushLatest(item, lane, key, variant);
  }

  /** Takes the oldest item. */
  shift(): T | undefined {
    return this.hasOlder ? this.older?.take(1)[0] : this.recent.shift();
  }

  /** Takes the oldest items: at most `max` of the older ones, or all recent ones. */
  takeBatch(max: number): T[] {
    return this.older !== undefined && this.older.size > 0 ? this.older.take(max) : this.recent.drain();
  }

  /** Moves the recent items on to the bounded buffer at once, when they are known to be large. */
  moveOn(): void {
    (this.older ??= new SpillBuffer<T>(this.onLost, this.options)).push(this.recent.drain());
  }

  /** Removes the file, if one was needed. What still waits on disk is gone. */
  dispose(): void {
    this.older?.dispose();
  }
}
