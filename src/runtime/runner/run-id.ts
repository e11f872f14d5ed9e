import { randomFillSync } from 'node:crypto';

const MAX_COUNTER = 0xfff;
const RANDOM_BYTES = 8;

/**
 * Makes run ids: UUID version 7 (RFC 9562, section 5.7), so they sort by creation.
 *
 * The 12 bits behind the milliseconds are a counter (method 1 of section 6.2), so ids of one millisecond keep their order too. The 62 random bits
 * are drawn once a millisecond: they tell processes apart, the counter tells ids of one process apart. An id is a name, not a
 * secret. When more than 4,096 are made in one millisecond, or the clock goes back, the time part runs ahead of the clock.
 */
export class RunIdFactory {
  /** Random bytes for several milliseconds: the system takes as long for few as for many. */
  readonly #random = Buffer.alloc(64 * RANDOM_BYTES);
  #used = this.#random.length;
  #lastMs = 0;
  #counter = 0;
  #head = '';
  #tail = '';

  create(nowMs: number = Date.now()): string {
    if (nowMs > this.#lastMs) this.#startMillisecond(nowMs);
    else if (++this.#counter > MAX_COUNTER) this.#startMillisecond(this.#lastMs + 1);
    return this.#head + (0x7000 | this.#counter).toString(16) + this.#tail;
  }

  #startMillisecond(ms: number): void {
    if (this.#used === this.#random.length) {
      randomFillSync(this.#random);
      this.#used = 0;
    }
    const random = this.#random.subarray(this.#used, (this.#used += RANDOM_BYTES));
    random[0] = ((random[0] ?? 0) & 0x3f) | 0x80; // the variant
    const time = ms.toString(16).padStart(12, '0');
    const rest = random.toString('hex');
    this.#lastMs = ms;
    this.#counter = 0;
    this.#head = `${time.slice(0, 8)}-${time.slice(8)}-`;
    this.#tail = `-${rest.slice(0, 4)}-${rest.slice(4)}`;
  }
}
