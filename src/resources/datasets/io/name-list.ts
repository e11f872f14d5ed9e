const FIRST_NAMES = 256;

/** A list as threads hand it to each other: its bytes lie in memory that they share. */
export interface SharedNames {
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  readonly ends: Uint32Array<SharedArrayBuffer>;
  readonly order: Uint32Array<SharedArrayBuffer>;
}

/**
 * Names of files in the order of their code points, as bytes in one piece: some 30 bytes for each, where texts in a set take 200. UTF-8
 * sorts as code points do.
 */
export class NameList {
  #bytes: Buffer = Buffer.allocUnsafe(FIRST_NAMES * 16);
  #ends: Uint32Array = new Uint32Array(FIRST_NAMES);
  #order: Uint32Array = new Uint32Array(0);
  #count = 0;
  /** Place of the name that was asked for last: the next one is likely to be near. */
  #cursor = 0;

  get length(): number {
    return this.#count;
  }

  /** @param names - In any order; each is looked at once. */
  constructor(names: Iterable<string>) {
    for (const name of names) this.#add(name);
    this.#order = new Uint32Array(this.#count);
    for (let index = 0; index < this.#count; index++) this.#order[index] = index;
    if (this.#isReversed()) this.#order.reverse();
    else if (!this.#isSorted()) this.#order.sort((left, right) => this.#compare(left, right));
  }

  /** The list that another thread has shared. */
  static of({ bytes, ends, order }: SharedNames): NameList {
    const list = new NameList([]);
    list.#bytes = Buffer.from(bytes.buffer);
    list.#ends = ends;
    list.#order = order;
    list.#count = order.length;
    return list;
  }

  share(): SharedNames {
    const bytes = new Uint8Array(new SharedArrayBuffer(this.#startOf(this.#count)));
    bytes.set(this.#bytes.subarray(0, bytes.length));
    return { bytes, ends: sharedNumbers(this.#ends.subarray(0, this.#count)), order: sharedNumbers(this.#order) };
  }

  /** The name at a place. */
  at(place: number): string {
    const name = this.#order[place] ?? 0;
    return this.#bytes.toString('utf8', this.#startOf(name), this.#ends[name]);
  }

  /** Places of the names that begin so, the first and the one behind the last. */
  placesOf(start: string): readonly [first: number, behind: number] {
    const wanted = Buffer.from(start);
    let first = this.#isFirst(this.#cursor, wanted) ? this.#cursor : this.#search(wanted);
    if (first < 0) first = 0;
    let behind = first;
    while (behind < this.#count && this.#compareStart(behind, wanted) === 0) behind++;
    this.#cursor = behind;
    return [first, behind];
  }

  #isFirst(place: number, wanted: Buffer): boolean {
    return (
      (place === 0 || this.#compareStart(place - 1, wanted) < 0) &&
      (place === this.#count || this.#compareStart(place, wanted) >= 0)
    );
  }

  /** The first place whose name is not before the wanted one. */
  #search(wanted: Buffer): number {
    let [low, high] = [0, this.#count];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compareStart(middle, wanted) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Whether the name at a place is before the wanted bytes, begins with them, or is behind them. */
  #compareStart(place: number, wanted: Buffer): number {
    const name = this.#order[place] ?? 0;
    const start = this.#startOf(name);
    const end = Math.min(this.#ends[name] ?? 0, start + wanted.length);
    return this.#bytes.compare(wanted, 0, wanted.length, start, end);
  }

  #add(name: string): void {
    const length = Buffer.byteLength(name);
    const start = this.#startOf(this.#count);
    if (this.#count === this.#ends.length) this.#ends = grown(this.#ends, new Uint32Array(this.#count * 2));
    if (start + length > this.#bytes.length) {
      this.#bytes = grown(this.#bytes, Buffer.allocUnsafe(this.#bytes.length * 2 + length));
    }
    this.#bytes.write(name, start, 'utf8');
    this.#ends[this.#count++] = start + length;
  }

  #startOf(name: number): number {
    return name === 0 ? 0 : (this.#ends[name - 1] ?? 0);
  }

  #compare(left: number, right: number): number {
    const [from, to] = [this.#startOf(left), this.#ends[left]];
    return this.#bytes.compare(this.#bytes, this.#startOf(right), this.#ends[right], from, to);
  }

  #isSorted(): boolean {
    for (let name = 1; name < this.#count; name++) if (this.#compare(name - 1, name) > 0) return false;
    return true;
  }

  #isReversed(): boolean {
    for (let name = 1; name < this.#count; name++) if (this.#compare(name - 1, name) < 0) return false;
    return true;
  }
}

/** Numbers in memory that threads share. */
export function sharedNumbers(numbers: Uint32Array): Uint32Array<SharedArrayBuffer> {
  const shared = new Uint32Array(new SharedArrayBuffer(numbers.byteLength));
  shared.set(numbers);
  return shared;
}

function grown<T extends Uint8Array | Uint32Array>(old: T, larger: T): T {
  larger.set(old);
  return larger;
}
