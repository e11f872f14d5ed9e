import { StepDefinitionError } from '../../foundation/errors/step.errors.js';
import { SynapseError } from '../../foundation/errors/synapse.error.js';
import type { StepResult } from './step-result.js';

/** Whether and how a failed step is tried again before it counts as failed. Its undo, if it comes to that, is tried as often. */
export interface StepRetry {
  /** Tries in all, the first included, 1 and up. */
  readonly maxAttempts: number;
  /** Pause before the second try, in milliseconds, 0 to 2,147,483,647. @defaultValue 500 */
  readonly initialDelayMs?: number;
  /** What each pause is multiplied by to get the next, 1 and up. @defaultValue 2 */
  readonly backoffFactor?: number;
  /** Longest pause, in milliseconds, 0 to 2,147,483,647. @defaultValue 30,000 */
  readonly maxDelayMs?: number;
  /** Share of each pause that is left to chance, 0 to 1: with 0.5 a pause of 2 s takes 1 to 2 s. @defaultValue 0 */
  readonly jitter?: number;
  /**
   * Which failures are worth another try; `cause` is what the step threw. One that throws says no.
   *
   * @defaultValue all but errors of this package that are not `retryable`
   */
  readonly retryIf?: (failure: StepResult) => boolean;
}

/** Whether a failure is worth another try, as far as its kind goes. */
export function isWorthRetrying(retry: StepRetry, failure: StepResult): boolean {
  const { cause } = failure;
  // Our own errors know; anything else may well be a passing fault.
  if (!retry.retryIf) return !SynapseError.is(cause) || cause.retryable;
  try {
    return retry.retryIf(failure);
  } catch {
    return false; // the failure itself is what counts
  }
}

/** The pause after the try of this number, in milliseconds. */
export function delayAfter(attempt: number, retry: StepRetry, random: () => number): number {
  const { initialDelayMs = 500, backoffFactor = 2, maxDelayMs = 30_000, jitter = 0 } = retry;
  if (initialDelayMs === 0) return 0; // times an endless factor it would be no number
  const delayMs = Math.min(maxDelayMs, initialDelayMs * backoffFactor ** (attempt - 1));
  return Math.round(delayMs * (1 - jitter * random()));
}

/** @throws {@link StepDefinitionError} for a number that is none, or out of range. */
export function checkRetry(step: string, retry: StepRetry): void {
  for (const [option, [isValid, expected]] of Object.entries(RULES)) {
    const value: unknown = retry[option as keyof StepRetry];
    if ((value === undefined && option !== 'maxAttempts') || (typeof value === 'number' && isValid(value))) continue;
    throw new StepDefinitionError(`retry.${option} of step '${step}' must be ${expected}, got ${String(value)}.`, {
      details: { step, option, value: String(value) },
    });
  }
}

const DELAY = [(ms: number) => ms >= 0 && ms <= 2_147_483_647, 'milliseconds from 0 to 2147483647'] as const;

/** What each number must be. */
const RULES: Readonly<Record<string, readonly [isValid: (value: number) => boolean, expected: string]>> = {
  maxAttempts: [(count) => Number.isInteger(count) && count >= 1, 'a whole number from 1 on'],
  initialDelayMs: DELAY,
  backoffFactor: [(factor) => Number.isFinite(factor) && factor >= 1, 'a number from 1 on'],
  maxDelayMs: DELAY,
  jitter: [(share) => share >= 0 && share <= 1, 'a number from 0 to 1'],
};
