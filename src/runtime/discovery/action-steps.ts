import type { UndoableSteps } from './action-definition.js';
import type { RuntimeContext } from '../../authoring/context/runtime-context.js';
import type { ActionOptions } from '../../authoring/decorators/action.decorator.js';
import type { StepClass } from '../../authoring/steps/base-step.js';
import type { JournalState } from '../../authoring/steps/journal-state.js';
import { StepContext } from '../../authoring/steps/step-context.js';
import type { StepHost } from '../../authoring/steps/step-host.interface.js';
import { type OrchestratorSummary, StepOrchestrator } from '../../authoring/steps/step-orchestrator.js';
import { StepRegistry, type StepResolver } from '../../authoring/steps/step-registry.js';
import { StepDefinitionError, type StepUndoReport } from '../../foundation/errors/step.errors.js';

/** An action's instance, as far as its steps go. */
interface SteppedAction {
  execute?(params: unknown, ctx: RuntimeContext): unknown;
  setupSteps?(registry: StepRegistry): void;
  createContext?(params: unknown, ctx: RuntimeContext): StepContext;
  resultOfSteps?(context: StepContext, summary: OrchestratorSummary): unknown;
}

/** What an action says about its steps. */
export type StepOptionsOfAction = Pick<ActionOptions, 'steps' | 'context'>;

/** Whether an action may have steps when it runs. */
export function hasSteps(action: object, { steps }: StepOptionsOfAction): boolean {
  return (steps !== undefined && steps.length > 0) || typeof (action as SteppedAction).setupSteps === 'function';
}

/** The steps of an action: those that its decorator names, changed for each run by its `setupSteps`. */
export class ActionSteps implements UndoableSteps {
  readonly #owner: string;
  readonly #action: SteppedAction;
  readonly #registry: StepRegistry;
  readonly #contextType: NonNullable<ActionOptions['context']>;

  /** @throws StepDefinitionError for a step that no module provides, that is none, or whose name another has. */
  constructor(owner: string, action: object, options: StepOptionsOfAction, resolve: StepResolver) {
    this.#owner = owner;
    this.#action = action;
    this.#contextType = options.context ?? StepContext;
    this.#registry = new StepRegistry(resolve);
    options.steps?.forEach((step, index) => this.#register(step, index));
    if (!this.#action.setupSteps) this.#registry.plan();
  }

  /** Runs the steps; the action's own `execute` where this run has none. */
  run(params: unknown, ctx: RuntimeContext, host?: StepHost): unknown {
    const registry = this.#registryOfRun();
    if (registry.length > 0) return this.#orchestrate(registry, params, ctx, host);
    if (this.#action.execute) return this.#action.execute(params, ctx);
    throw new StepDefinitionError(
      `${this.#owner} has neither steps nor an execute(params, ctx) method in this run. Register a step in setupSteps, or add execute.`,
      { details: { class: this.#owner } },
    );
  }

  /** Undoes what an earlier process has done of a run. An undo that fails is a report. */
  async undo(
    params: unknown,
    ctx: RuntimeContext,
    { from, host }: { readonly from: JournalState; readonly host?: StepHost },
  ): Promise<readonly StepUndoReport[]> {
    const registry = this.#registryOfRun();
    const context = this.#createContext(params, ctx);
    try {
      const { hooks } = host?.beginSteps(registry.getSteps()) ?? {};
      return await new StepOrchestrator(registry, context, hooks).undo({ from });
    } finally {
      host?.endSteps();
    }
  }

  async #orchestrate(registry: StepRegistry, params: unknown, ctx: RuntimeContext, host?: StepHost): Promise<unknown> {
    const context = this.#createContext(params, ctx);
    const summary = await this.#execute(registry, context, { ctx, host });
    return this.#action.resultOfSteps ? this.#action.resultOfSteps(context, summary) : summary;
  }

  async #execute(
    registry: StepRegistry,
    context: StepContext,
    { ctx, host }: { readonly ctx: RuntimeContext; readonly host?: StepHost },
  ): Promise<OrchestratorSummary> {
    try {
      const { hooks, from } = host?.beginSteps(registry.getSteps()) ?? {};
      // A context on another signal than the run's is told by that one.
      const heard = (context.runtimeCtx as RuntimeContext) === ctx ? hooks : { ...hooks, abort: undefined };
      return await new StepOrchestrator(registry, context, heard).execute({ from });
    } finally {
      host?.endSteps();
    }
  }

  /** All runs share the registry that the decorator describes, unless the action changes it for each. */
  #registryOfRun(): StepRegistry {
    if (!this.#action.setupSteps) return this.#registry;
    const registry = this.#registry.copy();
    this.#action.setupSteps(registry);
    return registry;
  }

  #createContext(params: unknown, ctx: RuntimeContext): StepContext {
    const context: unknown = this.#action.createContext
      ? this.#action.createContext(params, ctx)
      : new this.#contextType(ctx as RuntimeContext<never>);
    if (context instanceof StepContext) return context;
    throw new StepDefinitionError(
      `The context of the steps of ${this.#owner} must be a StepContext. Extend StepContext, and pass it the RuntimeContext.`,
      { details: { class: this.#owner } },
    );
  }

  #register(step: StepClass | readonly StepClass[] | undefined, index: number): void {
    if (Array.isArray(step)) {
      this.#registry.registerGroup(step as readonly StepClass[]);
    } else if (typeof step === 'function') {
      this.#registry.register(step as StepClass);
    } else {
      throw new StepDefinitionError(
        `steps[${index}] of ${this.#owner} is ${String(step)}, not a class. Do the files of the action and of the step import each other?`,
        { details: { class: this.#owner, index } },
      );
    }
  }
}
