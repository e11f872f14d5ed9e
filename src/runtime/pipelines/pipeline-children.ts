import { PipelineChangedError } from '../../foundation/errors/pipeline.errors.js';
import type { RunSummary } from '../run-store/run-record.js';
import type { RunStore } from '../run-store/run-store.interface.js';
import { FINGERPRINT_LENGTH, type PipelinePlan } from './pipeline-plan.js';

/** Most runs that a store lists at once. */
const MAX_CHILDREN = 1_000;

/**
 * The name of the work of one node, the same for every try of it. It tells of the pipeline too, so that one that has changed is noticed.
 *
 * @param key - The idempotency key of the pipeline's run.
 */
export function childKey(key: string, plan: PipelinePlan, node: string): string {
  return childKeyPrefix(key, plan) + node;
}

/** What the keys of all runs of a pipeline's nodes begin with. */
export function childKeyPrefix(key: string, plan: PipelinePlan): string {
  return `${key}/${plan.fingerprint}/`;
}

/** The node that a key names; `prefix` is what all keys of the run begin with. */
export function nodeOfKey(key: string, prefix: string): string {
  return key.slice(prefix.length + FINGERPRINT_LENGTH + 1);
}

/** Orders runs by when they ended; those that did so in one millisecond by when they were made. */
export function byEnd(one: Pick<RunSummary, 'id' | 'ended_at'>, other: Pick<RunSummary, 'id' | 'ended_at'>): number {
  return (one.ended_at ?? 0) - (other.ended_at ?? 0) || (one.id < other.id ? -1 : 1);
}

/** A run of a pipeline, as far as its children go. */
export interface ParentRun {
  readonly id: string;
  readonly idempotency_key: string;
}

/**
 * The runs of a pipeline's nodes, by node; of several tries the last.
 *
 * @throws {@link PipelineChangedError} when they are of other nodes than the pipeline has now.
 */
export async function childrenOf(
  store: RunStore,
  plan: PipelinePlan,
  parent: ParentRun,
): Promise<ReadonlyMap<string, RunSummary>> {
  const prefix = `${parent.idempotency_key}/`;
  const found = new Map<string, RunSummary>();
  for (const child of await store.list({ parentId: parent.id, limit: MAX_CHILDREN })) {
    if (!child.idempotency_key.startsWith(prefix)) continue;
    const node = nodeOfKey(child.idempotency_key, prefix);
    if (!child.idempotency_key.startsWith(`${prefix}${plan.fingerprint}/`)) {
      const known = plan.indexOf(node) >= 0;
      const change = known ? 'other actions, or another order' : `it has no action '${node}' any more`;
      throw new PipelineChangedError(plan.name, parent.id, change);
    }
    if (!found.has(node)) found.set(node, child);
  }
  return found;
}
