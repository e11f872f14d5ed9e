/** Which kind of latest-value item; the same key in two lanes is two things. */
export type Lane = 0 | 1;

interface LatestSlot {
  index: number;
  variant: string;
}

/** Holes are squeezed out when there are this many, so that the cost per item stays constant. */
const MAX_HOLES = 256;

/**
 * Items in order, in memory, where a newer value of a key can take the place of an older one that nobody has taken
 * yet. The newer one stands at the end: the order is that of the last change.
 */
export class CoalescingBuffer<T> {
  private items: (T | undefined)[] = [];
  private head = 0;
  private holes = 0;
  /** Made with the first item of each. */
  private readonly lanes: [Map<string | null, LatestSlot> | undefined, Map<string | null, LatestSlot> | undefined] = [
    undefined,
    undefined,
  ];

  /** How many items wait. */
  get size(): number {
    return this.items.length - this.head - this.holes;
  }

  /** Adds an item that stays. */
  push(item: T): void {
    this.items.push(item);
  }

  /**
   * Adds the newest value of `key`. It replaces the last one only if that had the same `variant`: progress that
   * went from running to failed and back is three facts, not one.
   */
  pushLatest(item: T, lane: Lane, key: string | null, variant: string): void {
    const slots = (this.lanes[lane] ??= new Map());
    const slot = slots.get(key);
    const end = this.items.length;
    if (slot === undefined) {
      slots.set(key, { index: end, variant });
    } else if (slot.index >= this.head && slot.variant === variant) {
      if (slot.index === end - 1) {
        this.items[slot.index] = item;
        return;
      }
      this.items[slot.index] = undefined;
      this.holes++;
      slot.index = end;
    } else {
      slot.index = end;
      slot.variant = variant;
    }
    this.items.push(item);
    if (this.holes >= MAX_HOLES) this.compact();
  }

  /** Takes the oldest item. */
  shift(): T | undefined {
    while (this.head < this.items.length) {
      const item = this.items[this.head];
      this.items[this.head++] = undefined;
      if (item === undefined) {
        this.holes--;
        continue;
      }
      if (this.head === this.items.length) this.reset();
      else if (this.head >= MAX_HOLES && this.head * 2 >= this.items.length) this.compact();
      return item;
    }
    this.reset();
    return undefined;
  }

  /** Takes everything, oldest first. */
  drain(): T[] {
    const { items } = this;
    const isWhole = this.holes === 0 && this.head === 0;
    this.reset();
    return isWhole ? (items as T[]) : items.filter((item) => item !== undefined);
  }

  private reset(): void {
    this.items = [];
    this.head = 0;
    this.holes = 0;
    this.lanes[0] = this.lanes[1] = undefined;
  }

  /** Squeezes out holes and taken items, and moves the slots along. */
  private compact(): void {
    const live = this.lanes.flatMap((lane) => [...(lane?.values() ?? [])]).filter((slot) => slot.index >= this.head);
    const slotAt = new Map(live.map((slot) => [slot.index, slot]));
    const kept: T[] = [];
    for (let index = this.head; index < this.items.length; index++) {
      const item = this.items[index];
      if (item === undefined) continue;
      const slot = slotAt.get(index);
      if (slot) slot.index = kept.length;
      kept.push(item);
    }
    // A slot whose item was taken would point at another item once the indexes have moved.
    const isLive = new Set(live);
    for (const lane of this.lanes) {
      for (const [key, slot] of lane ?? []) if (!isLive.has(slot)) lane?.delete(key);
    }
    this.items = kept;
    this.head = 0;
    this.holes = 0;
  }
}
