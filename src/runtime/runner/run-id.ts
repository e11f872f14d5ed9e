import { randomFillSync } from 'node:crypto';

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const POOL_BYTES = 8 * 1024;

/**
 * Makes run ids: UUID version 7 (RFC 9562, section 5.7), so they sort by creation.
 *
 * The 12 bits behind the milliseconds are a counter (method 1 of section 6.2): ids of one millisecond keep their order too. When more
 * than 4,096 are made in one millisecond, or the clock goes back, the time part runs ahead of the clock.
 */
export class RunIdFactory {
  readonly #pool = new Uint8Array(POOL_BYTES);
  #next = POOL_BYTES;
  #lastMs = 0;
  #counter = 0;
  #prefix = '';

  create(nowMs: number = Date.now()): string {
    if (nowMs > this.#lastMs) this.#startMillisecond(nowMs);
    else if (++this.#counter > 0xfff) this.#startMillisecond(this.#lastMs + 1);
    if (this.#next + 8 > POOL_BYTES) {
      randomFillSync(this.#pool);
      this.#next = 0;
    }
    const pool = this.#pool;
    const at = this.#next;
    this.#next += 8;
    const byte = (index: number): string => HEX[pool[at + index] ?? 0] ?? '00';
    const counter = this.#counter;
    return (
      `${this.#prefix}-7${(counter >> 8).toString(16)}${HEX[counter & 0xff] ?? ''}-` +
      `${HEX[((pool[at] ?? 0) & 0x3f) | 0x80] ?? ''}${byte(1)}-${byte(2)}${byte(3)}${byte(4)}${byte(5)}${byte(6)}${byte(7)}`
    );
  }

  #startMillisecond(ms: number): void {
    const hex = ms.toString(16).padStart(12, '0');
    this.#lastMs = ms;
    this.#counter = 0;
    this.#prefix = `${hex.slice(0, 8)}-${hex.slice(8)}`;
  }
}
