import type { RuntimeContext } from '../../../authoring/context/runtime-context.js';
import type { ActionOptions } from '../../../authoring/decorators/action.decorator.js';
import type { StepLike } from '../../../authoring/steps/base-step.js';
import type { OrchestratorSummary } from '../../../authoring/steps/step-orchestrator.js';
import type { StepRegistry } from '../../../authoring/steps/step-registry.js';
import type { StepContext } from '../../../authoring/steps/step-context.js';
import { ParamsValidator } from '../../../foundation/schema/params.validator.js';
import { ResultValidator } from '../../../foundation/schema/result.validator.js';
import type { ActionDefinition } from '../../../runtime/discovery/action-definition.js';
import { ActionRegistry } from '../../../runtime/discovery/action-registry.js';
import { ActionSteps } from '../../../runtime/discovery/action-steps.js';
import { ExecutorRegistry } from '../../../runtime/executors/executor-registry.js';
import { LocalExecutor } from '../../../runtime/executors/local/local.executor.js';
import { ActionInvoker } from '../../../runtime/invocation/action-invoker.js';
import type { PluginRunnerInit } from '../../../runtime/runner/plugin-runner.service.js';

/** An action that is written where it is used, for simulations: it takes any params, and has no dependencies. */
export interface InlineAction extends Pick<ActionOptions, 'context' | 'leaseMs'> {
  readonly name: string;
  /** In order; a list of steps is a group, whose steps run side by side. */
  readonly steps: readonly (StepLike | readonly StepLike[])[];
  /** Makes the result. @defaultValue the summary of the steps */
  readonly result?: (context: StepContext, summary: OrchestratorSummary) => unknown;
}

/** What a runner needs for these actions, without an application: simulations start thousands of processes. */
export function inlineActions(actions: readonly InlineAction[]): Pick<PluginRunnerInit, 'registry' | 'executors'> {
  const registry = new ActionRegistry();
  for (const action of actions) registry.add(definitionOf(action));
  const invoker = new ActionInvoker(new ParamsValidator(), new ResultValidator());
  return { registry, executors: new ExecutorRegistry([new LocalExecutor(invoker)]) };
}

function definitionOf({ name, steps: list, context, leaseMs, result }: InlineAction): ActionDefinition {
  const action = {
    setupSteps: (registry: StepRegistry) => {
      for (const step of list) registerIn(registry, step);
    },
    ...(result && { resultOfSteps: result }),
  };
  const steps = new ActionSteps(name, action, { context }, () => undefined as never);
  return {
    plugin: 'inline',
    name,
    description: '',
    category: 'custom',
    entrypoint: name,
    isStrictResult: false,
    ignoresUnknownParams: false,
    permissions: [],
    options: { name, leaseMs },
    env: {},
    steps,
    call: (params: unknown, ctx: RuntimeContext, host) => steps.run(params, ctx, host),
  };
}

function registerIn(registry: StepRegistry, step: StepLike | readonly StepLike[]): void {
  if (Array.isArray(step)) registry.registerGroup(step as readonly StepLike[]);
  else registry.register(step as StepLike);
}
