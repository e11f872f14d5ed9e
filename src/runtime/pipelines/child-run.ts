import { setTimeout as sleep } from 'node:timers/promises';
import { errorFromJson } from '../../foundation/errors/error-json.js';
import { RunEndedError, RunOwnedError } from '../../foundation/errors/durability.errors.js';
import { RunNotFoundError } from '../../foundation/errors/run.errors.js';
import { ExecutionError } from '../../foundation/errors/plugin.errors.js';
import type { KeptSteps } from '../invocation/kept-steps.js';
import type { RunOutcome } from '../invocation/run-outcome.js';
import { isFinal, type RunRecord, type RunSummary } from '../run-store/run-record.js';
import type { PipelineSurroundings } from './pipeline-surroundings.js';

const FIRST_LOOK_MS = 20;
const MAX_PAUSE_MS = 1_000;

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
export async function resumedChild({ runner, store }: PipelineSurroundings, child: RunSummary): Promise<ChildRun> {
  const { id } = child;
  const cancel = (reason: string): Promise<unknown> => runner.cancel(id, reason);
  if (!isFinal(child.status)) {
    try {
      return await runner.resume(id);
    } catch (thrown) {
      if (!(thrown instanceof RunOwnedError) && !(thrown instanceof RunEndedError)) throw thrown;
    }
  }
  return { id, cancel, outcome: async () => outcomeOf(await ended(store, id)) };
}

/** How a run in the store has ended. */
export function outcomeOf({ id, status, result, error }: RunRecord): RunOutcome {
  if (status === 'completed') return { status, result };
  const reason = error ? errorFromJson(error) : new ExecutionError(`Run ${id} is ${status}.`);
  return { status: status === 'cancelled' ? 'cancelled' : 'failed', error: reason };
}

/** Waits for the end of a run that another process, or another part of this one, executes. */
async function ended(store: PipelineSurroundings['store'], id: string): Promise<RunRecord> {
  for (let pauseMs = FIRST_LOOK_MS; ; pauseMs = Math.min(MAX_PAUSE_MS, pauseMs * 2)) {
    const record = await store.get(id);
    if (!record) throw new RunNotFoundError(id);
    if (isFinal(record.status)) return record;
    await sleep(pauseMs);
  }
}
