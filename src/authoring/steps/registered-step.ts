import { StepDefinitionError } from '../../foundation/errors/step.errors.js';
import type { StepLike } from './base-step.js';
import { type StepOptions, stepOptionsOf } from './step-options.js';
import { checkRetry, type StepRetry } from './step-retry.js';

/** A step with everything about it decided. */
export interface RegisteredStep {
  readonly name: string;
  readonly weight: number;
  readonly step: StepLike;
  readonly retry?: StepRetry;
  readonly timeoutMs?: number;
  /** Number of the group whose steps run side by side; absent for a step that runs alone. */
  readonly group?: number;
}

/**
 * Puts together what a step's fields and its `@Step` say; fields win.
 *
 * @param type - Class whose `@Step` counts; not that of the instance where a test puts another object in its place.
 * @throws {@link StepDefinitionError} for something that is no step, or a value that is out of range.
 */
export function describeStep(step: StepLike, type: object = classOf(step)): RegisteredStep {
  if (typeof step?.execute !== 'function') {
    throw new StepDefinitionError(
      `A step must be an object with an execute(context) method, got ${kindOf(step)}. Extend BaseStep.`,
    );
  }
  const options: Partial<StepOptions> = stepOptionsOf(type) ?? {};
  const name = nameOf(step, options);
  const { progressWeight: weight = options.weight ?? 1, retry = options.retry, timeoutMs = options.timeoutMs } = step;
  checkWeight(name, weight);
  checkTimeout(name, timeoutMs);
  if (retry) checkRetry(name, retry);
  return { name, weight, step, retry, timeoutMs };
}

function nameOf(step: StepLike, options: Partial<StepOptions>): string {
  const name: unknown = step.name ?? options.name;
  if (typeof name === 'string' && name.trim() !== '') return name;
  throw new StepDefinitionError(
    `${kindOf(step)} has no name. Decorate its class with @Step({ name: … }), or give it a field 'name'.`,
  );
}

function checkWeight(step: string, weight: unknown): void {
  if (typeof weight === 'number' && Number.isFinite(weight) && weight >= 0) return;
  throw new StepDefinitionError(`The weight of step '${step}' must be a number from 0 on, got ${String(weight)}.`, {
    details: { step, weight: String(weight) },
  });
}

function checkTimeout(step: string, timeoutMs: unknown): void {
  if (
    timeoutMs === undefined ||
    (Number.isInteger(timeoutMs) && (timeoutMs as number) >= 1 && (timeoutMs as number) <= 2_147_483_647)
  )
    return;
  throw new StepDefinitionError(
    `timeoutMs of step '${step}' must be a whole number of milliseconds from 1 to 2147483647, got ${String(timeoutMs)}.`,
    { details: { step, timeout_ms: String(timeoutMs) } },
  );
}

function classOf(step: unknown): object {
  const type: unknown = (step as object | null | undefined)?.constructor;
  return typeof type === 'function' ? type : Object;
}

function kindOf(value: unknown): string {
  if (typeof value !== 'object' || value === null)
    return typeof value === 'string' ? JSON.stringify(value) : String(value);
  const type = classOf(value) as { readonly name: string };
  return type === Object ? 'a plain object' : type.name;
}
