import { randomFillSync } from 'node:crypto';

/** Random numbers are drawn in stock: a call for each id would cost more than the id. */
const STOCK = 4_096;
/** Hex texts of 16 bits, made when they are first needed: an id is put together from nine short texts. */
const HEX: string[] = [];

/**
 * Makes run ids: UUID version 7 (RFC 9562, section 5.7), so they sort by creation.
 *
 * The 12 bits behind the milliseconds are a counter (method 1 of section 6.2): ids of one millisecond keep their order too. When more
 * than 4,096 are made in one millisecond, or the clock goes back, the time part runs ahead of the clock.
 */
export class RunIdFactory {
  readonly #random = new Uint16Array(STOCK);
  #next = STOCK;
  #lastMs = 0;
  #counter = 0;
  #prefix = '';

  create(nowMs: number = Date.now()): string {
    if (nowMs > this.#lastMs) this.#startMillisecond(nowMs);
    else if (++this.#counter > 0xfff) this.#startMillisecond(this.#lastMs + 1);
    if (this.#next + 4 > STOCK) {
      randomFillSync(this.#random);
      this.#next = 0;
    }
    const at = this.#next;
    this.#next += 4;
    const random = this.#random;
    const variant = 0x8000 | ((random[at] ?? 0) & 0x3fff);
    return (
      `${this.#prefix}-${hex(0x7000 | this.#counter)}-${hex(variant)}-` +
      `${hex(random[at + 1] ?? 0)}${hex(random[at + 2] ?? 0)}${hex(random[at + 3] ?? 0)}`
    );
  }

  #startMillisecond(ms: number): void {
    const text = ms.toString(16).padStart(12, '0');
    this.#lastMs = ms;
    this.#counter = 0;
    this.#prefix = `${text.slice(0, 8)}-${text.slice(8)}`;
  }
}

function hex(bits: number): string {
  return (HEX[bits] ??= bits.toString(16).padStart(4, '0'));
}
