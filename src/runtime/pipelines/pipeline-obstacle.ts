import { RunOwnedError } from '../../foundation/errors/durability.errors.js';
import { PipelineResumeError } from '../../foundation/errors/pipeline.errors.js';
import { asSynapseError } from '../../foundation/errors/plugin.errors.js';
import { SynapseError } from '../../foundation/errors/synapse.error.js';
import type { ActiveRun } from '../invocation/active-run.js';
import type { PipelineSurroundings } from './pipeline-surroundings.js';

/** A node whose run could not be begun, or gone on with. */
export interface ObstructedNode {
  readonly name: string;
  /** Its run, where an earlier process has begun it. */
  readonly childId: string | undefined;
  /** What stands in the way. */
  readonly thrown: unknown;
}

/**
 * Why a pipeline cannot go on here, where that is no failure of the action: then nothing is undone, and its run stays as it is for whoever can
 * go on with it. Undefined for what is a failure.
 *
 * Whatever keeps a run from being gone on with is none: what its action has done is still there, and so is what was done before it. A run
 * that could not be begun fails, unless it is the store that is away, or nobody knows whose the run is by now.
 */
export function obstacleOf(
  { plan, ctx, host }: PipelineSurroundings,
  { name, childId, thrown }: ObstructedNode,
): SynapseError | undefined {
  if (!host.durable) return undefined;
  if (isOfStore(thrown)) return asSynapseError(thrown);
  if (childId === undefined) return thrown instanceof RunOwnedError ? thrown : undefined;
  const child = { action: name, runId: childId };
  return new PipelineResumeError(plan.name, ctx.runId, child, asSynapseError(thrown));
}

/** Does what a pipeline does before it goes on, or back. Where that cannot be done, its run is left as it is. @throws what it throws. */
export async function beforeGoingOn<T>(host: ActiveRun, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (host.durable) host.stuckError ??= asSynapseError(thrown);
    throw thrown;
  }
}

/** Whether it is the store that failed. Stores of others may throw what they like; a value that has no form in a store is its action's fault. */
export function isOfStore(thrown: unknown): boolean {
  if (!SynapseError.is(thrown)) return true;
  return thrown.code.startsWith('SYN_STORE_') && thrown.code !== 'SYN_STORE_VALUE';
}
