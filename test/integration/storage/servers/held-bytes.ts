import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const LOOK_BYTES = 8 * 1024 * 1024;

/** How much memory is in use for bytes, less what was before, with the garbage gone. */
export class HeldBytes {
  most = 0;
  readonly #collect: () => void;
  readonly #before: number;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor() {
    setFlagsFromString('--expose-gc');
    this.#collect = runInNewContext('gc') as () => void;
    this.#before = this.#now();
  }

  /** Looks whenever so many more bytes are moved: a collection takes its time. */
  look({ transferredBytes }: { readonly transferredBytes: number }): void {
    if (transferredBytes - this.#lookedAt < LOOK_BYTES) return;
    this.#lookedAt = transferredBytes;
    this.most = Math.max(this.most, this.#now() - this.#before);
  }

  #now(): number {
    this.#collect();
    this.#collect(); // bytes are freed by another thread, for whose end only the next collection waits
    return process.memoryUsage().arrayBuffers;
  }
}
