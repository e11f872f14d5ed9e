import { SynapseError } from '../../../foundation/errors/synapse.error.js';

/** How often, and after which pauses, a failed call is tried again. */
export interface RetryOptions {
  /** Most tries of one call, 1 and up. @defaultValue 4 */
  readonly maxAttempts?: number;
  /** Longest pause before the second try, in milliseconds; doubled with each, a random part of it is waited. @defaultValue 500 */
  readonly initialDelayMs?: number;
  /** Longest pause, in milliseconds; a service that asks for more with Retry-After is not asked again. @defaultValue 30,000 */
  readonly maxDelayMs?: number;
}

/** Statuses that say "not now": what comes of the same call a moment later may be another. */
const PASSING = new Set([429, 502, 503, 504]);

/** Decides which failures are worth another try. */
export class RetryRule {
  readonly #maxAttempts: number;
  readonly #initialDelayMs: number;
  readonly #maxDelayMs: number;

  constructor({ maxAttempts = 4, initialDelayMs = 500, maxDelayMs = 30_000 }: RetryOptions) {
    this.#maxAttempts = maxAttempts;
    this.#initialDelayMs = initialDelayMs;
    this.#maxDelayMs = maxDelayMs;
  }

  /**
   * The pause after a failed try in milliseconds; undefined where there is none to follow.
   *
   * @param isRepeatable - Whether the request does the same however often it arrives. One that does not is only repeated where it cannot
   * have been done: nobody got it, or the service refused it for its number.
   */
  delayAfter(attempt: number, isRepeatable: boolean, error: unknown): number | undefined {
    if (attempt >= this.#maxAttempts || !SynapseError.is(error)) return undefined;
    const { status_code: status, sent, retry_after_ms: retryAfterMs } = error.details;
    const isPassing = sent === undefined ? PASSING.has(Number(status)) : error.retryable;
    const wasNotDone = sent === false || status === 429;
    if (!isPassing || !(isRepeatable || wasNotDone)) return undefined;
    if (typeof retryAfterMs === 'number') return retryAfterMs <= this.#maxDelayMs ? retryAfterMs : undefined;
    return Math.random() * Math.min(this.#maxDelayMs, this.#initialDelayMs * 2 ** (attempt - 1));
  }
}
