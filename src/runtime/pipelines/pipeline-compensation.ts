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
import { childKey } from './pipeline-children.js';
import type { PlannedNode } from './pipeline-plan.js';
import type { PipelineSurroundings } from './pipeline-surroundings.js';

/** A node whose action is completed, and may have to be compensated for. */
export interface CompletedNode {
  readonly index: number;
  /** As it was given them. */
  readonly params: unknown;
  readonly result: unknown;
}

/** Why a pipeline goes back. */
export interface GoingBack {
  /** The node that failed, or at which the run was told to end. */
  readonly step: string;
  readonly error: string | null;
}

const PARAMS = new ParamsValidator({ unknownKeys: 'ignore' });

/**
 * Compensates for what actions have done, the newest first. It is undoing steps, with their journal, events and reports: each action that
 * can be compensated for stands as a step.
 *
 * @param completed - Oldest first.
 * @returns How each went; one that fails is a report.
 */
export async function compensate(
  around: PipelineSurroundings,
  completed: readonly CompletedNode[],
  { step, error }: GoingBack,
  session: { readonly hooks?: OrchestratorHooks; readonly from?: JournalState },
): Promise<readonly StepUndoReport[]> {
  const { plan, ctx } = around;
  const undoable = completed.filter(({ index }) => plan.nodes[index]?.definition.compensate);
  if (undoable.length === 0) return [];
  const context = new StepContext(ctx);
  const registry = new StepRegistry();
  for (const node of undoable) registry.register(new CompensatedAction(around, node));
  const { hooks = {}, from } = session;
  if (!from?.undo) await hooks.journal?.commit({ kind: 'undo_started', step, error, records: [] }, context);
  const records = registry.getSteps().map(({ name }) => ({ name, result: StepResult.ok({}), needsUndo: true }));
  const undo = { step, error, undone: from?.undo?.undone ?? [] };
  return new StepOrchestrator(registry, context, hooks).undo({ from: { records, next: [], undo } });
}

/** An action as a step that was executed and can be undone. */
class CompensatedAction {
  readonly name: string;
  /** That of the action: what was worth another try then is now. */
  readonly retry?: StepRetry;
  readonly #around: PipelineSurroundings;
  readonly #planned: PlannedNode | undefined;
  readonly #node: CompletedNode;

  constructor(around: PipelineSurroundings, node: CompletedNode) {
    this.#around = around;
    this.#node = node;
    this.#planned = around.plan.nodes[node.index];
    this.name = this.#planned?.node.name ?? '';
    this.retry = this.#planned?.definition.options.retry;
  }

  execute(): StepResult {
    return StepResult.fail('an action of a pipeline is a run of its own');
  }

  async rollback(): Promise<void> {
    const { plan, ctx } = this.#around;
    const definition = this.#planned?.definition;
    if (!definition) return;
    const params = await this.#paramsOf(definition.name);
    const key = childKey(ctx.idempotencyKey, plan, this.name);
    const context = new RuntimeContext(bindingOf(ctx, { action: definition.name, params, idempotencyKey: key }));
    await runInScope(context, () => definition.compensate?.(params, this.#node.result, context));
  }

  /** An instance of their class. Where a secret is not there any more, they are handed over as the store has them. */
  async #paramsOf(action: string): Promise<unknown> {
    const { params } = this.#node;
    const { paramsType } = this.#planned?.definition ?? {};
    if (!paramsType || params instanceof paramsType) return params;
    try {
      return await PARAMS.parse(action, paramsType as Type<object>, params);
    } catch {
      return params;
    }
  }
}

type OwnParts = Pick<RunBinding, 'action' | 'params' | 'idempotencyKey'>;

/** The pipeline's run, speaking for one of its actions. Read when asked for: most of it is made on first use. */
function bindingOf(ctx: RuntimeContext, own: OwnParts): RunBinding {
  return {
    ...own,
    runId: ctx.runId,
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
      return ctx.workDir;
    },
  };
}
