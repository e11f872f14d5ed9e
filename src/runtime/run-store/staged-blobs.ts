import { hashOf } from './blob-folder.js';
import type { Blobs } from './stored-values.js';

/** Large values on their way to the database, or from it. */
export class StagedBlobs implements Blobs {
  readonly #texts = new Map<string, string>();

  /** @param path - Where they lie in the end, for errors. */
  constructor(readonly path: string) {}

  get isEmpty(): boolean {
    return this.#texts.size === 0;
  }

  get hashes(): readonly string[] {
    return [...this.#texts.keys()];
  }

  get texts(): readonly string[] {
    return [...this.#texts.values()];
  }

  put(text: string): string {
    const hash = hashOf(text);
    this.#texts.set(hash, text);
    return hash;
  }

  /** Takes over what the database has under a hash; what is not what it was counts as missing. */
  add(hash: string, text: string): void {
    if (hashOf(text) === hash) this.#texts.set(hash, text);
  }

  get(hash: string): string | undefined {
    return this.#texts.get(hash);
  }
}
