import { BaseStep, type StepLike } from '../base-step.js';
import type { MaybePromise } from '../maybe-promise.js';
import { describeStep, type RegisteredStep } from '../registered-step.js';
import type { StepContext } from '../step-context.js';
import type { StepResult } from '../step-result.js';
import type { StepRetry } from '../step-retry.js';

/** Base of steps that add something to another one and leave the rest to it: weight, retry, time limit, skip check and undo. */
export abstract class WrapperStep<C extends StepContext = StepContext> extends BaseStep<C> {
  override readonly name: string;
  override readonly progressWeight: number;
  override readonly retry: StepRetry | undefined;
  override readonly timeoutMs: number | undefined;
  protected readonly inner: RegisteredStep;

  /** @param prefix - Goes before the name of `step`: it is another step now, and anchors must name it so. */
  constructor(prefix: string, step: StepLike<C>) {
    super();
    this.inner = describeStep(step);
    this.name = `${prefix}${this.inner.name}`;
    this.progressWeight = this.inner.weight;
    this.retry = this.inner.retry;
    this.timeoutMs = this.inner.timeoutMs;
  }

  override canSkip(context: C): MaybePromise<boolean> {
    return this.inner.step.canSkip?.(context) ?? false;
  }

  override rollback(context: C, result: StepResult): MaybePromise<void> {
    return this.inner.step.rollback?.(context, result);
  }
}
