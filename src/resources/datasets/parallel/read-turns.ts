/** Documents that one thread reads before the next one's turn: few enough that all end at about the same time. */
const BLOCK = 32;
const STOP_AFTER = 0;
const DONE = 1;
const NEXT_BLOCK = 2;
/** Bytes that threads share. */
const SHARED_BYTES = 12;

/** Ends the reading of a thread: another one has met an error at an earlier place. */
export class ReadingStopped extends Error {}

/** Which documents are read by one of several threads. All of them go through all names, in the same order, and read their own. */
export class ReadTurns {
  readonly #shared: Int32Array;
  #position = -1;
  /** The block that this thread has taken. */
  #block = -1;

  /** @param shared - What the threads of one conversion have in common; it is made by {@link ReadTurns.share}. */
  constructor(readonly shared: SharedArrayBuffer) {
    this.#shared = new Int32Array(shared);
  }

  static share(): SharedArrayBuffer {
    const shared = new SharedArrayBuffer(SHARED_BYTES);
    new Int32Array(shared)[STOP_AFTER] = 0x7fff_ffff;
    return shared;
  }

  /** Place of the document at hand among all of them. */
  get position(): number {
    return this.#position;
  }

  /** How many documents all threads have read. */
  get done(): number {
    return Atomics.load(this.#shared, DONE);
  }

  /** Goes on to the next document; whether it is this thread's. @throws {@link ReadingStopped} behind the place of an error. */
  take(): boolean {
    this.#position++;
    if (this.#position > Atomics.load(this.#shared, STOP_AFTER)) throw new ReadingStopped();
    const block = Math.floor(this.#position / BLOCK);
    // Whoever is ready takes the next: one that has just started has less to do. All blocks passed over belong to somebody.
    if (block > this.#block) this.#block = Atomics.add(this.#shared, NEXT_BLOCK, 1);
    return block === this.#block;
  }

  /** Counts a document that has been read. */
  countDone(): void {
    Atomics.add(this.#shared, DONE, 1);
  }

  /** Has all threads stop behind a place. What is before it is still read: the first error of all is the one to tell. */
  stopAfter(position: number): void {
    let current = Atomics.load(this.#shared, STOP_AFTER);
    while (position < current) {
      const before = Atomics.compareExchange(this.#shared, STOP_AFTER, current, position);
      if (before === current) return;
      current = before;
    }
  }
}
