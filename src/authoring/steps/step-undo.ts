import type { StepUndoReport } from '../../foundation/errors/step.errors.js';
import { messageOf } from '../../foundation/errors/synapse.error.js';
import { isThenable, type MaybePromise } from './maybe-promise.js';
import type { RegisteredStep } from './registered-step.js';
import { pause } from './retry-pause.js';
import { StepAttempt } from './step-attempt.js';
import type { StepSurroundings } from './step-execution.js';
import { StepResult } from './step-result.js';
import { delayAfter, isWorthRetrying } from './step-retry.js';

/** A step that has run, or may have. */
export interface ExecutedStep {
  readonly step: RegisteredStep;
  readonly result: StepResult;
}

/** The undo of one step: its tries, pauses between them, and its report. It is not told to end when the run is: that is why it runs. */
export class StepUndo {
  readonly #executed: ExecutedStep;
  readonly #around: StepSurroundings;
  readonly #currentStep: string;
  #attempt = 0;
  #startedAtMs = 0;

  /** @param currentStep - The step whose failure caused the undo: what the undo reports is keyed by it, as in the original. */
  constructor(executed: ExecutedStep, around: StepSurroundings, currentStep: string) {
    this.#executed = executed;
    this.#around = around;
    this.#currentStep = currentStep;
  }

  /** Never throws and never rejects: an undo that fails is a report, and does not keep others from being undone. */
  run(): MaybePromise<StepUndoReport> {
    this.#startedAtMs = this.#around.reporter.start();
    const failure = this.#try();
    if (failure instanceof Promise || (failure && this.#mayRetry(failure))) return this.#settle(failure);
    return this.#ended(failure);
  }

  async #settle(first: MaybePromise<StepResult | undefined>): Promise<StepUndoReport> {
    let failure = await first;
    while (failure && this.#mayRetry(failure)) {
      await this.#pauseAfter(failure);
      failure = await this.#try();
    }
    return this.#ended(failure);
  }

  /** What the undo failed with, if it did. */
  #try(): MaybePromise<StepResult | undefined> {
    const { context, cancellation } = this.#around;
    const { step, result } = this.#executed;
    this.#attempt++;
    const attempt = new StepAttempt(step, cancellation, this.#currentStep);
    context.enter(attempt);
    try {
      const work: unknown = step.step.rollback?.(context, result);
      if (!isThenable(work)) return undefined;
      return attempt.until(work).then(
        () => undefined, // late, but done
        (thrown: unknown) => failureOf(attempt.timeoutError ?? thrown),
      );
    } catch (thrown) {
      return failureOf(thrown);
    }
  }

  #mayRetry(failure: StepResult): boolean {
    const { retry } = this.#executed.step;
    return retry !== undefined && this.#attempt < retry.maxAttempts && isWorthRetrying(retry, failure);
  }

  async #pauseAfter({ error }: StepResult): Promise<void> {
    const { cancellation, random, reporter } = this.#around;
    const { step } = this.#executed;
    const delay_ms = step.retry ? delayAfter(this.#attempt, step.retry, random) : 0;
    const details = { attempt: this.#attempt, error, delay_ms, undo: true } as const;
    reporter.event('step.retrying', step, this.#startedAtMs, details);
    await pause(delay_ms, cancellation);
  }

  #ended(failure: StepResult | undefined): StepUndoReport {
    const { context, reporter } = this.#around;
    const { step } = this.#executed;
    const attempt = this.#attempt;
    if (!failure) {
      reporter.event('step.rolled_back', step, this.#startedAtMs, { attempt });
      return { step: step.name, ok: true };
    }
    const error = failure.error ?? '';
    context.errors.push(`Rollback failed for step '${step.name}'`);
    reporter.event('step.rollback_failed', step, this.#startedAtMs, { attempt, error });
    return { step: step.name, ok: false, error, cause: failure.cause };
  }
}

function failureOf(thrown: unknown): StepResult {
  return StepResult.fail(messageOf(thrown), { cause: thrown });
}
