import { setTimeout as sleep } from 'node:timers/promises';
import type { ExponentialBackoff } from 'cockatiel';
import { UsageError } from '../../../foundation/errors/run.errors.js';
import { SynapseError } from '../../../foundation/errors/synapse.error.js';
import type { StorageCallOptions } from '../storage-options.js';

const DEFAULT_RETRIES = 4;
const FIRST_DELAY_MS = 200;
const MAX_DELAY_MS = 20_000;

/** How often something is tried again, and the pause before: random, and longer with each try that brought nothing. */
export class RetryTurns {
  readonly #retries: number;
  readonly #signal: AbortSignal | undefined;
  #used = 0;
  #backoff: ReturnType<ExponentialBackoff<unknown>['next']> | undefined;

  /** @throws {@link UsageError} for a number of retries that is none. */
  constructor({ retries = DEFAULT_RETRIES, signal }: StorageCallOptions = {}) {
    if (!Number.isInteger(retries) || retries < 0 || retries > 100) {
      throw new UsageError(`retries must be a whole number from 0 to 100, got ${retries}.`);
    }
    this.#retries = retries;
    this.#signal = signal;
  }

  /** Something came: the next failure is the first in a row again. */
  reset(): void {
    this.#used = 0;
    this.#backoff = undefined;
  }

  /** Waits until it is time for the next try. Throws `error` where there is none: it would fail again, or was tried often enough. */
  async after(error: unknown): Promise<void> {
    this.#signal?.throwIfAborted();
    if (this.#used >= this.#retries || !SynapseError.is(error) || !error.retryable) throw error;
    this.#used++;
    const { retryAfterMs } = error as { retryAfterMs?: number };
    if (retryAfterMs !== undefined && retryAfterMs > MAX_DELAY_MS) throw error;
    const delayMs = retryAfterMs ?? (await this.#nextDelayMs());
    await sleep(delayMs, undefined, { signal: this.#signal }).catch(() => this.#signal?.throwIfAborted());
  }

  async #nextDelayMs(): Promise<number> {
    const { ExponentialBackoff } = await import('cockatiel');
    const factory = new ExponentialBackoff({ initialDelay: FIRST_DELAY_MS, maxDelay: MAX_DELAY_MS });
    this.#backoff = this.#backoff?.next(undefined) ?? factory.next();
    return this.#backoff.duration;
  }
}
