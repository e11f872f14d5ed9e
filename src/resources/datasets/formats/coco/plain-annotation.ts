import type { JsonRecord } from '../../model/json-value.js';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const DOT = 0x2e;
const MINUS = 0x2d;
const ZERO = 0x30;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
/** A whole number of this many digits, divided by a power of ten, is rounded once and therefore right. */
const MOST_DIGITS = 15;
const POWERS = Array.from({ length: MOST_DIGITS + 1 }, (_, power) => 10 ** power);

/** Fields whose values are numbers, lists of numbers, or lists of those. */
const KEYS = ['id', 'image_id', 'category_id', 'bbox', 'segmentation', 'area', 'iscrowd', 'keypoints', 'num_keypoints'];
interface KnownKey {
  readonly key: string;
  readonly bytes: Buffer;
}
const KEY_BYTES: readonly KnownKey[] = [...KEYS, 'score', 'track_id'].map((key) => ({ key, bytes: Buffer.from(key) }));

type Value = number | Value[];

/**
 * Reads annotations that hold nothing but numbers, right from the bytes of the file: most do, and `JSON.parse` would need a text of each
 * first. Whatever is spelt in any other way is left to it.
 */
export class PlainAnnotationParser {
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #end = 0;
  #isPlain = true;
  readonly #guesses: KnownKey[] = [];

  /** The annotation, as `JSON.parse` would give it; undefined where it is no plain one. */
  parse(bytes: Uint8Array, from: number, to: number): JsonRecord | undefined {
    this.#bytes = bytes;
    this.#at = from;
    this.#end = to;
    this.#isPlain = true;
    const item: Record<string, unknown> = {};
    if (this.#take() !== OPEN_OBJECT) return undefined;
    for (let place = 0; ; place++) {
      const key = this.#key(place);
      if (key === undefined || this.#take() !== COLON) return undefined;
      item[key] = this.#value();
      const byte = this.#take();
      if (!this.#isPlain) return undefined;
      if (byte === CLOSE_OBJECT) return this.#peek() === -1 ? item : undefined;
      if (byte !== COMMA) return undefined;
    }
  }

  /** A key; annotations of one file have theirs in one order, so what stood here in the one before is tried first. */
  #key(place: number): string | undefined {
    if (this.#take() !== QUOTE) return undefined;
    const start = this.#at;
    while (this.#at < this.#end && this.#bytes[this.#at] !== QUOTE) this.#at++;
    const length = this.#at++ - start;
    const guess = this.#guesses[place];
    if (guess?.bytes.length === length && this.#isAt(start, guess.bytes)) return guess.key;
    const known = KEY_BYTES.find(({ bytes }) => bytes.length === length && this.#isAt(start, bytes));
    if (known) this.#guesses[place] = known;
    return known?.key;
  }

  #isAt(start: number, bytes: Uint8Array): boolean {
    for (let index = 0; index < bytes.length; index++) if (this.#bytes[start + index] !== bytes[index]) return false;
    return true;
  }

  #value(): Value {
    if (this.#peek() !== OPEN_LIST) return this.#number();
    this.#at++;
    const list: Value[] = [];
    if (this.#peek() === CLOSE_LIST) {
      this.#at++;
      return list;
    }
    while (this.#isPlain) {
      list.push(this.#value());
      const byte = this.#take();
      if (byte === CLOSE_LIST) break;
      if (byte !== COMMA) this.#isPlain = false;
    }
    return list;
  }

  #number(): number {
    const isNegative = this.#bytes[this.#at] === MINUS;
    if (isNegative) this.#at++;
    const start = this.#at;
    let value = this.#digits(0);
    let digits = this.#at - start;
    // JSON has no number that begins with a zero and goes on.
    if (digits === 0 || (digits > 1 && this.#bytes[start] === ZERO)) return this.#leave();
    let decimals = 0;
    if (this.#bytes[this.#at] === DOT) {
      const dot = this.#at++;
      value = this.#digits(value);
      decimals = this.#at - dot - 1;
      digits = decimals === 0 ? Infinity : digits + decimals;
    }
    if (digits > MOST_DIGITS) return this.#leave();
    const size = decimals === 0 ? value : value / (POWERS[decimals] ?? NaN);
    return isNegative ? -size : size;
  }

  /** The value with the digits that stand here put behind it. An exponent that follows is no comma, so it ends the plain way. */
  #digits(value: number): number {
    const bytes = this.#bytes;
    let [at, sum] = [this.#at, value];
    for (let digit = (bytes[at] ?? 0) - ZERO; digit >= 0 && digit <= 9; digit = (bytes[++at] ?? 0) - ZERO)
      sum = sum * 10 + digit;
    this.#at = at;
    return sum;
  }

  #leave(): number {
    this.#isPlain = false;
    return 0;
  }

  /** The next byte that is no blank; -1 at the end. */
  #peek(): number {
    for (; this.#at < this.#end; this.#at++) {
      const byte = this.#bytes[this.#at] ?? 0;
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
    }
    return -1;
  }

  #take(): number {
    const byte = this.#peek();
    this.#at++;
    return byte;
  }
}
