const FIRST_SLOTS = 1_024;

/** Whole numbers that have been met: some 20 bytes for each, where a set takes twice that and more. */
export class NumberSet {
  /** By hash; at most half are filled. NaN is a free one. */
  #slots = new Float64Array(FIRST_SLOTS).fill(NaN);
  #count = 0;

  /** Whether the number is a new one. */
  add(number: number): boolean {
    const slot = this.#slotOf(number);
    if (this.#slots[slot] === number) return false;
    this.#slots[slot] = number;
    if (++this.#count * 2 > this.#slots.length) this.#grow();
    return true;
  }

  /** Where a number stands, or would. */
  #slotOf(number: number): number {
    const last = this.#slots.length - 1;
    let slot = hashOf(number) & last;
    while (!Number.isNaN(this.#slots[slot]) && this.#slots[slot] !== number) slot = (slot + 1) & last;
    return slot;
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = new Float64Array(before.length * 2).fill(NaN);
    for (const number of before) if (!Number.isNaN(number)) this.#slots[this.#slotOf(number)] = number;
  }
}

function hashOf(number: number): number {
  const hash = Math.imul(number % 0x1_0000_0000, 0x9e3779b1) ^ Math.imul(number / 0x1_0000_0000, 0x85ebca6b);
  return hash ^ (hash >>> 15);
}
