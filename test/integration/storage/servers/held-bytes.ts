import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** How much memory is in use for bytes, less what was before, with the garbage gone. */
export class HeldBytes {
  most = 0;
  readonly #collect: () => void;
  readonly #before: number;
  #looks = 0;

  constructor() {
    setFlagsFromString('--expose-gc');
    this.#collect = runInNewContext('gc') as () => void;
    this.#before = this.#now();
  }

  /** Looks each tenth time: a collection takes its time. */
  look(): void {
    if (this.#looks++ % 10 === 0) this.most = Math.max(this.most, this.#now() - this.#before);
  }

  #now(): number {
    this.#collect();
    this.#collect(); // bytes are freed by another thread, for whose end only the next collection waits
    return process.memoryUsage().arrayBuffers;
  }
}
