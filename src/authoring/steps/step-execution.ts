import { StepDefinitionError } from '../../foundation/errors/step.errors.js';
import { messageOf } from '../../foundation/errors/synapse.error.js';
import type { Cancellation } from './cancellation.js';
import { isThenable, type MaybePromise } from './maybe-promise.js';
import type { RegisteredStep } from './registered-step.js';
import { pause } from './retry-pause.js';
import { StepAttempt } from './step-attempt.js';
import type { StepContext } from './step-context.js';
import type { StepReporter } from './step-reporter.js';
import { StepResult } from './step-result.js';
import { delayAfter, isWorthRetrying } from './step-retry.js';

/** What the steps of one execution have around them. */
export interface StepSurroundings {
  readonly context: StepContext;
  readonly reporter: StepReporter;
  readonly cancellation: Cancellation;
  readonly random: () => number;
}

/**
 * One step on its way to its end: skip check, tries, pauses between them.
 *
 * Whatever goes wrong becomes a failed result: there is one way out for all. Nothing here is a promise unless the step makes one.
 */
export class StepExecution {
  readonly #step: RegisteredStep;
  readonly #around: StepSurroundings;
  /** That of the skip check; it also serves the first try where no clock runs. */
  #current: StepAttempt | undefined;
  #attempt = 0;
  #startedAtMs = 0;

  constructor(step: RegisteredStep, around: StepSurroundings) {
    this.#step = step;
    this.#around = around;
  }

  /** Whether `execute` was called: only then is there something to undo. */
  get isExecuted(): boolean {
    return this.#attempt > 0;
  }

  /** How the step ends. Never throws and never rejects. */
  run(): MaybePromise<StepResult> {
    const skip = this.#skips();
    return skip instanceof Promise ? skip.then((answer) => this.#goOn(answer)) : this.#goOn(skip);
  }

  /** Whether the step has nothing to do. A check that throws is a failed result. */
  #skips(): MaybePromise<boolean | StepResult> {
    const { step, name } = this.#step;
    const { context, cancellation } = this.#around;
    const attempt = (this.#current = new StepAttempt({ name }, cancellation));
    context.enter(attempt);
    if (!step.canSkip) return false;
    try {
      const answer: unknown = step.canSkip(context);
      if (!isThenable(answer)) return Boolean(answer);
      return attempt.until(answer).then(Boolean, (thrown: unknown) => this.#checkFailed(thrown));
    } catch (thrown) {
      return this.#checkFailed(thrown);
    }
  }

  #goOn(skip: boolean | StepResult): MaybePromise<StepResult> {
    const { cancellation, reporter } = this.#around;
    if (typeof skip === 'object') return skip;
    if (cancellation.isAborted) return failureOf(cancellation.reason);
    this.#startedAtMs = reporter.start();
    if (skip) {
      reporter.event('step.skipped', this.#step, this.#startedAtMs, {});
      return StepResult.skipped();
    }
    const result = this.#try();
    if (result instanceof Promise) return this.#settle(result);
    return this.#mayRetry(result) ? this.#settle(result) : this.#ended(result);
  }

  async #settle(first: MaybePromise<StepResult>): Promise<StepResult> {
    let result = await first;
    while (this.#mayRetry(result) && (await this.#pauseAfter(result))) result = await this.#try();
    return this.#ended(result);
  }

  #try(): MaybePromise<StepResult> {
    const { step, timeoutMs } = this.#step;
    const { context, cancellation, reporter } = this.#around;
    reporter.started(this.#step, ++this.#attempt);
    let attempt = this.#attempt === 1 && timeoutMs === undefined ? this.#current : undefined;
    if (!attempt) context.enter((attempt = new StepAttempt(this.#step, cancellation)));
    try {
      const work: unknown = step.execute(context);
      if (!isThenable(work)) return resultOf(work);
      return attempt.until(work).then(
        (value) => (attempt.timeoutError ? late(resultOf(value), attempt.timeoutError) : resultOf(value)),
        (thrown: unknown) => failureOf(attempt.timeoutError ?? thrown),
      );
    } catch (thrown) {
      return failureOf(thrown);
    }
  }

  #mayRetry(result: StepResult): boolean {
    const { retry } = this.#step;
    if (result.success || !retry || this.#attempt >= retry.maxAttempts) return false;
    return !this.#around.cancellation.isAborted && isWorthRetrying(retry, result);
  }

  /** Waits for the next try; false when everything was told to end before it: the failure stands then. */
  async #pauseAfter({ error }: StepResult): Promise<boolean> {
    const { cancellation, random, reporter } = this.#around;
    const { retry } = this.#step;
    const delay_ms = retry ? delayAfter(this.#attempt, retry, random) : 0;
    reporter.event('step.retrying', this.#step, this.#startedAtMs, { attempt: this.#attempt, error, delay_ms });
    return pause(delay_ms, cancellation);
  }

  #ended(result: StepResult): StepResult {
    const { reporter } = this.#around;
    const attempt = this.#attempt;
    if (result.success) {
      const type = result.skipped ? 'step.skipped' : 'step.completed';
      reporter.event(type, this.#step, this.#startedAtMs, { attempt });
    } else {
      reporter.event('step.failed', this.#step, this.#startedAtMs, { attempt, error: result.error });
    }
    return result;
  }

  #checkFailed(thrown: unknown): StepResult {
    const { reporter } = this.#around;
    const failure = failureOf(thrown);
    reporter.event('step.failed', this.#step, reporter.start(), { error: failure.error });
    return failure;
  }
}

function resultOf(value: unknown): StepResult {
  if (value instanceof StepResult) return value;
  if (StepResult.is(value)) return new StepResult(value); // of another copy of the package
  const kind = typeof value === 'object' ? 'an object' : `a ${typeof value}`;
  const what = value === undefined || value === null ? 'returned no result' : `returned ${kind} that is no result`;
  return failureOf(
    new StepDefinitionError(
      `step ${what}. End execute() with StepResult.ok(…), StepResult.fail(…) or StepResult.skipped().`,
    ),
  );
}

function failureOf(thrown: unknown): StepResult {
  return StepResult.fail(messageOf(thrown), { cause: thrown });
}

/** A step that came to its end in the grace time: too late, but its undo must know what it did. */
function late({ data, rollbackData }: StepResult, cause: Error): StepResult {
  return StepResult.fail(cause.message, { cause, data, rollbackData });
}
