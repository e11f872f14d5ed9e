import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { TempSpace } from '../../../files/places/temp-space.js';
import type { AnnotationIndex } from './annotation-index.js';

const WINDOW_BYTES = 1_048_576;
const BUCKET_BYTES = 6_291_456;
/** What is gathered for a bucket before it is written. */
const GATHERED_BYTES = 65_536;

/**
 * The texts of annotations in the order of their pictures. Where a file has them in another order, they are copied into temporary files
 * first, pictures that stand together into one that fits into memory: a million reads at random cost more than all else.
 */
export class AnnotationPieces {
  readonly #space: TempSpace | undefined;
  readonly #descriptor: number;
  #window: Buffer = Buffer.allocUnsafe(WINDOW_BYTES);
  #windowStart = 0;
  #windowLength = 0;
  /** Where buckets begin in the copy; empty where there is none. */
  #buckets: readonly number[] = [];

  constructor(
    file: string,
    private readonly index: AnnotationIndex,
  ) {
    if (!index.isScattered()) {
      this.#descriptor = openSync(file, 'r');
      return;
    }
    this.#space = new TempSpace();
    try {
      const copy = join(this.#space.folder('coco'), 'annotations');
      this.#buckets = new BucketCopy(file, copy, index).write();
      this.#descriptor = openSync(copy, 'r');
    } catch (error) {
      this.#space.dispose();
      throw error;
    }
  }

  /** The bytes that hold the annotation at a place, in the order of pictures, and where in them it begins. */
  read(place: number): { readonly bytes: Buffer; readonly from: number } {
    const number = this.index.numberAt(place);
    const [start, length] = [this.index.startOf(number), this.index.lengthOf(number)];
    if (start < this.#windowStart || start + length > this.#windowStart + this.#windowLength) this.#load(start, length);
    return { bytes: this.#window, from: start - this.#windowStart };
  }

  close(): void {
    closeSync(this.#descriptor);
    this.#space?.dispose();
  }

  /** In a copy, the whole bucket: its annotations lie in no order. */
  #load(start: number, length: number): void {
    const bucket = this.#buckets.findLast((begin) => begin <= start);
    const end = bucket === undefined ? 0 : (this.#buckets.find((begin) => begin > bucket) ?? 0);
    const from = bucket ?? start;
    const wanted = bucket === undefined ? Math.max(length, WINDOW_BYTES) : end - from;
    // Buckets differ by an annotation or two: with some room, one window is large enough for all.
    if (wanted > this.#window.length) this.#window = Buffer.allocUnsafe(wanted + (wanted >> 4));
    this.#windowLength = readAll(this.#descriptor, this.#window.subarray(0, wanted), from);
    this.#windowStart = from;
  }
}

/** Copies annotations of a file into another, those of pictures that stand together into one bucket. */
class BucketCopy {
  readonly #bucketOf: Uint32Array;
  /** Where the buckets begin, and the end of the last. */
  readonly #begins: number[] = [0];

  constructor(
    private readonly file: string,
    private readonly copy: string,
    private readonly index: AnnotationIndex,
  ) {
    this.#bucketOf = new Uint32Array(index.count);
    let end = 0;
    for (let place = 0; place < index.count; place++) {
      const number = index.numberAt(place);
      if (end - (this.#begins.at(-1) ?? 0) >= BUCKET_BYTES) this.#begins.push(end);
      this.#bucketOf[number] = this.#begins.length - 1;
      end += index.lengthOf(number);
    }
    this.#begins.push(end);
  }

  /** Where the buckets begin in the copy, and the end of the last; the index then knows its annotations there. */
  write(): readonly number[] {
    const [from, to] = [openSync(this.file, 'r'), openSync(this.copy, 'wx')];
    try {
      const gatherers = this.#begins.slice(0, -1).map((begin) => new Gatherer(to, begin));
      let [window, windowStart, windowLength] = [Buffer.allocUnsafe(WINDOW_BYTES), 0, 0];
      for (let number = 0; number < this.index.count; number++) {
        const [start, length] = [this.index.startOf(number), this.index.lengthOf(number)];
        if (start < windowStart || start + length > windowStart + windowLength) {
          if (length > window.length) window = Buffer.allocUnsafe(length);
          windowLength = readAll(from, window, start);
          windowStart = start;
        }
        const at = start - windowStart;
        const moved = gatherers[this.#bucketOf[number] ?? 0]?.add(window, at, at + length) ?? 0;
        this.index.move(number, moved);
      }
      for (const gatherer of gatherers) gatherer.flush();
      return this.#begins;
    } finally {
      closeSync(from);
      closeSync(to);
    }
  }
}

/** Gathers what goes into one bucket. */
class Gatherer {
  #bytes = Buffer.allocUnsafe(GATHERED_BYTES);
  #length = 0;

  constructor(
    private readonly descriptor: number,
    private position: number,
  ) {}

  /** Where it will lie in the file. */
  add(bytes: Buffer, from: number, to: number): number {
    const length = to - from;
    if (this.#length + length > this.#bytes.length) this.flush();
    if (length > this.#bytes.length) this.#bytes = Buffer.allocUnsafe(length);
    bytes.copy(this.#bytes, this.#length, from, to);
    this.#length += length;
    return this.position + this.#length - length;
  }

  flush(): void {
    let done = 0;
    while (done < this.#length) {
      done += writeSync(this.descriptor, this.#bytes, done, this.#length - done, this.position + done);
    }
    this.position += this.#length;
    this.#length = 0;
  }
}

/** Reads until the buffer is full or the file is at its end. */
function readAll(descriptor: number, bytes: Buffer, position: number): number {
  let length = 0;
  while (length < bytes.length) {
    const count = readSync(descriptor, bytes, length, bytes.length - length, position + length);
    if (count === 0) break;
    length += count;
  }
  return length;
}
