import { closeSync, openSync, readSync } from 'node:fs';

const CHUNK_BYTES = 1_048_576;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
/** Blanks, a byte order mark, commas and colons. */
const BETWEEN = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf, 0x2c, 0x3a]);

/** A part of a JSON file: an element of a list that is the value of a key of its outermost object, or such a value that is no list. */
export interface JsonElement {
  readonly key: string;
  /** Where its text begins, in bytes from the start of the file. */
  readonly start: number;
  /** How many bytes its text has. */
  readonly length: number;
  readonly text: string;
}

/** The file is not JSON of the form that is read. */
export class JsonShapeError extends Error {}

/**
 * Cuts a JSON file into the elements of the lists in its outermost object, without having more of it in memory than one chunk and one
 * element. It looks only for quotes and brackets; whether an element is JSON says whoever parses it.
 */
export function* jsonElements(file: string): Generator<JsonElement> {
  const descriptor = openSync(file, 'r');
  try {
    const cutter = new ElementCutter();
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    for (let length = readSync(descriptor, chunk); length > 0; length = readSync(descriptor, chunk)) {
      yield* cutter.cut(chunk, length);
    }
    cutter.end();
  } finally {
    closeSync(descriptor);
  }
}

const WINDOW_BYTES = 262_144;

/** Reads pieces of a file; those that lie near the one before cost no read of their own. */
export class PieceReader {
  readonly #descriptor: number;
  #window: Buffer = Buffer.allocUnsafe(WINDOW_BYTES);
  #windowStart = 0;
  #windowLength = 0;

  constructor(file: string) {
    this.#descriptor = openSync(file, 'r');
  }

  /** Text of so many bytes from this place. */
  read(start: number, length: number): string {
    const at = start - this.#windowStart;
    if (at >= 0 && at + length <= this.#windowLength) return this.#window.toString('utf8', at, at + length);
    if (length > this.#window.length) this.#window = Buffer.allocUnsafe(length);
    const wanted = Math.max(length, this.#sizeFor(start));
    this.#windowLength = readSync(this.#descriptor, this.#window, 0, wanted, start);
    this.#windowStart = start;
    return this.#window.toString('utf8', 0, length);
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  /** A piece that lies just behind the window is likely to be followed by others; one far away is not. */
  #sizeFor(start: number): number {
    const distance = start - this.#windowStart - this.#windowLength;
    return Math.abs(distance) < WINDOW_BYTES ? WINDOW_BYTES : 4_096;
  }
}

class ElementCutter {
  #depth = 0;
  #isInText = false;
  #isEscaped = false;
  #key = '';
  #isKey = true;
  #isList = false;
  /** Where the element at hand begins in the file; -1 between elements. */
  #start = -1;
  #offset = 0;
  #earlier: Buffer[] = [];

  /** The elements that end in this chunk. */
  *cut(chunk: Buffer, length: number): Generator<JsonElement> {
    let from = this.#start === -1 ? -1 : 0;
    for (let at = 0; at < length; at++) {
      const byte = chunk[at] ?? 0;
      if (this.#isInText) {
        at = this.#skipText(chunk, at, length);
        continue;
      }
      const isEnd = this.#isEnd(byte);
      if (isEnd && this.#start !== -1) {
        const element = this.#take(chunk.subarray(from === -1 ? 0 : from, at));
        if (element) yield element;
        from = -1;
      }
      if (!this.#step(byte)) continue;
      from = at;
      this.#start = this.#offset + at;
    }
    if (this.#start !== -1) this.#earlier.push(Buffer.from(chunk.subarray(Math.max(from, 0), length)));
    this.#offset += length;
  }

  end(): void {
    if (this.#depth !== 0 || this.#isInText) throw new JsonShapeError('the file ends in the middle');
  }

  /** Goes on to the end of a text or of the chunk; to the byte before the one to look at next. */
  #skipText(chunk: Buffer, at: number, length: number): number {
    if (this.#isEscaped) {
      this.#isEscaped = false;
      return at;
    }
    for (let index = at; index < length; index++) {
      const byte = chunk[index];
      if (byte === BACKSLASH) {
        this.#isEscaped = true;
        return index;
      }
      if (byte === QUOTE) {
        this.#isInText = false;
        return index;
      }
    }
    return length;
  }

  /** Whether the byte ends an element or key: a comma, colon or bracket at its level. */
  #isEnd(byte: number): boolean {
    const level = this.#isList ? 2 : 1;
    if (this.#depth !== level) return false;
    return byte === COMMA || byte === 0x3a || byte === 0x5d || byte === 0x7d;
  }

  /** Follows the brackets; whether an element begins with this byte. */
  #step(byte: number): boolean {
    const isFirst = this.#depth === (this.#isList ? 2 : 1) && this.#start === -1;
    if (byte === 0x7b || byte === 0x5b) return this.#open(byte, isFirst);
    if (byte === 0x7d || byte === 0x5d) return this.#close();
    if (byte === QUOTE) this.#isInText = true;
    else if (byte === COMMA && this.#depth === 1) this.#isKey = true;
    return isFirst && !BETWEEN.has(byte);
  }

  #close(): false {
    this.#depth--;
    if (this.#depth !== 1) return false;
    this.#isList = false;
    if (this.#start === -1) this.#isKey = true;
    return false;
  }

  #open(byte: number, isFirst: boolean): boolean {
    if (this.#depth === 0 && byte !== 0x7b) throw new JsonShapeError('it is not a JSON object');
    this.#depth++;
    if (this.#depth === 2 && isFirst && byte === 0x5b && !this.#isKey) {
      this.#isList = true;
      return false;
    }
    return isFirst;
  }

  /** The element that ends here; a key is kept for the elements after it. */
  #take(rest: Buffer): JsonElement | undefined {
    const bytes = this.#earlier.length === 0 ? rest : Buffer.concat([...this.#earlier, rest]);
    const element = { key: this.#key, start: this.#start, length: bytes.length, text: bytes.toString('utf8') };
    this.#earlier = [];
    this.#start = -1;
    if (!this.#isKey) return element;
    this.#key = String(JSON.parse(element.text));
    this.#isKey = false;
    return undefined;
  }
}
