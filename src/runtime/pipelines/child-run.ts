import { errorFromJson } from '../../foundation/errors/error-json.js';
import { LeaseLostError, RunEndedError, RunOwnedError } from '../../foundation/errors/durability.errors.js';
import { RunNotFoundError } from '../../foundation/errors/run.errors.js';
import { ExecutionError } from '../../foundation/errors/plugin.errors.js';
import type { SynapseError } from '../../foundation/errors/synapse.error.js';
import type { KeptSteps } from '../invocation/kept-steps.js';
import type { RunOutcome } from '../invocation/run-outcome.js';
import { isFinal, type RunRecord, type RunSummary } from '../run-store/run-record.js';
import type { RunHandle } from '../runner/run-handle.js';
import { childSecrets } from './child-secrets.js';
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
  /** How it ended. Of one that was there before, it rejects where nobody can say: it could not be gone on with. */
  outcome(): Promise<RunOutcome>;
  cancel(reason: string): Promise<unknown>;
}

/** A run that an earlier process has left, and the position of its node. */
export interface LeftChild {
  readonly index: number;
  /** What its action was given, with the secrets. */
  readonly params: object;
  readonly run: RunSummary;
}

/**
 * Goes on with a node's run whose process is gone; of one that has an owner, or is over, it tells how it ends.
 *
 * @throws what stands in the way of going on with it. That is no failure of its action: what it has done is as it was.
 */
export async function resumedChild(around: PipelineSurroundings, child: LeftChild): Promise<ChildRun> {
  const { id, status } = child.run;
  const own = isFinal(status) ? undefined : await takenOver(around, child);
  if (own) return own;
  return { id, cancel: (reason) => around.runner.cancel(id, reason), outcome: () => ended(around, child) };
}

/** The run, where it could be taken over; undefined while it has an owner, and when it is over. */
async function takenOver(around: PipelineSurroundings, child: LeftChild): Promise<ChildRun | undefined> {
  const { runner } = around;
  try {
    return new ResumedChild(await runner.resume(child.run.id, childSecrets(around, child.index, child.params)));
  } catch (thrown) {
    if (thrown instanceof RunOwnedError || thrown instanceof RunEndedError) return undefined;
    throw thrown;
  }
}

class ResumedChild implements ChildRun {
  readonly #handle: RunHandle;

  constructor(handle: RunHandle) {
    this.#handle = handle;
  }

  get id(): string {
    return this.#handle.id;
  }
  get startedAt(): number | undefined {
    return this.#handle.startedAt;
  }
  get endedAt(): number | undefined {
    return this.#handle.endedAt;
  }

  async outcome(): Promise<RunOutcome> {
    const outcome = await this.#handle.outcome();
    if (this.#handle.isGivenBack && outcome.status !== 'completed') throw outcome.error;
    return outcome;
  }

  cancel(reason: string): Promise<unknown> {
    return this.#handle.cancel(reason);
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
function ended(around: PipelineSurroundings, child: LeftChild): Promise<RunOutcome> {
  const { store, host } = around;
  const { id } = child.run;
  return untilKnown(async () => {
    const record = await store.get(id);
    if (!record) throw new RunNotFoundError(id);
    if (isFinal(record.status)) return outcomeOf(record);
    if (host.durable?.lostError) return { status: 'failed', error: host.durable.lostError };
    const own = await takenOver(around, child);
    return own?.outcome();
  });
}
