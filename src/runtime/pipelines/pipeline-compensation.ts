import type { Type } from '@nestjs/common';
import { runInScope } from '../../authoring/context/run-scope.js';
import { type RunBinding, RuntimeContext } from '../../authoring/context/runtime-context.js';
import type { JournalState } from '../../authoring/steps/journal-state.js';
import type { OrchestratorHooks } from '../../authoring/steps/orchestrator-hooks.js';
import { StepContext } from '../../authoring/steps/step-context.js';
import { StepOrchestrator } from '../../authoring/steps/step-orchestrator.js';
import { StepRegistry } from '../../authoring/steps/step-registry.js';
import type { StepRetry } from '../../authoring/steps/step-retry.js';
import { StepResult } from '../../authoring/steps/step-result.js';
import type { StepUndoReport } from '../../foundation/errors/step.errors.js';
import { ParamsValidator } from '../../foundation/schema/params.validator.js';
import type { ActionDefinition } from '../discovery/action-definition.js';
import { hasStepsToUndo, undoKeptSteps, undoStepsOf } from './child-undo.js';
import type { EndedNode } from './ended-node.js';
import { childKey } from './pipeline-children.js';
import type { PlannedNode } from './pipeline-plan.js';
import type { PipelineSurroundings } from './pipeline-surroundings.js';

/** Why a pipeline goes back. */
export interface GoingBack {
  /** The node that failed, or at which the run was told to end. */
  readonly step: string;
  readonly error: string | null;
  /** Set where somebody wants all of a completed pipeline undone: then nothing is kept for a run that goes on from it. */
  readonly isAskedFor?: boolean;
}

const PARAMS = new ParamsValidator({ unknownKeys: 'ignore' });

/**
 * Undoes what actions have done, the newest first. It is undoing steps, with their journal, events and reports: each action of which
 * something can be undone stands as a step.
 *
 * `compensate` is an action's word on its effect as a whole, so that where there is one, it alone is called: undoing the action's steps as
 * well would undo twice. Without it, the action's run undoes its own steps.
 *
 * @param ended - Oldest first.
 * @returns How each went; one that fails is a report.
 */
export async function compensate(
  around: PipelineSurroundings,
  ended: readonly EndedNode[],
  goingBack: GoingBack,
  session: { readonly hooks?: OrchestratorHooks; readonly from?: JournalState },
): Promise<readonly StepUndoReport[]> {
  const { plan, ctx } = around;
  const { step, error } = goingBack;
  const { hooks = {}, from } = session;
  const undoable = await undoableOf(around, ended, goingBack, from);
  if (undoable.length === 0) return [];
  const context = new StepContext(ctx);
  const registry = new StepRegistry();
  for (const node of undoable) registry.register(new UndoneAction(around, plan.nodes[node.index], node));
  if (!from?.undo) await hooks.journal?.commit({ kind: 'undo_started', step, error, records: [] }, context);
  const records = registry.getSteps().map(({ name }) => ({ name, result: StepResult.ok({}), needsUndo: true }));
  const undo = { step, error, undone: from?.undo?.undone ?? [] };
  return new StepOrchestrator(registry, context, hooks).undo({ from: { records, next: [], undo } });
}

async function undoableOf(
  around: PipelineSurroundings,
  ended: readonly EndedNode[],
  { isAskedFor = false }: GoingBack,
  from: JournalState | undefined,
): Promise<readonly EndedNode[]> {
  const wanted = ended.filter((node) => isAskedFor || !isKept(around, node));
  const isUndoable = await Promise.all(wanted.map((node) => canBeUndone(around, node, from)));
  return wanted.filter((_node, position) => isUndoable[position]);
}

/** Whether an action wants what it has done to outlive a failure after it. */
function isKept({ plan }: PipelineSurroundings, { index, hasFailed }: EndedNode): boolean {
  const { options, compensate: compensator } = plan.nodes[index]?.definition ?? {};
  return options?.keepOnPipelineFailure === true && !compensator && !hasFailed;
}

async function canBeUndone(
  around: PipelineSurroundings,
  node: EndedNode,
  from: JournalState | undefined,
): Promise<boolean> {
  const { node: planned, definition } = around.plan.nodes[node.index] ?? {};
  if (definition?.compensate && !node.hasFailed) return true;
  // One that somebody else has undone meanwhile is looked at again, so that it is known as undone.
  return from?.undo?.undone.some(({ step }) => step === planned?.name) === true || (await hasStepsToUndo(around, node));
}

/** An action as a step that was executed and can be undone. */
class UndoneAction {
  readonly name: string;
  /** That of the action: what was worth another try then is now. */
  readonly retry?: StepRetry;
  readonly #around: PipelineSurroundings;
  readonly #definition: ActionDefinition | undefined;
  readonly #node: EndedNode;

  constructor(around: PipelineSurroundings, planned: PlannedNode | undefined, node: EndedNode) {
    this.#around = around;
    this.#node = node;
    this.#definition = planned?.definition;
    this.name = planned?.node.name ?? '';
    this.retry = this.#definition?.options.retry;
  }

  execute(): StepResult {
    return StepResult.fail('an action of a pipeline is a run of its own');
  }

  async rollback(): Promise<void> {
    const { compensate: compensator } = this.#definition ?? {};
    const { result, kept, hasFailed, runId } = this.#node;
    const asks = hasFailed ? undefined : compensator; // it speaks for the whole, in the pipeline's name
    const context = await this.#context(asks ? undefined : kept && { runId, folder: kept });
    await runInScope(context, async () => {
      if (asks) await asks(context.params, result, context);
      else if (kept) await undoKeptSteps(this.#around, this.#node, context);
      else await undoStepsOf(this.#around, this.#node);
    });
  }

  async #context(own: Pick<OwnParts, 'runId' | 'folder'> = {}): Promise<RuntimeContext> {
    const { plan, ctx } = this.#around;
    const action = this.#definition?.name ?? '';
    const params = await this.#paramsOf(action);
    const idempotencyKey = childKey(ctx.idempotencyKey, plan, this.name);
    return new RuntimeContext(bindingOf(ctx, { action, params, idempotencyKey, ...own }));
  }

  /** An instance of their class. Where a secret is not there any more, they are handed over as the store has them. */
  async #paramsOf(action: string): Promise<unknown> {
    const { params } = this.#node;
    const { paramsType } = this.#definition ?? {};
    if (!paramsType || params instanceof paramsType) return params;
    try {
      return await PARAMS.parse(action, paramsType as Type<object>, params);
    } catch {
      return params;
    }
  }
}

interface OwnParts extends Pick<RunBinding, 'action' | 'params' | 'idempotencyKey'> {
  /** @defaultValue that of the pipeline's run */
  readonly runId?: string;
  /** Where its working folder is. @defaultValue that of the pipeline's run */
  readonly folder?: { readonly workDir: string };
}

/** The pipeline's run, speaking for one of its actions. Read when asked for: most of it is made on first use. */
function bindingOf(ctx: RuntimeContext, { runId = ctx.runId, folder = ctx, ...own }: OwnParts): RunBinding {
  return {
    ...own,
    runId,
    jobId: ctx.jobId,
    plugin: ctx.plugin,
    attempt: ctx.attempt,
    get logger() {
      return ctx.logger;
    },
    env: ctx.env,
    ports: { client: () => ctx.client, agentClient: () => ctx.agentClient, storage: () => ctx.storage },
    checkpoint: ctx.checkpoint,
    get signal() {
      return ctx.signal;
    },
    get pipeline() {
      return ctx.pipeline;
    },
    get workDir() {
      return folder.workDir;
    },
  };
}
