import { NameBytes } from './name-bytes.js';

const FIRST_SLOTS = 1_024;
const FREE = 0;

/** Gives names numbers, from 0 on: some 40 bytes for each, where a map of texts takes 200 and makes V8 take more for all else. */
export class NameTable {
  readonly #names = new NameBytes();
  /** By hash: one more than the number of a name. Twice as many as names, so that most stand at their place. */
  #slots = new Uint32Array(FIRST_SLOTS);

  get count(): number {
    return this.#names.count;
  }

  has(name: string): boolean {
    return this.#slots[this.#slotOf(name)] !== FREE;
  }

  /** The number of a name, which is the count of names before where it is new. */
  add(name: string): number {
    if (this.count * 2 >= this.#slots.length) this.#grow();
    const slot = this.#slotOf(name);
    const taken = this.#slots[slot] ?? FREE;
    if (taken !== FREE) return taken - 1;
    this.#names.add(name);
    this.#slots[slot] = this.count;
    return this.count - 1;
  }

  /** Where a name stands, or would. */
  #slotOf(name: string): number {
    const last = this.#slots.length - 1;
    for (let slot = hashOf(name) & last; ; slot = (slot + 1) & last) {
      const taken = this.#slots[slot] ?? FREE;
      if (taken === FREE || this.#names.at(taken - 1) === name) return slot;
    }
  }

  #grow(): void {
    this.#slots = new Uint32Array(this.#slots.length * 2);
    for (let number = 0; number < this.count; number++) this.#slots[this.#slotOf(this.#names.at(number))] = number + 1;
  }
}

function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < name.length; index++) hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
  return hash ^ (hash >>> 15);
}
