import { UndoFailedError } from '../../foundation/errors/durability.errors.js';
import { errorFromJson } from '../../foundation/errors/error-json.js';
import type { DurableRun } from '../durability/durable-run.js';
import type { ActiveRun } from '../invocation/active-run.js';
import type { RunOutcome } from '../invocation/run-outcome.js';
import { isFinal, type RunChange } from '../run-store/run-record.js';
import type { MaybePromise } from '../run-store/run-store.interface.js';
import { terminalEventOf } from './run-end.js';

/** The end of a durable run, as it is to be written. */
export interface DurableEnd {
  readonly change: RunChange;
  readonly outcome: RunOutcome;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** How a durable run ended, as far as this process may say: what it was taken over for counts, and whether it still has it. */
export function durableOutcomeOf(run: ActiveRun, durable: DurableRun, raw: RunOutcome): RunOutcome {
  if (durable.lostError) return { status: 'failed', error: durable.lostError };
  if (run.stuckError) {
    run.isGivenBack = true;
    return { status: 'failed', error: run.stuckError };
  }
  if (couldNotBegin(run, durable, raw)) {
    run.isGivenBack = true;
    return raw;
  }
  if (run.undoReason)
    return isFinal(run.record.status) ? undoOutcomeOf(run, raw) : { status: 'cancelled', error: run.undoReason };
  const abort = durable.before?.abort;
  if (!abort || raw.status !== 'failed') return raw;
  return { status: abort.kind === 'cancelled' ? 'cancelled' : 'failed', error: errorFromJson(abort) };
}

/** How the undo of a run went, where the undo is what was asked for, whatever became of the run by it. */
export function undoOutcomeOf({ runId, durable, isGivenBack }: ActiveRun, ended: RunOutcome): RunOutcome {
  if (!durable || durable.lostError || isGivenBack) return ended;
  const { undone, undoState } = durable.journal;
  return undoState === 'failed'
    ? { status: 'failed', error: new UndoFailedError(runId, undone) }
    : { status: 'completed', result: undone };
}

/** Writes the end of a run. One that could not begin is left to others; one that is over keeps its end. */
export function endDurably(
  run: ActiveRun,
  durable: DurableRun,
  { change, outcome, now }: DurableEnd,
): MaybePromise<void> {
  if (durable.lostError) return;
  if (run.isGivenBack) return durable.giveBack({ isBegun: run.stuckError !== undefined });
  if (isFinal(run.record.status)) return durable.end({ undo: durable.journal.undoState ?? 'done' }, { data: {}, now });
  const data = change.error ? { error: change.error } : {};
  return durable.end(change, { type: terminalEventOf(outcome), data, now });
}

/**
 * Whether a run that was taken over did not get as far as its steps: its params class or its steps have changed, or a secret is wrong.
 * What was done before still has to be gone on with, or undone, by somebody who can.
 */
function couldNotBegin(run: ActiveRun, { before, journal }: DurableRun, raw: RunOutcome): boolean {
  if (!before || journal.hasWritten || raw.status !== 'failed') return false;
  const { undoReason, phase } = run;
  const hasDone = before.lastSeq > 0 || undoReason !== undefined || isPartOfMore(run);
  const codes = [raw.error.code, raw.error.details['cause_code']];
  return hasDone && (phase === 'validating' || undoReason !== undefined || codes.includes('SYN_STEP_JOURNAL'));
}

/** A pipeline's journal is its children, and what a child's journal does not tell may have been done by those before it. */
function isPartOfMore({ definition, record, attempt }: ActiveRun): boolean {
  return attempt > 1 && (definition.isPipeline === true || record.parent_id !== undefined);
}
