import { millionthsOf, sixDecimals } from '../../model/number-text.js';

const MILLION = 1_000_000;
/** Bytes of a blank and a share. */
const SHARE_BYTES = 9;
/** The last four bytes of a share are written at once, one of them behind its end. */
const ROOM_BYTES = SHARE_BYTES + 1;
/** Four bytes, the first of them the lowest: ` 0.` and ` 1.`. */
const [NOTHING, ONE] = [' 0. ', ' 1. '].map(fourBytes) as [number, number];
/** The numbers from 000 to 999 with a blank behind: writing digit by digit is most of what a number costs. */
const THREE_DIGITS = Int32Array.from({ length: 1_000 }, (_, number) =>
  fourBytes(`${String(number).padStart(3, '0')} `),
);

/** The text of one label file, put together as bytes: texts for each number and line would be most of what a conversion does. */
export class LabelText {
  #bytes = Buffer.from(new ArrayBuffer(16_384));
  /** The same memory. */
  #view = new DataView(this.#bytes.buffer);
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
    if (this.#length + ROOM_BYTES > this.#bytes.length) this.#grow(ROOM_BYTES);
    const view = this.#view;
    const at = this.#length;
    const rest = millionths === MILLION ? 0 : millionths;
    const high = (rest / 1_000) | 0;
    view.setInt32(at, millionths === MILLION ? ONE : NOTHING, true);
    view.setInt32(at + 3, THREE_DIGITS[high] as number, true);
    view.setInt32(at + 6, THREE_DIGITS[rest - high * 1_000] as number, true);
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
    const bytes = Buffer.from(new ArrayBuffer(2 * this.#bytes.length + more));
    this.#bytes.copy(bytes, 0, 0, this.#length);
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}

function fourBytes(text: string): number {
  return Buffer.from(text, 'latin1').readInt32LE();
}
