import { UsageError } from '../../foundation/errors/run.errors.js';
import type { JournalEntry, NewJournalEntry } from '../run-store/run-journal.js';
import { storedStepsOf, type StoredSteps } from '../durability/step-entries.js';

/** The part of a journal that a fork begins with. */
export interface ForkedSteps {
  readonly entries: readonly NewJournalEntry[];
  readonly stored: StoredSteps;
}

/**
 * The journal of a run up to the end of one step, for another run to go on from. What these steps did stays the first run's: the
 * fork never undoes it.
 *
 * @throws UsageError when the step has not finished, or was undone, fully or in part.
 */
export function forkedSteps(runId: string, journal: readonly JournalEntry[], step: string | undefined): ForkedSteps {
  const ended = journal.filter(({ kind }) => kind === 'step');
  const index = step === undefined ? ended.length - 1 : ended.findIndex(({ name }) => name === step);
  if (index < 0) throw notFinished(runId, step, ended);
  const copied = ended.slice(0, index + 1);
  const undone = new Set(journal.filter(({ kind }) => kind === 'undo').map(({ name }) => name));
  const gone = copied.find(({ name }) => undone.has(name));
  if (gone) {
    throw new UsageError(
      `Run ${runId} cannot be forked at step '${copied.at(-1)?.name ?? ''}': step '${gone.name}' was undone. Fork it at an earlier step, or start a new run.`,
      { details: { run_id: runId, step: gone.name } },
    );
  }
  const entries = copied.map(({ epoch, ...entry }, at) => ({
    ...entry,
    seq: at + 1,
    result: { ...(entry.result as object), needs_undo: false },
    epoch,
  }));
  return { entries, stored: storedStepsOf(entries) };
}

function notFinished(runId: string, step: string | undefined, ended: readonly JournalEntry[]): UsageError {
  const known = ended.map(({ name }) => name).join(', ') || '(none)';
  const what = step === undefined ? 'has no finished step to go on from' : `has no finished step '${step}'`;
  return new UsageError(`Run ${runId} ${what}. Finished steps: ${known}.`, { details: { run_id: runId, step } });
}
