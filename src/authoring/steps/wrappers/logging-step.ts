import type { StepLike } from '../base-step.js';
import type { MaybePromise } from '../maybe-promise.js';
import { toSeconds } from '../step-clock.js';
import type { StepContext } from '../step-context.js';
import { StepResult } from '../step-result.js';
import { WrapperStep } from './wrapper-step.js';

/**
 * Logs when a step starts (`step_start`), ends (`step_end`) and is undone (`step_rollback`). Is called `logged_` and the step's name;
 * the events carry the name alone. A skipped step logs nothing, and one that throws has no `step_end`.
 */
export class LoggingStep<C extends StepContext = StepContext> extends WrapperStep<C> {
  constructor(step: StepLike<C>) {
    super('logged_', step);
  }

  execute(context: C): MaybePromise<StepResult> {
    const { name: step } = this.inner;
    context.log('step_start', { step });
    const startedAtMs = performance.now();
    const end = (result: StepResult): StepResult => {
      if (!StepResult.is(result)) return result; // the orchestrator says what is wrong with it
      const { success, skipped } = result;
      context.log('step_end', { step, elapsed: toSeconds(performance.now() - startedAtMs), success, skipped });
      return result;
    };
    const result = this.inner.step.execute(context);
    return result instanceof Promise ? result.then(end) : end(result);
  }

  override rollback(context: C, result: StepResult): MaybePromise<void> {
    context.log('step_rollback', { step: this.inner.name });
    return super.rollback(context, result);
  }
}
