import { blankNumbers } from '../../model/fresh-lists.js';
import type { JsonRecord } from '../../model/json-value.js';

const BLANK = 0x20;
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
/** Digits that a whole number of 32 bits always holds: counting in those is faster than in doubles. */
const INTEGER_DIGITS = 9;
const POWERS = Array.from({ length: MOST_DIGITS + 1 }, (_, power) => 10 ** power);

type Value = number | Value[];
/** Copied where a list begins: fresh-lists says why. */
const NO_VALUES: Value[] = [];

/** An annotation whose fields are numbers, lists of numbers, or lists of those. Those it has not are undefined. */
class PlainAnnotation {
  [key: string]: unknown;
  id: Value | undefined = undefined;
  image_id: Value | undefined = undefined;
  category_id: Value | undefined = undefined;
  segmentation: Value | undefined = undefined;
  area: Value | undefined = undefined;
  bbox: Value | undefined = undefined;
  iscrowd: Value | undefined = undefined;
  keypoints: Value | undefined = undefined;
  num_keypoints: Value | undefined = undefined;
  score: Value | undefined = undefined;
  track_id: Value | undefined = undefined;
}

interface KnownField {
  /** Its key in quotes. */
  readonly bytes: Buffer;
  readonly put: (item: PlainAnnotation, value: Value) => void;
}

/** Each put in by a line of its own: a key that is a variable costs a search. */
const FIELDS: readonly KnownField[] = [
  field('id', (item, value) => (item.id = value)),
  field('image_id', (item, value) => (item.image_id = value)),
  field('category_id', (item, value) => (item.category_id = value)),
  field('segmentation', (item, value) => (item.segmentation = value)),
  field('area', (item, value) => (item.area = value)),
  field('bbox', (item, value) => (item.bbox = value)),
  field('iscrowd', (item, value) => (item.iscrowd = value)),
  field('keypoints', (item, value) => (item.keypoints = value)),
  field('num_keypoints', (item, value) => (item.num_keypoints = value)),
  field('score', (item, value) => (item.score = value)),
  field('track_id', (item, value) => (item.track_id = value)),
];

function field(key: string, put: KnownField['put']): KnownField {
  return { bytes: Buffer.from(`"${key}"`), put };
}

/**
 * Reads annotations that hold nothing but numbers, right from the bytes of the file: most do, and `JSON.parse` would need a text of each
 * first. Whatever is spelt in any other way is left to it.
 */
export class PlainAnnotationParser {
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #end = 0;
  #isPlain = true;
  /** The number that was read last. */
  #read = 0;
  #list = new Float64Array(256);
  readonly #guesses: KnownField[] = [];

  /** The annotation, as `JSON.parse` would give it; undefined where it is no plain one. */
  parse(bytes: Uint8Array, from: number, to: number): JsonRecord | undefined {
    this.#bytes = bytes;
    this.#at = from;
    this.#end = to;
    this.#isPlain = true;
    const item = new PlainAnnotation();
    if (this.#take() !== OPEN_OBJECT) return undefined;
    for (let place = 0; ; place++) {
      const known = this.#field(place);
      if (known === undefined || this.#take() !== COLON) return undefined;
      known.put(item, this.#value());
      const byte = this.#take();
      if (!this.#isPlain) return undefined;
      if (byte === CLOSE_OBJECT) return this.#peek() === -1 ? item : undefined;
      if (byte !== COMMA) return undefined;
    }
  }

  /** Annotations of one file have their fields in one order, so what stood here in the one before is tried first. */
  #field(place: number): KnownField | undefined {
    if (this.#peek() !== QUOTE) return undefined;
    const guess = this.#guesses[place];
    const found = guess && this.#isAt(guess.bytes) ? guess : FIELDS.find(({ bytes }) => this.#isAt(bytes));
    if (found === undefined) return undefined;
    this.#at += found.bytes.length;
    this.#guesses[place] = found;
    return found;
  }

  #isAt(bytes: Uint8Array): boolean {
    for (let index = 0; index < bytes.length; index++) if (this.#bytes[this.#at + index] !== bytes[index]) return false;
    return true;
  }

  #value(): Value {
    if (this.#peek() !== OPEN_LIST) return this.#number();
    this.#at++;
    const numbers = this.#numbers();
    if (numbers) return numbers;
    const list: Value[] = NO_VALUES.slice();
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

  /**
   * A list of nothing but numbers, from behind its bracket: nearly all bytes of a file are in such. Undefined where it is another one, or has
   * line breaks; then nothing has been read.
   */
  #numbers(): number[] | undefined {
    const bytes = this.#bytes;
    let at = this.#at;
    for (let count = 0; ;) {
      at = this.#numberEnd(bytes, at);
      if (at === -1) return undefined;
      if (count === this.#list.length) this.#list = grown(this.#list);
      this.#list[count++] = this.#read;
      const byte = bytes[at++];
      if (byte === CLOSE_LIST) {
        this.#at = at;
        return listOf(this.#list, count);
      }
      if (byte !== COMMA) return undefined;
      if (bytes[at] === BLANK) at++;
    }
  }

  #number(): number {
    const end = this.#numberEnd(this.#bytes, this.#at);
    if (end === -1) return this.#leave();
    this.#at = end;
    return this.#read;
  }

  /**
   * Where the number ends that begins at a place; what it is has then been read. -1 where it is no plain one. An exponent that follows is no
   * comma, so it ends the plain way.
   */
  #numberEnd(bytes: Uint8Array, from: number): number {
    const isNegative = bytes[from] === MINUS;
    const start = isNegative ? from + 1 : from;
    let at = start;
    let whole = 0;
    for (let digit = digitAt(bytes, at); digit >>> 0 <= 9; digit = digitAt(bytes, ++at))
      whole = (whole * 10 + digit) | 0;
    const wholes = at - start;
    let decimals = 0;
    if (bytes[at] === DOT) {
      const first = ++at;
      for (let digit = digitAt(bytes, at); digit >>> 0 <= 9; digit = digitAt(bytes, ++at))
        whole = (whole * 10 + digit) | 0;
      decimals = at - first;
      if (decimals === 0) return -1;
    }
    if (!isExact(wholes, decimals, bytes[start])) return -1;
    let value = wholes + decimals <= INTEGER_DIGITS ? whole : wideNumber(bytes, start, at);
    if (decimals > 0) value /= POWERS[decimals] as number;
    this.#read = isNegative ? -value : value;
    return at;
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

/** The digit at a place. Where there is another byte, or none, it is beyond 9 as an unsigned number. */
function digitAt(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) - ZERO;
}

/** The digits from one place to another as a whole number, past the dot among them. */
function wideNumber(bytes: Uint8Array, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) if (bytes[at] !== DOT) value = value * 10 + digitAt(bytes, at);
  return value;
}

/** Whether so many digits are a number that can be read exactly. JSON has none that begins with a zero and goes on. */
function isExact(wholes: number, decimals: number, first: number | undefined): boolean {
  if (wholes === 0 || wholes + decimals > MOST_DIGITS) return false;
  return wholes === 1 || first !== ZERO;
}

function grown(numbers: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(numbers.length * 2);
  larger.set(numbers);
  return larger;
}

/** A list of its own length, and of nothing but numbers from the start: one that grows leaves as much again behind. */
function listOf(numbers: Float64Array, count: number): number[] {
  const list = blankNumbers(count);
  for (let index = 0; index < count; index++) list[index] = numbers[index] ?? 0;
  return list;
}
