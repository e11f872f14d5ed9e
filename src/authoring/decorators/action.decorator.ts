import 'reflect-metadata';
import { Injectable } from '@nestjs/common';
import type { PluginCategory, RunMethod } from '../../foundation/config/enums.js';
import type { DataType } from '../../foundation/data-types/data-type.js';
import { ActionDefinitionError } from '../../foundation/errors/config.errors.js';
import type { RuntimeContext } from '../context/runtime-context.js';
import type { StepClass } from '../steps/base-step.js';
import type { StepContext } from '../steps/step-context.js';
import type { OrchestratorSummary } from '../steps/step-orchestrator.js';
import type { StepRegistry } from '../steps/step-registry.js';
import { ACTION_METADATA, METHOD_ACTIONS_METADATA } from './metadata.constants.js';

/** A class as a value. Its constructor's arguments do not matter here: Nest injects them. */
export type ClassOf<T> = abstract new (...args: never[]) => T;

/** What a run on a cluster is given. Ignored by executors that have nothing to give. */
export interface ActionResources {
  readonly num_cpus?: number;
  readonly num_gpus?: number;
  /** Bytes. */
  readonly memory?: number;
  /** Named resources of the cluster, e.g. `{ accelerator_a100: 1 }`. */
  readonly resources?: Readonly<Record<string, number>>;
  readonly label_selector?: Readonly<Record<string, string>>;
  readonly runtime_env?: Readonly<Record<string, unknown>>;
}

/** Whether and how a failed run is tried again. */
export interface ActionRetry {
  /** Attempts in all, the first included. @defaultValue 1 */
  readonly maxAttempts: number;
  /** Pause before the second attempt, in milliseconds; doubles each time. @defaultValue 500 */
  readonly initialDelayMs?: number;
}

/** What `@Action` can be told. Everything has a default; an entry in config.yaml overrides it. */
export interface ActionOptions<P extends object = object, R extends object = object> {
  /** Name the action is run by. @defaultValue the method's name, or the class name less `Action`, in lower case */
  readonly name?: string;
  /** One sentence for listings and the MCP tool. */
  readonly description?: string;
  /** @defaultValue the plugin's category */
  readonly category?: PluginCategory;
  /** Class with class-validator rules; the first argument of `execute`. Without it, params pass unchecked. */
  readonly params?: ClassOf<P>;
  /** Class the result is checked against. A result that breaks it is a warning event. */
  readonly result?: ClassOf<R>;
  /** Whether a result that breaks its class fails the run. @defaultValue false */
  readonly strictResult?: boolean;
  /** What the action consumes, for the checks of pipelines. */
  readonly inputType?: typeof DataType;
  /** What the action produces, for the checks of pipelines. */
  readonly outputType?: typeof DataType;
  /** Where it runs when nobody asks for a mode and what that needs is configured. @defaultValue `task` */
  readonly method?: RunMethod;
  /** Longest time of one run, in milliseconds, 1 to 2,147,483,647. @defaultValue no limit */
  readonly timeoutMs?: number;
  /**
   * How long a run in a store that outlives its process may be silent before a peer takes it over, in milliseconds, 1 to 2,147,483,647. An
   * action that blocks its event loop for longer loses the run. @defaultValue the store's
   */
  readonly leaseMs?: number;
  readonly retry?: ActionRetry;
  readonly resources?: ActionResources;
  /** Scopes a caller needs to run it over HTTP or MCP. @defaultValue none */
  readonly permissions?: readonly string[];
  /**
   * Steps that are the action's work, in order; those of a list within the list run side by side. Classes of providers: Nest makes them.
   * An action that has steps when it runs does not call its `execute`.
   *
   * @defaultValue none
   */
  readonly steps?: readonly (StepClass | readonly StepClass[])[];
  /**
   * Whether what the steps have done stays when a later action of a pipeline fails or is cancelled, for a new run to go on from: what takes
   * hours, e.g. a training. Without `compensate`, it is undone else. @defaultValue false
   */
  readonly keepOnPipelineFailure?: boolean;
  /** Class of the state that the steps of a run share. @defaultValue {@link StepContext} */
  readonly context?: new (runtimeCtx: RuntimeContext<never>) => StepContext;
}

/** One decorated method of a class. */
export interface MethodAction {
  readonly method: string;
  readonly options: ActionOptions;
}

/** An action's function as the compiler checks it: a property, because only those are compared strictly. */
type Execute<P, R> = (params: P, ctx: RuntimeContext<P>) => R | Promise<R>;

/** What a class with `@Action` may have; see BaseAction. */
export interface ActionShape<P, R> {
  readonly execute?: Execute<P, R>;
  setupSteps?(registry: StepRegistry): void;
  createContext?(params: P, ctx: RuntimeContext<P>): StepContext;
  resultOfSteps?(context: StepContext, summary: OrchestratorSummary): R | Promise<R>;
}

/** What `@Action(options)` may stand on: a class whose `execute` takes the declared params, or a method that does. */
export interface ActionDecorator<P, R> {
  <T extends ClassOf<ActionShape<P, R>>>(target: T): void;
  /** Inferred and then checked, since a descriptor's own type would have to be equal: a method may take less than it is given. */
  <T extends Execute<P, R>>(target: object, key: string, descriptor: TypedPropertyDescriptor<T>): void;
}

/**
 * Makes a class, or a method of a provider, an action that runs by name. Works with and without parentheses.
 *
 * A class becomes an injectable singleton; each run hands its params and context to `execute`. The compiler refuses a
 * `params` or `result` class that `execute` does not take or return.
 *
 * @throws {@link ActionDefinitionError} on a static method or a method whose name is a symbol: no provider can be asked for those.
 */
export function Action(target: ClassOf<ActionShape<never, unknown>>): void;
export function Action<T extends Execute<never, unknown>>(
  target: object,
  key: string,
  descriptor: TypedPropertyDescriptor<T>,
): void;
// Without a params class, `execute` may declare what it likes: nothing is checked at run time either.
export function Action<P extends object = never, R extends object = never>(
  options?: ActionOptions<P, R>,
): ActionDecorator<[P] extends [never] ? never : P, [R] extends [never] ? unknown : R>;
export function Action(first: object = {}, key?: string | symbol): unknown {
  if (key !== undefined) return decorateMethod(first, key, {});
  // Without parentheses the class itself is the argument, and its `name` would pass for an option.
  if (typeof first === 'function') return decorateClass(first, {});
  return (target: object, method?: string | symbol): void => {
    if (method === undefined) decorateClass(target, first);
    else decorateMethod(target, method, first);
  };
}

function decorateClass(target: object, options: ActionOptions): void {
  Injectable()(target as never);
  Reflect.defineMetadata(ACTION_METADATA, options, target);
}

/** The list lies on the class, so that the scan asks each class once and not each of its methods. */
function decorateMethod(target: object, key: string | symbol, options: ActionOptions): void {
  if (typeof target === 'function' || typeof key === 'symbol') {
    throw new ActionDefinitionError(
      `@Action stands on ${String(key)}, which is ${typeof key === 'symbol' ? 'a symbol' : 'a static method'}. Put it on a method with a name, of a provider.`,
      { details: { method: String(key) } },
    );
  }
  const type = target.constructor;
  const earlier: MethodAction[] = Reflect.getOwnMetadata(METHOD_ACTIONS_METADATA, type) ?? [];
  Reflect.defineMetadata(METHOD_ACTIONS_METADATA, [...earlier, { method: key, options }], type);
}
