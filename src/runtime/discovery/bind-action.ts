import type { RuntimeContext } from '../../authoring/context/runtime-context.js';
import { declaredBy } from '../../authoring/decorators/declared-by.js';
import type { StepResolver } from '../../authoring/steps/step-registry.js';
import { ActionDefinitionError } from '../../foundation/errors/config.errors.js';
import type { ActionDefinition } from './action-definition.js';
import { ActionSteps, hasSteps, type StepOptionsOfAction } from './action-steps.js';
import type { FoundAction, UnboundAction } from './define-action.js';

/**
 * Binds a definition to the instance that its action is called on.
 *
 * @param resolve - Finds the instances of the action's steps.
 * @throws {@link ActionDefinitionError} for a class that can neither execute nor has steps, and for steps of a method.
 */
export function bindAction(
  definition: UnboundAction,
  found: FoundAction,
  instance: object,
  resolve: StepResolver,
): ActionDefinition {
  const { type, method } = found;
  if (method !== undefined) refuseStepsOf(found, method);
  else {
    const options: StepOptionsOfAction = { steps: declaredBy(type, 'steps'), context: declaredBy(type, 'context') };
    if (hasSteps(instance, options)) {
      const steps = new ActionSteps(type.name, instance, options, resolve);
      return {
        ...definition,
        ...compensatorOf(instance),
        steps,
        call: (params, ctx, host) => steps.run(params, ctx, host),
      };
    }
  }
  const compensator = method === undefined ? compensatorOf(instance) : {};
  return { ...definition, ...compensator, call: callerOf(definition, found, instance) };
}

function compensatorOf(instance: object): Pick<ActionDefinition, 'compensate'> {
  const target = instance as Record<string, (params: unknown, result: unknown, ctx: RuntimeContext) => unknown>;
  if (typeof target['compensate'] !== 'function') return {};
  return { compensate: (params, result, ctx) => target['compensate']?.(params, result, ctx) };
}

function callerOf(
  { name }: UnboundAction,
  { type, method = 'execute' }: FoundAction,
  instance: object,
): ActionDefinition['call'] {
  const execute: unknown = (instance as Record<string, unknown>)[method];
  if (typeof execute !== 'function') {
    throw new ActionDefinitionError(
      `${type.name} carries @Action but has no ${method}(params, ctx) method. Add one; a class with only steps names them in @Action({ steps: [...] }).`,
      { details: { class: type.name, action: name } },
    );
  }
  const target = instance as Record<string, (params: unknown, ctx: RuntimeContext) => unknown>;
  // Looked up on each call, so that a spy or an override set after the scan is honoured.
  return (params, ctx) => target[method]?.(params, ctx);
}

function refuseStepsOf({ type, options }: FoundAction, method: string): void {
  if (options.steps === undefined && options.context === undefined) return;
  throw new ActionDefinitionError(
    `@Action on ${type.name}.${method} names steps, which only a class can have. Put it on a class of its own.`,
    { details: { class: type.name, method } },
  );
}
