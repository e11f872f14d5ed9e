import { NameBytes } from './name-bytes.js';

/** Whether the names came in order, or the other way round as some file systems list them; then no order has to be kept. */
type Direction = 'as they came' | 'reversed';

/** A list as threads hand it to each other: its bytes lie in memory that they share. */
export interface SharedNames {
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  readonly ends: Uint32Array<SharedArrayBuffer>;
  readonly order: Uint32Array<SharedArrayBuffer> | Direction;
}

/**
 * Names of files in the order of their code points, as bytes in one piece: some 30 bytes for each, where texts in a set take 200. UTF-8
 * sorts as code points do.
 */
export class NameList {
  #bytes: Buffer;
  #ends: Uint32Array;
  #order: Uint32Array | Direction = 'as they came';
  /** Place of the name that was asked for last: the next one is likely to be near. */
  #cursor = 0;

  get length(): number {
    return this.#ends.length;
  }

  /** @param names - In any order; each is looked at once. */
  constructor(names: Iterable<string>) {
    const collected = new NameBytes();
    for (const name of names) collected.add(name);
    [this.#bytes, this.#ends] = collected.end();
    if (this.#isInOrder((before, name) => this.#compare(before, name) <= 0)) return;
    if (this.#isInOrder((before, name) => this.#compare(before, name) >= 0)) this.#order = 'reversed';
    else
      this.#order = Uint32Array.from(this.#ends, (_, name) => name).sort((left, right) => this.#compare(left, right));
  }

  /** The list that another thread has shared. */
  static of({ bytes, ends, order }: SharedNames): NameList {
    const list = new NameList([]);
    list.#bytes = Buffer.from(bytes.buffer);
    list.#ends = ends;
    list.#order = order;
    return list;
  }

  share(): SharedNames {
    const bytes = new Uint8Array(new SharedArrayBuffer(this.#bytes.length));
    bytes.set(this.#bytes);
    const order = typeof this.#order === 'string' ? this.#order : sharedNumbers(this.#order);
    return { bytes, ends: sharedNumbers(this.#ends), order };
  }

  /** The name at a place. */
  at(place: number): string {
    const name = this.#nameAt(place);
    return this.#bytes.toString('utf8', this.#startOf(name), this.#ends[name]);
  }

  /** Places of the names that begin so, the first and the one behind the last. */
  placesOf(start: string): readonly [first: number, behind: number] {
    const wanted = Buffer.from(start);
    let first = this.#isFirst(this.#cursor, wanted) ? this.#cursor : this.#search(wanted);
    if (first < 0) first = 0;
    let behind = first;
    while (behind < this.length && this.#compareStart(behind, wanted) === 0) behind++;
    this.#cursor = behind;
    return [first, behind];
  }

  #isFirst(place: number, wanted: Buffer): boolean {
    return (
      (place === 0 || this.#compareStart(place - 1, wanted) < 0) &&
      (place === this.length || this.#compareStart(place, wanted) >= 0)
    );
  }

  /** The first place whose name is not before the wanted one. */
  #search(wanted: Buffer): number {
    let [low, high] = [0, this.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compareStart(middle, wanted) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Whether the name at a place is before the wanted bytes, begins with them, or is behind them. */
  #compareStart(place: number, wanted: Buffer): number {
    const name = this.#nameAt(place);
    const start = this.#startOf(name);
    const end = Math.min(this.#ends[name] ?? 0, start + wanted.length);
    return this.#bytes.compare(wanted, 0, wanted.length, start, end);
  }

  #nameAt(place: number): number {
    if (typeof this.#order !== 'string') return this.#order[place] ?? 0;
    return this.#order === 'reversed' ? this.length - 1 - place : place;
  }

  #startOf(name: number): number {
    return name === 0 ? 0 : (this.#ends[name - 1] ?? 0);
  }

  #compare(left: number, right: number): number {
    const [from, to] = [this.#startOf(left), this.#ends[left]];
    return this.#bytes.compare(this.#bytes, this.#startOf(right), this.#ends[right], from, to);
  }

  #isInOrder(isRight: (before: number, name: number) => boolean): boolean {
    for (let name = 1; name < this.length; name++) if (!isRight(name - 1, name)) return false;
    return true;
  }
}

/** Numbers in memory that threads share. */
export function sharedNumbers(numbers: Uint32Array): Uint32Array<SharedArrayBuffer> {
  const shared = new Uint32Array(new SharedArrayBuffer(numbers.byteLength));
  shared.set(numbers);
  return shared;
}
