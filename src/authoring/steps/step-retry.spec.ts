import { StepTimeoutError } from '../../foundation/errors/step.errors.js';
import { UsageError } from '../../foundation/errors/run.errors.js';
import { StepResult } from './step-result.js';
import { delayAfter, isWorthRetrying, type StepRetry } from './step-retry.js';

const pauses = (retry: Partial<StepRetry>, random = 0.5): number[] =>
  [1, 2, 3, 4].map((attempt) => delayAfter(attempt, { maxAttempts: 5, ...retry }, () => random));

describe(delayAfter, () => {
  it('doubles from half a second where nothing else is said', () => {
    expect(pauses({})).toEqual([500, 1_000, 2_000, 4_000]);
  });

  it('grows by the factor up to the longest pause', () => {
    expect(pauses({ initialDelayMs: 10, backoffFactor: 3, maxDelayMs: 100 })).toEqual([10, 30, 90, 100]);
  });

  it('is always the same with a factor of 1, and nothing where no pause is wanted', () => {
    expect(pauses({ initialDelayMs: 7, backoffFactor: 1 })).toEqual([7, 7, 7, 7]);
    expect(pauses({ initialDelayMs: 0 })).toEqual([0, 0, 0, 0]);
    expect(delayAfter(5_000, { maxAttempts: 9_999, initialDelayMs: 0 }, () => 0)).toBe(0);
  });

  it('leaves a share to chance, and never takes longer for it', () => {
    const retry = { initialDelayMs: 1_000, backoffFactor: 1, jitter: 0.4 };

    expect([pauses(retry, 0)[0], pauses(retry, 0.5)[0], pauses(retry, 1)[0]]).toEqual([1_000, 800, 600]);
  });
});

describe(isWorthRetrying, () => {
  const fails = (cause?: unknown): StepResult => StepResult.fail('bad', { cause });
  const always = { maxAttempts: 3 };

  it.each<[string, unknown, boolean]>([
    ['an error of somebody else', new Error('boom'), true],
    ['no error at all', undefined, true],
    ['an error of ours that may pass', new StepTimeoutError('a', 5), true],
    ['an error of ours that will not', new UsageError('no'), false],
  ])('decides by the cause: %s', (_case, cause, expected) => {
    expect(isWorthRetrying(always, fails(cause))).toBe(expected);
  });

  it('asks the step where it wants to be asked', () => {
    const retryIf = ({ cause }: StepResult): boolean => cause instanceof TypeError;

    expect(isWorthRetrying({ ...always, retryIf }, fails(new TypeError('x')))).toBe(true);
    expect(isWorthRetrying({ ...always, retryIf }, fails(new Error('x')))).toBe(false);
  });

  it('takes a question that throws for a no', () => {
    const retryIf = (): boolean => {
      throw new Error('oops');
    };

    expect(isWorthRetrying({ ...always, retryIf }, fails())).toBe(false);
  });
});
