import { randomFillSync } from 'node:crypto';

const MAX_COUNTER = 0xfff;
const TIME_BYTES = 6;
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
  /** The time and the random bytes of the millisecond: digits for all of them at once cost a third of digits for each. */
  readonly #bytes = Buffer.alloc(TIME_BYTES + RANDOM_BYTES);
  #used = this.#random.length;
  #lastMs = 0;
  #counter = 0;
  #head = '';
  #tail = '';

  create(nowMs: number = Date.now()): string {
    const ms = Math.trunc(nowMs);
    if (ms > this.#lastMs) this.#startMillisecond(ms);
    else if (++this.#counter > MAX_COUNTER) this.#startMillisecond(this.#lastMs + 1);
    const version = this.#counter === 0 ? '7000' : (0x7000 | this.#counter).toString(16);
    return this.#head + version + this.#tail;
  }

  #startMillisecond(ms: number): void {
    if (this.#used === this.#random.length) {
      randomFillSync(this.#random);
      this.#used = 0;
    }
    const bytes = this.#bytes;
    bytes.writeUIntBE(ms, 0, TIME_BYTES);
    this.#random.copy(bytes, TIME_BYTES, this.#used, (this.#used += RANDOM_BYTES));
    bytes[TIME_BYTES] = ((bytes[TIME_BYTES] ?? 0) & 0x3f) | 0x80; // the variant
    const digits = bytes.toString('hex');
    this.#lastMs = ms;
    this.#counter = 0;
    this.#head = `${digits.slice(0, 8)}-${digits.slice(8, 12)}-`;
    this.#tail = `-${digits.slice(12, 16)}-${digits.slice(16)}`;
  }
}
