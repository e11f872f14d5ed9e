import { messageOf } from '../../foundation/errors/synapse.error.js';
import type { JournalState } from '../../authoring/steps/journal-state.js';
import { isFinal } from '../run-store/run-record.js';
import { childSecrets } from './child-secrets.js';
import { byEnd, childrenOf } from './pipeline-children.js';
import type { EndedNode } from './ended-node.js';
import type { PipelineStand } from './pipeline-execution.js';
import type { PipelineSurroundings } from './pipeline-surroundings.js';
import { untilKnown } from './until-known.js';

/** What is known of a pipeline's run before it goes on: its children, and what another run has brought. */
export async function standOf(around: PipelineSurroundings, from: JournalState | undefined): Promise<PipelineStand> {
  const { store, plan, ctx, extras } = around;
  const children = await childrenOf(store, plan, { id: ctx.runId, idempotency_key: ctx.idempotencyKey });
  const ended: EndedNode[] = [];
  const over = [...children].filter(([, { status }]) => isFinal(status));
  for (const [name, { id, status }] of over.sort(([, one], [, other]) => byEnd(one, other))) {
    const record = await store.get(id);
    if (!record) continue;
    const { params, result } = record;
    const node = { index: plan.indexOf(name), runId: id, params, result, secretsFrom: ctx.params };
    ended.push(status === 'completed' ? node : { ...node, hasFailed: true });
  }
  const adopted = new Map((from?.records ?? []).map(({ name, result }) => [name, result.data['result']]));
  return { children, ended, adopted: new Map([...(extras.adopted ?? []), ...adopted]) };
}

/** As {@link standOf}, once the runs of nodes that are not over are ended, and what they did is undone. */
export async function endedStandOf(
  around: PipelineSurroundings,
  from: JournalState | undefined,
): Promise<PipelineStand> {
  const stand = await standOf(around, from);
  if ([...stand.children.values()].every(({ status }) => isFinal(status))) return stand;
  await endChildren(around, stand);
  return standOf(around, from);
}

async function endChildren(around: PipelineSurroundings, { children }: PipelineStand): Promise<void> {
  for (const [name, { id, status }] of children) if (!isFinal(status)) await endChild(around, name, id);
}

/** Resolves when the run is over, also where another process has it: what that one still does would come after the undo. */
async function endChild(around: PipelineSurroundings, name: string, id: string): Promise<void> {
  const { plan, runner, host } = around;
  const secrets = childSecrets(around, plan.indexOf(name));
  let wasFree = false;
  await untilKnown(async () => {
    const run = await runner.cancel(id, 'the pipeline is undone', secrets).catch((thrown: unknown) => {
      throw new Error(`Run ${id} of action '${name}' of the pipeline could not be told to end: ${messageOf(thrown)}`, {
        cause: thrown,
      });
    });
    if (isFinal(run.status)) return run;
    if (host.durable?.lostError) throw host.durable.lostError;
    const isFree = run.lease_expires_at === 0; // given back: it could not be ended here
    if (isFree && wasFree)
      throw new Error(`Run ${id} of action '${name}' of the pipeline could not be ended: see its last events.`);
    wasFree = isFree;
    return undefined;
  });
}
