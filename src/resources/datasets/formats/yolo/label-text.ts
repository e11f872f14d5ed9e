import { millionthsOf, sixDecimals } from '../../model/number-text.js';

const MILLION = 1_000_000;
const ZERO = 0x30;
const SPACE = 0x20;
const DOT = 0x2e;
/** Bytes of a blank and a share. */
const SHARE_BYTES = 9;
/** The numbers from 000 to 999, three bytes each: dividing by ten for each digit is most of what a number costs. */
const THREE_DIGITS = Buffer.from(
  Array.from({ length: 1_000 }, (_, number) => String(number).padStart(3, '0')).join(''),
);

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
    const at = this.#length;
    const rest = millionths === MILLION ? 0 : millionths;
    const high = (rest / 1_000) | 0;
    const [first, last] = [high * 3, (rest - high * 1_000) * 3];
    bytes[at] = SPACE;
    bytes[at + 1] = millionths === MILLION ? ZERO + 1 : ZERO;
    bytes[at + 2] = DOT;
    bytes[at + 3] = THREE_DIGITS[first] as number;
    bytes[at + 4] = THREE_DIGITS[first + 1] as number;
    bytes[at + 5] = THREE_DIGITS[first + 2] as number;
    bytes[at + 6] = THREE_DIGITS[last] as number;
    bytes[at + 7] = THREE_DIGITS[last + 1] as number;
    bytes[at + 8] = THREE_DIGITS[last + 2] as number;
    this.#length = at + SHARE_BYTES;
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
