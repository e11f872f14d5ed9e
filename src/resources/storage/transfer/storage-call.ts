import type { Readable } from 'node:stream';
import { SynapseError } from '../../../foundation/errors/synapse.error.js';
import type { TransferOptions } from '../storage-options.js';
import { RetryTurns } from './retry-turns.js';
import { TransferMeter } from './transfer-meter.js';

/** One call of a storage, as its provider sees it: what ends it, what counts it, and how a part of it is tried again. */
export class StorageCall {
  readonly signal: AbortSignal | undefined;
  readonly meter: TransferMeter;
  readonly #options: TransferOptions;
  readonly #translate: (thrown: unknown) => unknown;

  /** @param translate - What is thrown instead of what a vendor's library threw. */
  constructor(options: TransferOptions, translate: (thrown: unknown) => unknown) {
    this.signal = options.signal;
    this.meter = new TransferMeter(options.onProgress);
    this.#options = options;
    this.#translate = translate;
  }

  /** The error that the caller gets: the signal's reason once that has aborted, SynapseErrors as they are, else the translated one. */
  errorOf(thrown: unknown): unknown {
    if (this.signal?.aborted) return this.signal.reason;
    return SynapseError.is(thrown) ? thrown : this.#translate(thrown);
  }

  /** Does `request` until it succeeds, or fails in a way that would not pass. It must be one that may be made twice. */
  async retry<T>(request: () => Promise<T>): Promise<T> {
    const turns = this.turns();
    for (;;) {
      try {
        this.signal?.throwIfAborted();
        return await request();
      } catch (thrown) {
        await turns.after(this.errorOf(thrown));
      }
    }
  }

  /** Tries for work that keeps count of its own progress. */
  turns(): RetryTurns {
    return new RetryTurns(this.#options);
  }

  /** Does `work` with a stream that ends when the call does: some libraries wait for a stream that nobody feeds. */
  async during<T>(stream: Readable, work: () => Promise<T>): Promise<T> {
    const end = (): void => void stream.destroy(this.signal?.reason as Error);
    this.signal?.addEventListener('abort', end, { once: true });
    try {
      this.signal?.throwIfAborted();
      return await work();
    } finally {
      this.signal?.removeEventListener('abort', end);
      stream.destroy();
    }
  }
}
