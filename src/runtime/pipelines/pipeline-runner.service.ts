import type { RunListener } from '../../authoring/reporting/run-listener.js';
import type { Pipeline } from '../../authoring/pipelines/pipeline.interface.js';
import { setTimeout as sleep } from 'node:timers/promises';
import { Checkpoint, type PipelineProgress } from '../../authoring/reporting/progress-models.js';
import type {
  PipelineExecutor,
  SubmitOptions,
  WaitOptions,
} from '../../authoring/pipelines/pipeline-executor.interface.js';
import { ProgressTracker } from '../../authoring/pipelines/progress-tracker.js';
import { RunNotFoundError, RunTimeoutError, UsageError } from '../../foundation/errors/run.errors.js';
import { isFinal, type RunRecord } from '../run-store/run-record.js';
import { outcomeOf } from './child-run.js';
import { originOf, type PipelineOrigin } from './pipeline-origin.js';
import { byEnd, nodeOfKey } from './pipeline-children.js';
import { storedEvents } from '../run-store/stored-events.js';
import { PluginEnvironment } from '../../foundation/environment/plugin-environment.js';
import { PipelineNotFoundError } from '../../foundation/errors/pipeline.errors.js';
import type { ActionDefinition } from '../discovery/action-definition.js';
import type { ActionRegistry } from '../discovery/action-registry.js';
import type { RunStore } from '../run-store/run-store.interface.js';
import type { PluginRunner } from '../runner/plugin-runner.service.js';
import type { RunHandle } from '../runner/run-handle.js';
import type { RunRequest } from '../runner/run-request.js';
import { pipelineAction } from './pipeline-action.js';
import { PipelinePlan } from './pipeline-plan.js';

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
  /** A run of the same pipeline to go on from; see {@link PipelineRunner.fork}. */
  readonly resumeFrom?: string;
  /** With `resumeFrom`, the last action to take over. @defaultValue all that are completed */
  readonly step?: string;
}

/** How a new run goes on from an earlier one. */
export type PipelineForkRequest = Omit<PipelineRunRequest, 'plugin' | 'resumeFrom'>;

/** A pipeline that runs can be made of. */
interface KnownPipeline {
  readonly plan: PipelinePlan;
  readonly definition: ActionDefinition;
}

/** Runs pipelines: each is one run, and each of its actions a child run of that. */
export class PipelineRunner implements PipelineExecutor {
  readonly #init: PipelineRunnerInit;
  readonly #known = new WeakMap<Pipeline, KnownPipeline>();
  readonly #plans = new Map<ActionDefinition, PipelinePlan>();
  /** Runs that were submitted and are not over. */
  readonly #handles = new Map<string, RunHandle>();

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
   * @throws PipelineNotFoundError, PipelineDefinitionError, SchemaIncompatibleError; ShuttingDownError; with `resumeFrom` as {@link PipelineRunner.fork}.
   */
  run<R = unknown>(pipeline: Pipeline | string, request: PipelineRunRequest = {}): Promise<RunHandle<R>> {
    try {
      const known = this.#resolve(pipeline, request.plugin);
      if (request.resumeFrom !== undefined) return this.#goOn<R>(known, request.resumeFrom, request);
      return this.#start<R>(known, request);
    } catch (thrown) {
      return Promise.reject(thrown as Error);
    }
  }

  /**
   * Starts a new run that goes on from an earlier one of the same pipeline, whatever way that ended: what it has completed is not run again,
   * unless it was undone. The params are those of the earlier run, with the given ones laid over them. Where everything was done
   * already, the result is that of the earlier run.
   *
   * @throws RunNotFoundError; UsageError for a run that is not over, or a step that it has not completed; PipelineChangedError;
   * SecretMissingError for secrets that have to be given again.
   */
  async fork<R = unknown>(runId: string, request: PipelineForkRequest = {}): Promise<RunHandle<R>> {
    const { store, registry } = this.#init;
    const source = await store.get(runId);
    if (!source) throw new RunNotFoundError(runId);
    const definition = registry.resolve(source.action, source.plugin);
    const plan = this.#plans.get(definition);
    if (!plan) throw new UsageError(`Run ${runId} is a run of '${source.action}', which is no pipeline.`);
    return this.#goOn<R>({ plan, definition }, runId, request);
  }

  /** Starts a run and resolves to its id. */
  async submit(pipeline: Pipeline | string, params: object = {}, options: SubmitOptions = {}): Promise<string> {
    const { resumeFrom, onAction } = options;
    const handle = await this.run(pipeline, { params, resumeFrom, onAction });
    this.#handles.set(handle.id, handle);
    void handle.outcome().then(() => this.#handles.delete(handle.id));
    return handle.id;
  }

  /**
   * Resolves when a run has completed.
   *
   * @throws the error that it ended with; RunTimeoutError when that takes longer than it may: the run goes on. RunNotFoundError.
   */
  async wait(
    runId: string,
    { timeoutMs = 3_600_000, pollIntervalMs = 5_000 }: WaitOptions = {},
  ): Promise<PipelineProgress> {
    const deadline = new AbortController();
    const late = new RunTimeoutError(`pipeline run ${runId}`, timeoutMs);
    const timeUp = sleep(timeoutMs, undefined, { signal: deadline.signal }).then(() => Promise.reject(late));
    try {
      await Promise.race([this.#ended(runId, pollIntervalMs, deadline.signal), timeUp]);
    } finally {
      deadline.abort();
      timeUp.catch(() => undefined);
    }
    await this.getResult(runId);
    return this.getProgress(runId);
  }

  /** What a run that is over came to. @throws the error that it ended with; UsageError for one that is not over; RunNotFoundError. */
  async getResult(runId: string): Promise<unknown> {
    const record = await this.#record(runId);
    if (!isFinal(record.status)) {
      throw new UsageError(`Run ${runId} is not over: it is ${record.status}. Wait for it first.`, {
        details: { run_id: runId },
      });
    }
    const outcome = outcomeOf(record);
    if (outcome.status === 'completed') return outcome.result;
    throw outcome.error;
  }

  /** How far a run is, action by action. @throws RunNotFoundError. */
  async getProgress(runId: string): Promise<PipelineProgress> {
    const tracker = await this.#tracker(runId);
    for await (const event of storedEvents(this.#init.store, runId)) tracker.apply(event);
    return tracker.progress;
  }

  /** How far a run is, each time that something changes, until it is over. @throws RunNotFoundError. */
  async *streamProgress(
    runId: string,
    { pollIntervalMs = 500 }: Pick<WaitOptions, 'pollIntervalMs'> = {},
  ): AsyncGenerator<PipelineProgress, void> {
    const tracker = await this.#tracker(runId);
    const own = this.#handles.get(runId);
    const events = own ? own.events() : storedEvents(this.#init.store, runId, { pollIntervalMs });
    for await (const event of events) {
      if (tracker.apply(event)) yield tracker.progress;
      if (tracker.isOver) return;
    }
  }

  /** What each completed action of a run has left behind, in the order in which they ended. @throws RunNotFoundError, PipelineChangedError. */
  async checkpoints(runId: string): Promise<readonly Checkpoint[]> {
    const record = await this.#record(runId);
    const children = await this.#init.store.list({ parentId: record.id, status: 'completed', limit: 1_000 });
    const prefix = `${record.idempotency_key}/`;
    const found = children.filter(({ idempotency_key: key }) => key.startsWith(prefix)).sort(byEnd);
    return Promise.all(
      found.map(async ({ id, idempotency_key, ended_at }) => {
        const child = await this.#init.store.get(id);
        return new Checkpoint(
          runId,
          nodeOfKey(idempotency_key, prefix),
          child?.result,
          new Date(ended_at ?? 0).toISOString(),
        );
      }),
    );
  }

  /** Tells a run to end: its actions end, and what they have done is undone. See `PluginRunner.cancel`. */
  cancel(runId: string, reason = 'cancelled by the caller'): Promise<RunRecord> {
    return this.#init.runner.cancel(runId, reason);
  }

  #start<R>(
    { plan, definition }: KnownPipeline,
    request: PipelineRunRequest,
    origin?: PipelineOrigin,
  ): Promise<RunHandle<R>> {
    const { params = {}, env, onAction, signal, jobId, idempotencyKey, listener } = request;
    const adopted = origin && !this.#init.store.isDurable ? origin.adopted : undefined;
    const isPlain = env === undefined && onAction === undefined && adopted === undefined;
    return this.#init.runner.run<R>({
      action: definition.name,
      plugin: definition.plugin,
      definition: isPlain ? definition : pipelineAction(plan, this.#init, { env, onAction, adopted }),
      params: origin ? origin.params : params,
      origin: origin?.origin,
      ...{ env, signal, jobId, idempotencyKey, listener },
    });
  }

  async #goOn<R>(known: KnownPipeline, runId: string, request: PipelineForkRequest): Promise<RunHandle<R>> {
    const { step, params, env: given } = request;
    const env = given === undefined || given instanceof PluginEnvironment ? given : new PluginEnvironment(given);
    return this.#start<R>(known, request, await originOf(this.#init.store, known.plan, runId, { step, params, env }));
  }

  async #ended(runId: string, pollIntervalMs: number, signal: AbortSignal): Promise<void> {
    const own = this.#handles.get(runId);
    if (own) {
      await own.outcome();
      return;
    }
    while (!isFinal((await this.#record(runId)).status)) await sleep(pollIntervalMs, undefined, { signal });
  }

  async #tracker(runId: string): Promise<ProgressTracker> {
    const { action, plugin } = await this.#record(runId);
    const definition = this.#init.registry.find(action, plugin);
    const plan = definition && this.#plans.get(definition);
    return new ProgressTracker(
      runId,
      plan?.nodes.map(({ node }) => node.name),
    );
  }

  async #record(runId: string): Promise<RunRecord> {
    const record = await this.#init.store.get(runId);
    if (!record) throw new RunNotFoundError(runId);
    return record;
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
