/** Ids below are looked up in a list, of 16 MB at most: a map of them would have to be searched for each annotation. */
const MOST_LISTED = 4_194_304;
const NONE = -1;

/** Numbers by id: most data sets count their ids from 0 or 1, but any value is one. */
export class IdNumbers {
  #listed = new Int32Array(1_024).fill(NONE);
  readonly #others = new Map<unknown, number>();
  #size = 0;

  /** How many ids there are. */
  get size(): number {
    return this.#size;
  }

  get(id: unknown): number | undefined {
    if (!isListed(id)) return this.#others.get(id);
    const number = this.#listed[id] ?? NONE;
    return number === NONE ? undefined : number;
  }

  /** @param number - Not negative; the last one of an id counts. */
  set(id: unknown, number: number): void {
    if (this.get(id) === undefined) this.#size++;
    if (!isListed(id)) {
      this.#others.set(id, number);
      return;
    }
    if (id >= this.#listed.length) this.#grow(id);
    this.#listed[id] = number;
  }

  #grow(id: number): void {
    const listed = new Int32Array(Math.max(2 * this.#listed.length, id + 1)).fill(NONE);
    listed.set(this.#listed);
    this.#listed = listed;
  }
}

function isListed(id: unknown): id is number {
  return typeof id === 'number' && id >= 0 && id < MOST_LISTED && Number.isInteger(id);
}
