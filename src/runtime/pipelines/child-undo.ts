import type { RuntimeContext } from '../../authoring/context/runtime-context.js';
import {
  LeaseLostError,
  RunEndedError,
  RunOwnedError,
  UndoFailedError,
} from '../../foundation/errors/durability.errors.js';
import type { StepUndoReport } from '../../foundation/errors/step.errors.js';
import type { JournalState } from '../../authoring/steps/journal-state.js';
import { isRecord } from '../../foundation/schema/json-safe.js';
import { childSecrets } from './child-secrets.js';
import type { EndedNode } from './ended-node.js';
import type { PipelineSurroundings } from './pipeline-surroundings.js';
import { untilKnown } from './until-known.js';

/** Whether an ended run of a node has steps that are to be undone with the pipeline: all of a completed one, those left of one that failed. */
export async function hasStepsToUndo({ plan, store }: PipelineSurroundings, node: EndedNode): Promise<boolean> {
  const { index, runId, kept, hasFailed } = node;
  if (!plan.nodes[index]?.definition.steps) return false;
  if (kept) return hasFailed ? isLeft(kept.state) : kept.state.records.some(({ needsUndo }) => needsUndo);
  if (!store.isDurable) return false;
  try {
    if (hasFailed) return isUndoOpen((await store.get(runId))?.undo);
    return (await store.journal(runId)).some(({ kind, result }) => kind === 'step' && needsUndo(result));
  } catch {
    return true; // a store that is away for a moment must not have steps stay done: their undo fails then, and is tried again
  }
}

/**
 * Undoes the steps of a node's run, as `run undo` of that run does: in its own journal, with its own events. Where another process is at it,
 * waits for that.
 *
 * @throws an error that names the steps which could not be undone; whatever stands in the way of an undo.
 */
export async function undoStepsOf(around: PipelineSurroundings, node: EndedNode): Promise<void> {
  const { host } = around;
  const look = async (): Promise<true | undefined> => {
    if (host.durable?.lostError) throw host.durable.lostError;
    return (await isUndone(around, node)) || undefined;
  };
  await untilKnown(look, (pauseMs) => new Promise((resolve) => host.clock.after(pauseMs, resolve)));
}

/** Has the steps undone; false while another process has their run. */
async function isUndone(around: PipelineSurroundings, node: EndedNode): Promise<boolean> {
  const { runner, store } = around;
  const { index, runId, secretsFrom } = node;
  try {
    const handle = await runner.undo(runId, childSecrets(around, index, secretsFrom));
    await handle.result();
    return true;
  } catch (thrown) {
    if (thrown instanceof RunOwnedError) return false;
    // With a cause it is the store that failed, and would again: the undo would be repeated for ever.
    if (thrown instanceof LeaseLostError && thrown.cause === undefined) return false;
    if (thrown instanceof UndoFailedError) throw notUndone(thrown.undone, thrown);
    // A user has undone them already, or a peer, or this run before its process ended.
    if (thrown instanceof RunEndedError && (await store.get(runId))?.undo === 'done') return true;
    throw thrown;
  }
}

/** Undoes steps that only this process knows of. A second try undoes what the first could not. @throws as {@link undoStepsOf}. */
export async function undoKeptSteps(
  { plan, host }: PipelineSurroundings,
  { index, kept }: EndedNode,
  context: RuntimeContext,
): Promise<void> {
  const steps = plan.nodes[index]?.definition.steps;
  if (!steps || !kept) return;
  const session = { hooks: { journal: kept, clock: host.clock, abortGraceMs: host.abortGraceMs } };
  const stepHost = { beginSteps: () => session, endSteps: () => undefined };
  const undone = await steps.undo(context.params, context, { from: kept.state, host: stepHost });
  if (undone.some(({ ok }) => !ok)) throw notUndone(undone);
}

/** Also where it cannot be read: then the undo says so. */
function needsUndo(step: unknown): boolean {
  return !isRecord(step) || step['needs_undo'] !== false;
}

function isLeft({ undo }: JournalState): boolean {
  return undo?.undone.some(({ ok }) => !ok) ?? false;
}

function isUndoOpen(undo: string | undefined): boolean {
  return undo === 'failed' || undo === 'pending';
}

function notUndone(undone: readonly StepUndoReport[], cause?: Error): Error {
  const failed = undone.filter(({ ok }) => !ok);
  const told = failed.map(({ step, error }) => `step '${step}' (${error || 'without a message'})`).join(', ');
  return new Error(`${told} could not be undone`, { cause });
}
