import { millionthsOf, sixDecimals } from '../../model/number-text.js';

const MILLION = 1_000_000;
const ZERO = 0x30;
const SPACE = 0x20;
/** Bytes of a blank and a share. */
const SHARE_BYTES = 9;

/** The text of one label file, put together as bytes: texts for each number and line would be most of what a conversion does. */
export class LabelText {
  #bytes = Buffer.allocUnsafe(16_384);
  #length = 0;
  #lines = 0;

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /** How many lines have been begun in all. */
  get lines(): number {
    return this.#lines;
  }

  /** Starts over with nothing in it. */
  clear(): void {
    this.#length = 0;
  }

  /** Begins a line with the number of a class. */
  startLine(id: number): void {
    this.#lines++;
    this.#add(this.#length === 0 ? String(id) : `\n${id}`);
  }

  /** Adds a blank and a number with six decimals. */
  addShare(value: number): void {
    const millionths = millionthsOf(value);
    if (millionths === -1) return this.#add(` ${sixDecimals(value)}`);
    if (this.#length + SHARE_BYTES > this.#bytes.length) this.#grow(SHARE_BYTES);
    const bytes = this.#bytes;
    let at = this.#length;
    bytes[at++] = SPACE;
    bytes[at++] = millionths === MILLION ? ZERO + 1 : ZERO;
    bytes[at++] = 0x2e;
    let rest = millionths === MILLION ? 0 : millionths;
    for (let place = at + 5; place >= at; place--) {
      const tens = (rest / 10) | 0;
      bytes[place] = ZERO + rest - tens * 10;
      rest = tens;
    }
    this.#length = at + 6;
  }

  /** Adds a blank and a whole number. */
  addWhole(value: number): void {
    this.#add(` ${value}`);
  }

  toString(): string {
    return this.#bytes.toString('latin1', 0, this.#length);
  }

  #add(text: string): void {
    if (this.#length + text.length > this.#bytes.length) this.#grow(text.length);
    for (let index = 0; index < text.length; index++) this.#bytes[this.#length++] = text.charCodeAt(index);
  }

  #grow(more: number): void {
    const bytes = Buffer.allocUnsafe(2 * this.#bytes.length + more);
    this.#bytes.copy(bytes, 0, 0, this.#length);
    this.#bytes = bytes;
  }
}
