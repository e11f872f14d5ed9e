import { StepDefinitionError } from '../../../foundation/errors/step.errors.js';
import { BaseStep } from '../base-step.js';
import type { MaybePromise } from '../maybe-promise.js';
import type { StepContext } from '../step-context.js';
import { StepResult } from '../step-result.js';

/** Whether the context is as it should be, and if not, why. */
export type StepValidation = readonly [isValid: boolean, error?: string | null];

/** Fails unless a function says that the context is as it should be. */
export class ValidationStep<C extends StepContext = StepContext> extends BaseStep<C> {
  override readonly name: string;
  override readonly progressWeight: number;
  readonly #validator: (context: C) => MaybePromise<StepValidation>;

  constructor(
    validator: (context: C) => MaybePromise<StepValidation>,
    name = 'validate',
    /** Share of the action's progress, any number from 0 on. */
    progressWeight = 0.05,
  ) {
    super();
    this.#validator = validator;
    this.name = name;
    this.progressWeight = progressWeight;
  }

  execute(context: C): MaybePromise<StepResult> {
    const validation = this.#validator(context);
    return validation instanceof Promise ? validation.then(resultOf) : resultOf(validation);
  }
}

function resultOf(validation: StepValidation): StepResult {
  if (!Array.isArray(validation)) {
    throw new StepDefinitionError('the validator must return [true] or [false, message]');
  }
  const [isValid, error] = validation as StepValidation;
  return isValid ? StepResult.ok() : StepResult.fail(error ?? null);
}
