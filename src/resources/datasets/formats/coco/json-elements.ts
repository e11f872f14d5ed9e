import { closeSync, openSync, readSync } from 'node:fs';

const WINDOW_BYTES = 4_194_304;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const NOTHING = -1;

/** In four bytes at once: the bit that brackets and letters have, and digits, blanks, commas and quotes have not. */
const BRACKET_BITS = 0x40404040;
const QUOTES = 0x22222222;

/** By byte: 1 for a quote, 2 for what opens a list or object, 3 for what closes one, 0 for all else. */
const KINDS = new Uint8Array(256);
KINDS[QUOTE] = 1;
KINDS[OPEN_LIST] = KINDS[OPEN_OBJECT] = 2;
KINDS[CLOSE_LIST] = KINDS[CLOSE_OBJECT] = 3;

/** A part of a JSON file: an element of a list that is the value of a key of its outermost object, or such a value that is no list. */
export interface JsonElement {
  readonly key: string;
  /** Whether it is an element of a list, not the value of the key itself. */
  readonly isInList: boolean;
  /** Bytes with the element among them, from `from` to before `to`. They are others as soon as the next element is looked at. */
  readonly bytes: Buffer;
  readonly from: number;
  readonly to: number;
  /** Where the element begins in the file. */
  readonly start: number;
  /** Where the value of the marked key begins among the bytes; -1 where the element is no object with that key. */
  readonly markedAt: number;
}

/** The file is not JSON of the form that is read. */
export class JsonShapeError extends Error {}

/**
 * Cuts a JSON file into the elements of the lists in its outermost object, in a window that holds one of them. It looks only for quotes and
 * brackets; whether an element is JSON says whoever parses it.
 *
 * @param markedKey - A key of elements whose place the visitor is told, of letters and `_`.
 * @param visit - Called with one object that is filled anew each time.
 * @returns The keys of the lists, also of those that are empty.
 */
export function scanJsonElements(
  file: string,
  markedKey: string,
  visit: (element: JsonElement) => void,
): ReadonlySet<string> {
  const scanner = new JsonFileScanner(file, markedKey);
  try {
    return scanner.scan(visit);
  } finally {
    scanner.close();
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

class JsonFileScanner {
  readonly #descriptor: number;
  readonly #markedKey: Buffer;
  #bytes: Buffer<ArrayBuffer> = windowOf(WINDOW_BYTES);
  /** The same memory, four bytes at a time. */
  #words = new Int32Array(this.#bytes.buffer);
  #length = 0;
  /** Where the window begins in the file. */
  #base = 0;
  #at = 0;
  #isAtEnd = false;
  #markedAt = NOTHING;
  readonly #lists = new Set<string>();

  constructor(file: string, markedKey: string) {
    this.#descriptor = openSync(file, 'r');
    this.#markedKey = Buffer.from(`"${markedKey}"`);
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  scan(visit: (element: JsonElement) => void): ReadonlySet<string> {
    this.#skipByteOrderMark();
    if (this.#next() !== OPEN_OBJECT) throw new JsonShapeError('it is not a JSON object');
    this.#at++;
    const places = { from: 0, to: 0, start: 0, markedAt: NOTHING };
    const element: Mutable<JsonElement> = { key: '', isInList: false, bytes: this.#bytes, ...places };
    for (let byte = this.#next(); byte !== CLOSE_OBJECT; byte = this.#next()) {
      if (byte === COMMA) this.#at++;
      else this.#entry(element, visit);
    }
    return this.#lists;
  }

  /** A key and its value: the elements of a list, or one. */
  #entry(element: Mutable<JsonElement>, visit: (element: JsonElement) => void): void {
    if (this.#next() !== QUOTE) throw new JsonShapeError('a key must stand in quotes');
    const keyEnd = this.#elementEnd();
    element.key = String(JSON.parse(this.#bytes.toString('utf8', this.#at, keyEnd)));
    this.#at = keyEnd;
    if (this.#next() !== COLON) throw new JsonShapeError(`there is no value for the key '${element.key}'`);
    this.#at++;
    element.isInList = this.#next() === OPEN_LIST;
    if (!element.isInList) return this.#hand(element, visit);
    this.#lists.add(element.key);
    this.#at++;
    for (let byte = this.#next(); byte !== CLOSE_LIST; byte = this.#next()) {
      if (byte === COMMA) this.#at++;
      else this.#hand(element, visit);
    }
    this.#at++;
  }

  #hand(element: Mutable<JsonElement>, visit: (element: JsonElement) => void): void {
    const to = this.#elementEnd();
    element.bytes = this.#bytes;
    element.from = this.#at;
    element.to = to;
    element.start = this.#base + this.#at;
    element.markedAt = this.#markedAt;
    visit(element);
    this.#at = to;
  }

  /** The byte after blanks. */
  #next(): number {
    for (;;) {
      for (; this.#at < this.#length; this.#at++) {
        const byte = this.#bytes[this.#at] ?? 0;
        if (!isBlank(byte)) return byte;
      }
      this.#refill();
    }
  }

  /** Where the element ends that begins here; the window then holds all of it. */
  #elementEnd(): number {
    for (;;) {
      const end = this.#skip(this.#at);
      if (end !== NOTHING) return end;
      this.#refill();
    }
  }

  /** Reads on, and keeps what is there from the place on. */
  #refill(): void {
    if (this.#isAtEnd) throw new JsonShapeError('the file ends in the middle');
    const isFull = this.#at === 0 && this.#length === this.#bytes.length;
    const bytes = isFull ? windowOf(this.#bytes.length * 2) : this.#bytes;
    this.#bytes.copy(bytes, 0, this.#at, this.#length);
    if (isFull) this.#words = new Int32Array(bytes.buffer);
    this.#bytes = bytes;
    this.#base += this.#at;
    this.#length -= this.#at;
    this.#at = 0;
    const count = readSync(this.#descriptor, bytes, this.#length, bytes.length - this.#length, null);
    this.#length += count;
    this.#isAtEnd = count === 0;
  }

  #skipByteOrderMark(): void {
    this.#refill();
    if (this.#bytes[0] === 0xef && this.#bytes[1] === 0xbb && this.#bytes[2] === 0xbf) this.#at = 3;
  }

  /** The end of the value that begins at a place, or nothing where the window ends before it. */
  #skip(from: number): number {
    this.#markedAt = NOTHING;
    const kind = KINDS[this.#bytes[from] ?? 0];
    if (kind === 1) return this.#skipText(from);
    return kind === 2 ? this.#skipBrackets(from) : this.#skipScalar(from);
  }

  #skipBrackets(from: number): number {
    const bytes = this.#bytes;
    const length = this.#length;
    let depth = 0;
    for (let at = from; at < length; at++) {
      const byte = bytes[at] as number;
      // Digits, blanks, commas and the like come before the first bracket, and are nearly all there is.
      if (byte < OPEN_LIST && byte !== QUOTE) {
        if ((at & 3) === 3) at = this.#skipWords(at + 1) - 1;
        continue;
      }
      const kind = KINDS[byte];
      if (kind === 2) depth++;
      else if (kind === 3) {
        if (--depth === 0) return at + 1;
      } else if (kind === 1) {
        const end = this.#skipTextAt(depth, at);
        if (end === NOTHING) return NOTHING;
        at = end - 1;
      }
    }
    return NOTHING;
  }

  #skipTextAt(depth: number, from: number): number {
    const end = this.#skipText(from);
    if (depth === 1 && end !== NOTHING) this.#mark(from, end);
    return end;
  }

  /** From a place that four divides to the first four bytes with a bracket, letter or quote among them, or to less than four before the end. */
  #skipWords(from: number): number {
    const words = this.#words;
    const behind = this.#length >> 2;
    let place = from >> 2;
    for (; place < behind; place++) {
      const word = words[place] as number;
      if ((word & BRACKET_BITS) !== 0) break;
      const other = word ^ QUOTES; // a byte that is zero here was a quote
      if (((other - 0x01010101) & ~other & 0x80808080) !== 0) break;
    }
    return place << 2;
  }

  /** Remembers where the value begins if this text is the marked key. The last of several counts, as for those who parse. */
  #mark(from: number, to: number): void {
    const key = this.#markedKey;
    if (to - from !== key.length) return;
    for (let index = 1; index < key.length; index++) if (this.#bytes[from + index] !== key[index]) return;
    let at = to;
    while (isBlank(this.#bytes[at] ?? 0)) at++;
    if (this.#bytes[at] !== COLON) return;
    at++;
    while (isBlank(this.#bytes[at] ?? 0)) at++;
    this.#markedAt = at;
  }

  #skipText(from: number): number {
    const bytes = this.#bytes;
    const length = this.#length;
    for (let at = from + 1; at < length; at++) {
      const byte = bytes[at];
      if (byte === QUOTE) return at + 1;
      if (byte === BACKSLASH) at++;
    }
    return NOTHING;
  }

  #skipScalar(from: number): number {
    for (let at = from; at < this.#length; at++) {
      const byte = this.#bytes[at] ?? 0;
      if (byte === COMMA || byte === CLOSE_LIST || byte === CLOSE_OBJECT || isBlank(byte)) {
        if (at === from) throw new JsonShapeError('there is a bracket or comma where a value should be');
        return at;
      }
    }
    return NOTHING;
  }
}

function windowOf(length: number): Buffer<ArrayBuffer> {
  return Buffer.from(new ArrayBuffer(length));
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
