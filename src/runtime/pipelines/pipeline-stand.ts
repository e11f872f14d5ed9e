import { messageOf } from '../../foundation/errors/synapse.error.js';
import { isRecord } from '../../foundation/schema/json-safe.js';
import type { JournalState } from '../../authoring/steps/journal-state.js';
import { isFinal } from '../run-store/run-record.js';
import type { LeftChild } from './child-run.js';
import { childSecrets } from './child-secrets.js';
import { byEnd, childrenOf } from './pipeline-children.js';
import type { EndedNode } from './ended-node.js';
import type { PipelineStand } from './pipeline-execution.js';
import { isOfStore } from './pipeline-obstacle.js';
import { givenParams } from './pipeline-params.js';
import type { PipelineSurroundings } from './pipeline-surroundings.js';
import { untilKnown } from './until-known.js';

/** What is known of a pipeline's run before it goes on: its children, and what another run has brought. */
export async function standOf(around: PipelineSurroundings, from: JournalState | undefined): Promise<PipelineStand> {
  const { store, plan, ctx, extras } = around;
  const children = await childrenOf(store, plan, { id: ctx.runId, idempotency_key: ctx.idempotencyKey });
  const records = from?.records.map(({ name, result }) => [name, result.data['result']] as const) ?? [];
  const adopted = new Map([...(extras.adopted ?? []), ...records]);
  const results = new Map(adopted);
  const ended: Omit<EndedNode, 'secretsFrom'>[] = [];
  const over = [...children].filter(([, { status }]) => isFinal(status));
  for (const [name, { id, status }] of over.sort(([, one], [, other]) => byEnd(one, other))) {
    const record = await store.get(id);
    if (!record) continue;
    const { params, result } = record;
    const node = { index: plan.indexOf(name), runId: id, params, result };
    ended.push(status === 'completed' ? node : { ...node, hasFailed: true });
    if (status === 'completed') results.set(name, result);
  }
  const given = givenParams(plan, isRecord(ctx.params) ? ctx.params : {}, results);
  return { children, adopted, given, ended: ended.map((node) => ({ ...node, secretsFrom: given[node.index] })) };
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

async function endChildren(around: PipelineSurroundings, { children, given }: PipelineStand): Promise<void> {
  for (const [name, run] of children) {
    const index = around.plan.indexOf(name);
    if (!isFinal(run.status)) await endChild(around, name, { index, params: given[index] ?? {}, run });
  }
}

/** Resolves when the run is over, also where another process has it: what that one still does would come after the undo. */
async function endChild(
  around: PipelineSurroundings,
  name: string,
  { index, params, run: left }: LeftChild,
): Promise<void> {
  const { runner, host } = around;
  const { id } = left;
  const secrets = childSecrets(around, index, params);
  let wasFree = false;
  await untilKnown(async () => {
    const run = await runner.cancel(id, 'the pipeline is undone', secrets).catch((thrown: unknown) => {
      if (isOfStore(thrown)) throw thrown; // a host tries that again once it is back
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
