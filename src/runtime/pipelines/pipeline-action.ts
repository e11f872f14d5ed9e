import { PluginCategory } from '../../foundation/config/enums.js';
import type { RuntimeContext } from '../../authoring/context/runtime-context.js';
import type { StepHost, StepSession } from '../../authoring/steps/step-host.interface.js';
import { LeaseLostError } from '../../foundation/errors/durability.errors.js';
import { ExecutionError, ParamsInvalidError } from '../../foundation/errors/plugin.errors.js';
import { UsageError } from '../../foundation/errors/run.errors.js';
import type { StepUndoReport } from '../../foundation/errors/step.errors.js';
import type { SynapseError } from '../../foundation/errors/synapse.error.js';
import type { ActionDefinition, UndoableSteps } from '../discovery/action-definition.js';
import { ActiveRun } from '../invocation/active-run.js';
import type { RunStore } from '../run-store/run-store.interface.js';
import type { PluginRunner } from '../runner/plugin-runner.service.js';
import { InitialParams } from './initial-params.js';
import { compensate } from './pipeline-compensation.js';
import { PipelineExecution, type PipelineStand } from './pipeline-execution.js';
import { failureOf } from './pipeline-failure.js';
import { beforeGoingOn } from './pipeline-obstacle.js';
import type { PipelinePlan } from './pipeline-plan.js';
import { endedStandOf, standOf } from './pipeline-stand.js';
import type { PipelineSurroundings, RunExtras } from './pipeline-surroundings.js';

/** What the runs of pipelines work with. */
export interface PipelineHost {
  readonly runner: PluginRunner;
  readonly store: RunStore;
}

const NO_EXTRAS: RunExtras = {};

/**
 * A pipeline as something that runs: one run with a lease, events and an end like any other, whose work are runs of its actions. So
 * whatever can be done with a run (list, resume, cancel, undo, take over) can be done with a pipeline's.
 */
export function pipelineAction(
  plan: PipelinePlan,
  host: PipelineHost,
  extras: RunExtras = NO_EXTRAS,
): ActionDefinition {
  const work = new PipelineWork(plan, host, extras);
  return {
    plugin: plan.plugin,
    name: plan.runName,
    description: plan.description,
    category: PluginCategory.Custom,
    entrypoint: '',
    paramsType: plan.pipeline.paramsType,
    secretPaths: plan.secretPaths,
    isPipeline: true,
    isStrictResult: false,
    ignoresUnknownParams: false,
    permissions: [],
    options: {},
    env: {},
    source: plan.nodes[0]?.definition.source,
    steps: work,
    call: (params, ctx, run) => work.run(params as object, ctx, ownRun(run)),
  };
}

class PipelineWork implements UndoableSteps {
  readonly #plan: PipelinePlan;
  readonly #host: PipelineHost;
  readonly #extras: RunExtras;
  /** Made with the first run. */
  #initial: InitialParams | undefined;

  constructor(plan: PipelinePlan, host: PipelineHost, extras: RunExtras) {
    this.#plan = plan;
    this.#host = host;
    this.#extras = extras;
  }

  async run(params: object, ctx: RuntimeContext, host: ActiveRun): Promise<unknown> {
    const around = this.#around(ctx, host);
    // From now on the run ends when its actions do: they may have to be compensated for first.
    const session = host.beginSteps(this.#plan.steps);
    this.#warn(host);
    try {
      if (session.from?.undo) throw await this.#goFurtherBack(around, session);
      const stand = this.#goesOn(host, session)
        ? await beforeGoingOn(host, () => standOf(around, session.from))
        : undefined;
      const refusal = host.attempt === 1 ? this.#refuseInitial(params, stand) : undefined;
      if (refusal) await refusal;
      if (stand && host.abortError) throw await this.#endLeft(around, session, host.abortError);
      const result = await new PipelineExecution(around, params, session, stand).run();
      if (around.use.hasFolder) ctx.pipeline?.cleanup();
      return result;
    } finally {
      host.endSteps();
    }
  }

  /**
   * Refuses what an action would refuse once it is its turn, hours after the first one began.
   *
   * @throws ParamsInvalidError.
   */
  #refuseInitial(params: object, stand: PipelineStand | undefined): Promise<void> | undefined {
    const { pipeline, name } = this.#plan;
    if (!pipeline.isStrict) return undefined;
    const faults = (this.#initial ??= new InitialParams(this.#plan)).faults(
      params,
      stand ? new Set(stand.adopted.keys()) : 'first',
    );
    return faults?.then((issues) => {
      if (issues.length > 0) throw new ParamsInvalidError(name, issues);
    });
  }

  /** Undoes what the pipeline has done: ends the runs that are not over, and undoes those that are. */
  async undo(
    _params: unknown,
    ctx: RuntimeContext,
    given: Parameters<UndoableSteps['undo']>[2],
  ): Promise<readonly StepUndoReport[]> {
    const { from } = given;
    const host = ownRun(given.host);
    const around = this.#around(ctx, host);
    const session = host.beginSteps(this.#plan.steps);
    try {
      const stand = await endedStandOf(around, from);
      const step = from.undo?.step ?? this.#lastOf(stand);
      return await compensate(
        around,
        stand.ended,
        { step, error: null, isAskedFor: host.record.status === 'completed' },
        { ...session, from },
      );
    } finally {
      host.endSteps();
    }
  }

  /** A run that was going back when its process ended goes on going back, and fails as it would have. */
  async #goFurtherBack(around: PipelineSurroundings, session: StepSession): Promise<unknown> {
    const { undo } = session.from ?? {};
    const stand = await beforeGoingOn(around.host, () => endedStandOf(around, session.from));
    const goingBack = { step: undo?.step ?? '', error: undo?.error ?? null };
    const late = await compensate(around, stand.ended, goingBack, session);
    const undone = [...(undo?.undone.filter(({ ok }) => ok) ?? []), ...late];
    return failureOf(goingBack.step, new ExecutionError(goingBack.error ?? 'the run was told to end'), undone);
  }

  /** Told to end before it went on: ends what earlier processes have begun, and undoes it. */
  async #endLeft(around: PipelineSurroundings, session: StepSession, reason: SynapseError): Promise<SynapseError> {
    if (reason instanceof LeaseLostError) return reason;
    const stand = await beforeGoingOn(around.host, () => endedStandOf(around, session.from));
    await compensate(around, stand.ended, { step: this.#lastOf(stand), error: null }, session);
    return reason;
  }

  /** The node at which a run that nothing failed in goes back: the last whose run is over, or else the first. */
  #lastOf({ ended }: PipelineStand): string {
    return this.#plan.nodes[ended.at(-1)?.index ?? 0]?.node.name ?? '';
  }

  #goesOn(host: ActiveRun, session: StepSession): boolean {
    return this.#extras.adopted !== undefined || session.from !== undefined || host.attempt > 1;
  }

  #warn(host: ActiveRun): void {
    for (const { level, message } of this.#plan.findings) if (level === 'warning') host.logger.notice(message);
  }

  #around(ctx: RuntimeContext, host: ActiveRun): PipelineSurroundings {
    const { runner, store } = this.#host;
    // Of what an earlier process has started, nobody here knows what it uses.
    const use = { hasFolder: host.attempt > 1 };
    return { plan: this.#plan, runner, store, ctx, host, extras: this.#extras, use };
  }
}

/** A pipeline is only ever run by a runner. */
function ownRun(host: StepHost | undefined): ActiveRun {
  if (host instanceof ActiveRun) return host;
  throw new UsageError('A pipeline runs in a PipelineRunner only. Its definition is not to be called.');
}
