import { blankNumbers, blankPoints, pointOf } from '../../model/fresh-lists.js';
import type { Point } from '../../model/annotated-image.js';
import { OutlinePart } from './outline-part.js';
import { FIELDS, type KnownField, PlainAnnotation, type PlainValue, SEGMENTATION } from './plain-fields.js';

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

/** Copied where a list begins: fresh-lists says why. */
const NO_VALUES: PlainValue[] = [];
const NO_PARTS: OutlinePart[] = [];

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

  /** The annotation, as `JSON.parse` would give it but for its outlines; undefined where it is no plain one. */
  parse(bytes: Uint8Array, from: number, to: number): PlainAnnotation | undefined {
    this.#bytes = bytes;
    this.#at = from;
    this.#end = to;
    this.#isPlain = true;
    const item = new PlainAnnotation();
    if (this.#take() !== OPEN_OBJECT) return undefined;
    for (let place = 0; ; place++) {
      const known = this.#field(place);
      if (known === undefined || this.#take() !== COLON) return undefined;
      this.#put(item, known);
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

  #put(item: PlainAnnotation, field: KnownField): void {
    const parts = field === SEGMENTATION ? this.#outlines() : undefined;
    if (field === SEGMENTATION) item.parts = parts; // the last of two counts
    if (!parts) field.put(item, this.#value());
  }

  /** A list of outlines, right as points. Undefined where it is another value; then nothing has been read. */
  #outlines(): OutlinePart[] | undefined {
    const start = this.#at;
    const parts = NO_PARTS.slice();
    if (this.#take() === OPEN_LIST) {
      for (let byte = COMMA; byte === COMMA;) {
        const count = this.#take() === OPEN_LIST ? this.#readNumbers() : -1;
        if (count === -1 || count % 2 !== 0) break;
        parts.push(new OutlinePart(pointsOf(this.#list, count)));
        byte = this.#take();
        if (byte === CLOSE_LIST) return parts;
      }
    }
    this.#at = start;
    return undefined;
  }

  #isAt(bytes: Uint8Array): boolean {
    for (let index = 0; index < bytes.length; index++) if (this.#bytes[this.#at + index] !== bytes[index]) return false;
    return true;
  }

  #value(): PlainValue {
    if (this.#peek() !== OPEN_LIST) return this.#number();
    this.#at++;
    const count = this.#readNumbers();
    if (count !== -1) return listOf(this.#list, count);
    const list: PlainValue[] = NO_VALUES.slice();
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
   * A list of nothing but numbers, from behind its bracket: nearly all bytes of a file are in such. Says how many there are; -1 where it is
   * another list, or has line breaks; then nothing has been read.
   */
  #readNumbers(): number {
    const bytes = this.#bytes;
    let at = this.#at;
    for (let count = 0; ;) {
      at = this.#numberEnd(bytes, at);
      if (at === -1) return -1;
      if (count === this.#list.length) this.#list = grown(this.#list);
      this.#list[count++] = this.#read;
      const byte = bytes[at++];
      if (byte === CLOSE_LIST) {
        this.#at = at;
        return count;
      }
      if (byte !== COMMA) return -1;
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

/** Points of x and y in turn. */
function pointsOf(numbers: Float64Array, count: number): Point[] {
  const points = blankPoints(count / 2);
  for (let index = 0; index < count; index += 2)
    points[index >> 1] = pointOf(numbers[index] ?? 0, numbers[index + 1] ?? 0);
  return points;
}
