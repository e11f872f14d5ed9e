import type { StepLike } from '../base-step.js';
import type { MaybePromise } from '../maybe-promise.js';
import type { StepContext } from '../step-context.js';
import { StepResult } from '../step-result.js';
import { WrapperStep } from './wrapper-step.js';

/** Adds `duration_seconds`, six decimals, to the data of a step's result. Is called `timed_` and the step's name. */
export class TimingStep<C extends StepContext = StepContext> extends WrapperStep<C> {
  constructor(step: StepLike<C>) {
    super('timed_', step);
  }

  execute(context: C): MaybePromise<StepResult> {
    const startedAtMs = performance.now();
    const end = (result: StepResult): StepResult => {
      if (!StepResult.is(result)) return result; // the orchestrator says what is wrong with it
      const duration_seconds = Math.round((performance.now() - startedAtMs) * 1000) / 1_000_000;
      return new StepResult({ ...result, cause: result.cause, data: { ...result.data, duration_seconds } });
    };
    const result = this.inner.step.execute(context);
    return result instanceof Promise ? result.then(end) : end(result);
  }
}
