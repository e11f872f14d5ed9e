import type { TransferProgress } from '../storage-options.js';

/** Counts the bytes of one transfer, whose parts may be sent more than once: what is reported never goes back. */
export class TransferMeter {
  readonly #onProgress: ((progress: TransferProgress) => void) | undefined;
  #total: number | undefined;
  #now = 0;
  #reported = -1;

  constructor(onProgress?: (progress: TransferProgress) => void, totalBytes?: number) {
    this.#onProgress = onProgress;
    this.#total = totalBytes;
  }

  /** Says how many there will be, once that is known. */
  expect(totalBytes: number | undefined): void {
    this.#total = totalBytes;
  }

  /** More bytes were moved; less than none where some have to be moved again. */
  add(bytes: number): void {
    this.#now += bytes;
    if (this.#now > this.#reported) this.#report();
  }

  /** Begins again at a byte. */
  restart(atByte = 0): void {
    this.#now = atByte;
  }

  /** All of it is moved. */
  finish(): void {
    const isTold = this.#reported === this.#total;
    this.#total ??= Math.max(this.#now, this.#reported);
    this.#now = this.#total;
    if (!isTold) this.#report();
  }

  #report(): void {
    this.#reported = this.#now;
    this.#onProgress?.({ transferredBytes: this.#now, totalBytes: this.#total });
  }
}
