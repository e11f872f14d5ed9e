import { errorFromJson } from '../../foundation/errors/error-json.js';
import { LeaseLostError, RunEndedError, RunOwnedError } from '../../foundation/errors/durability.errors.js';
import { RunNotFoundError } from '../../foundation/errors/run.errors.js';
import { ExecutionError } from '../../foundation/errors/plugin.errors.js';
import type { SynapseError } from '../../foundation/errors/synapse.error.js';
import type { KeptSteps } from '../invocation/kept-steps.js';
import type { RunOutcome } from '../invocation/run-outcome.js';
import { isFinal, type RunRecord, type RunSummary } from '../run-store/run-record.js';
import type { PipelineSurroundings } from './pipeline-surroundings.js';
import { untilKnown } from './until-known.js';

/** The run of one node, whoever executes it. */
export interface ChildRun {
  readonly id: string;
  /** In milliseconds since the epoch, where it was begun just now. */
  readonly startedAt?: number;
  /** In milliseconds since the epoch, once it has ended here. */
  readonly endedAt?: number;
  /** What its steps have done, where that is in no store. */
  readonly keptSteps?: KeptSteps;
  outcome(): Promise<RunOutcome>;
  cancel(reason: string): Promise<unknown>;
}

/** Goes on with a node's run whose process is gone; of one that has an owner, or is over, it tells how it ends. */
export async function resumedChild(around: PipelineSurroundings, child: RunSummary): Promise<ChildRun> {
  const { id } = child;
  const own = isFinal(child.status) ? undefined : await takenOver(around, id);
  if (own) return own;
  return { id, cancel: (reason) => around.runner.cancel(id, reason), outcome: () => ended(around, id) };
}

/** The run, where it could be taken over; undefined while it has an owner, and when it is over. */
async function takenOver({ runner }: PipelineSurroundings, id: string): Promise<ChildRun | undefined> {
  try {
    return await runner.resume(id);
  } catch (thrown) {
    if (thrown instanceof RunOwnedError || thrown instanceof RunEndedError) return undefined;
    throw thrown;
  }
}

/** Whether a run was lost itself: its action may have been told so of another one. */
export function isLossOf(runId: string, error: SynapseError): boolean {
  return error instanceof LeaseLostError && error.details['run_id'] === runId;
}

/** How a run in the store has ended. */
export function outcomeOf({ id, status, result, error }: RunRecord): RunOutcome {
  if (status === 'completed') return { status, result };
  const reason = error ? errorFromJson(error) : new ExecutionError(`Run ${id} is ${status}.`);
  return { status: status === 'cancelled' ? 'cancelled' : 'failed', error: reason };
}

/** Waits for the end of a run that another process executes, and goes on with it where that one lets go of it: nobody else would. */
function ended(around: PipelineSurroundings, id: string): Promise<RunOutcome> {
  const { store, host } = around;
  return untilKnown(async () => {
    const record = await store.get(id);
    if (!record) throw new RunNotFoundError(id);
    if (isFinal(record.status)) return outcomeOf(record);
    if (host.durable?.lostError) return { status: 'failed', error: host.durable.lostError };
    const own = await takenOver(around, id);
    return own?.outcome();
  });
}
