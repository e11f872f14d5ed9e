import { hashOf } from './blob-folder.js';
import { lostValue, type ValueFailure, type ValueName } from './lost-value.js';
import type { Blobs } from './stored-values.js';

/** Large values on their way to the database, or from it. */
export class StagedBlobs implements Blobs {
  /** Made with the first: most writes have none. */
  #texts: Map<string, string> | undefined;
  #failures: Map<string, ValueFailure> | undefined;
  #hasMissed = false;

  /** @param path - Where they lie in the end, for errors. */
  constructor(readonly path: string) {}

  /** Whether somebody wanted a text that is not here. */
  get hasMissed(): boolean {
    return this.#hasMissed;
  }

  get isEmpty(): boolean {
    return this.#texts === undefined;
  }

  get hashes(): readonly string[] {
    return [...(this.#texts?.keys() ?? [])];
  }

  get texts(): readonly string[] {
    return [...(this.#texts?.values() ?? [])];
  }

  put(text: string): string {
    const hash = hashOf(text);
    this.#keep(hash, text);
    return hash;
  }

  /** Takes over what was kept under a hash; what is not what it was counts as missing. */
  add(hash: string, text: string): void {
    if (hashOf(text) === hash) this.#keep(hash, text);
  }

  /** A text that is on its way. */
  staged(hash: string): string {
    return this.#texts?.get(hash) ?? '';
  }

  /** Notes why a text cannot be had, for whoever wants it. */
  fail(hash: string, failure: ValueFailure): void {
    (this.#failures ??= new Map()).set(hash, failure);
  }

  get(hash: string, name: ValueName): string {
    const text = this.#texts?.get(hash);
    if (text !== undefined) return text;
    this.#hasMissed = true;
    const place = { kind: 'row', url: `${this.path}, table blobs`, hash } as const;
    throw this.#failures?.get(hash)?.(name) ?? lostValue(name, place, 'lacks it, or does not hold what was written');
  }

  #keep(hash: string, text: string): void {
    (this.#texts ??= new Map()).set(hash, text);
  }
}
