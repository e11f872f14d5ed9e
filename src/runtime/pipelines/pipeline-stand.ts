import { messageOf } from '../../foundation/errors/synapse.error.js';
import type { JournalState } from '../../authoring/steps/journal-state.js';
import { isFinal } from '../run-store/run-record.js';
import { byEnd, childrenOf } from './pipeline-children.js';
import type { CompletedNode } from './pipeline-compensation.js';
import type { PipelineStand } from './pipeline-execution.js';
import type { PipelineSurroundings } from './pipeline-surroundings.js';

/** What is known of a pipeline's run before it goes on: its children, and what another run has brought. */
export async function standOf(around: PipelineSurroundings, from: JournalState | undefined): Promise<PipelineStand> {
  const { store, plan, ctx, extras } = around;
  const children = await childrenOf(store, plan, { id: ctx.runId, idempotency_key: ctx.idempotencyKey });
  const completed: CompletedNode[] = [];
  const ended = [...children].filter(([, { status }]) => status === 'completed');
  for (const [name, { id }] of ended.sort(([, one], [, other]) => byEnd(one, other))) {
    const record = await store.get(id);
    if (record) completed.push({ index: plan.indexOf(name), params: record.params, result: record.result });
  }
  const adopted = new Map((from?.records ?? []).map(({ name, result }) => [name, result.data['result']]));
  return { children, completed, adopted: new Map([...(extras.adopted ?? []), ...adopted]) };
}

/** Ends the runs of nodes that are not over, and has what they did undone. */
export async function endChildren({ runner }: PipelineSurroundings, { children }: PipelineStand): Promise<void> {
  for (const { id, status } of children.values()) {
    if (isFinal(status)) continue;
    await runner.cancel(id, 'the pipeline is undone').catch((thrown: unknown) => {
      throw new Error(`Run ${id} of the pipeline could not be told to end: ${messageOf(thrown)}`, { cause: thrown });
    });
  }
}
