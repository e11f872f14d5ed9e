import type { RunListener } from '../../authoring/reporting/run-listener.js';
import type { Pipeline } from '../../authoring/pipelines/pipeline.interface.js';
import type { SubmitOptions } from '../../authoring/pipelines/pipeline-executor.interface.js';
import { PipelineNotFoundError } from '../../foundation/errors/pipeline.errors.js';
import type { ActionDefinition } from '../discovery/action-definition.js';
import type { ActionRegistry } from '../discovery/action-registry.js';
import type { RunStore } from '../run-store/run-store.interface.js';
import type { PluginRunner } from '../runner/plugin-runner.service.js';
import type { RunHandle } from '../runner/run-handle.js';
import type { RunRequest } from '../runner/run-request.js';
import { pipelineAction } from './pipeline-action.js';
import { PipelinePlan } from './pipeline-plan.js';
import type { RunExtras } from './pipeline-surroundings.js';

/** What a {@link PipelineRunner} works with. */
export interface PipelineRunnerInit {
  readonly runner: PluginRunner;
  readonly registry: ActionRegistry;
  readonly store: RunStore;
}

/** How a pipeline is run. */
export interface PipelineRunRequest extends Pick<RunRequest, 'signal' | 'jobId' | 'env' | 'idempotencyKey'> {
  /** @defaultValue `{}` */
  readonly params?: unknown;
  /** Code of the plugin whose pipeline or actions are meant, where several have one of that name. */
  readonly plugin?: string;
  /** Hears the events of the pipeline's own run. */
  readonly listener?: RunListener;
  /** See {@link SubmitOptions.onAction}. */
  readonly onAction?: SubmitOptions['onAction'];
}

/** A pipeline that runs can be made of. */
interface KnownPipeline {
  readonly plan: PipelinePlan;
  readonly definition: ActionDefinition;
}

/** Runs pipelines: each is one run, and each of its actions a child run of that. */
export class PipelineRunner {
  readonly #init: PipelineRunnerInit;
  readonly #known = new WeakMap<Pipeline, KnownPipeline>();
  readonly #plans = new Map<ActionDefinition, PipelinePlan>();

  constructor(init: PipelineRunnerInit) {
    this.#init = init;
  }

  /**
   * Makes a pipeline known by its name, so that its runs can be resumed, undone and taken over.
   *
   * @param plugin - Code of the plugin that it belongs to. @defaultValue that of its first action
   * @throws PipelineDefinitionError for an action that is not there; SchemaIncompatibleError; DuplicateNameError for a name that is taken.
   */
  register(pipeline: Pipeline, plugin?: string): PipelinePlan {
    const known = this.#plan(pipeline, plugin);
    const { registry } = this.#init;
    if (registry.find(known.definition.name, known.definition.plugin) !== known.definition)
      registry.add(known.definition);
    this.#plans.set(known.definition, known.plan);
    return known.plan;
  }

  /** The pipelines that are known by name, or those of one plugin. */
  list(plugin?: string): readonly PipelinePlan[] {
    return this.#init.registry.pipelines(plugin).flatMap((definition) => this.#plans.get(definition) ?? []);
  }

  /**
   * A pipeline by its name.
   *
   * @throws {@link PipelineNotFoundError}; the reason, for one that the plugin has but that cannot run.
   */
  get(name: string, plugin?: string): PipelinePlan {
    const found = this.list(plugin).filter((plan) => plan.name === name);
    const [plan] = found;
    if (plan) return plan;
    const reasons = plugin === undefined ? undefined : this.#init.registry.unavailable(plugin);
    const reason = reasons?.get(`pipeline:${name}`);
    if (reason) throw reason;
    throw new PipelineNotFoundError(
      name,
      this.list(plugin).map((known) => known.name),
    );
  }

  /**
   * Starts a run and resolves as soon as it exists. Its result is that of the last action.
   *
   * @throws PipelineNotFoundError, PipelineDefinitionError, SchemaIncompatibleError; ShuttingDownError.
   */
  run<R = unknown>(pipeline: Pipeline | string, request: PipelineRunRequest = {}): Promise<RunHandle<R>> {
    try {
      const { plan, definition } = this.#resolve(pipeline, request.plugin);
      const { params = {}, env, onAction, signal, jobId, idempotencyKey, listener } = request;
      const isPlain = env === undefined && onAction === undefined;
      return this.#init.runner.run<R>({
        action: definition.name,
        plugin: definition.plugin,
        definition: isPlain ? definition : this.#withExtras(plan, { env, onAction }),
        params,
        env,
        signal,
        jobId,
        idempotencyKey,
        listener,
      });
    } catch (thrown) {
      return Promise.reject(thrown as Error);
    }
  }

  #withExtras(plan: PipelinePlan, extras: RunExtras): ActionDefinition {
    return pipelineAction(plan, this.#init, extras);
  }

  #resolve(pipeline: Pipeline | string, plugin: string | undefined): KnownPipeline {
    return this.#plan(typeof pipeline === 'string' ? this.get(pipeline, plugin).pipeline : pipeline, plugin);
  }

  #plan(pipeline: Pipeline, plugin: string | undefined): KnownPipeline {
    const known = this.#known.get(pipeline);
    if (known) return known;
    const plan = new PipelinePlan(pipeline, this.#init.registry, plugin);
    const made = { plan, definition: pipelineAction(plan, this.#init) };
    this.#known.set(pipeline, made);
    return made;
  }
}
