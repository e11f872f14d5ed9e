import type { StepUndoReport } from '../../foundation/errors/step.errors.js';
import type { ContextSnapshot } from './context-snapshot.js';
import type { StepContext } from './step-context.js';
import type { StepJournalEntry, StepRecord, UndoStartedEntry } from './step-journal.interface.js';

/** What a journal says about a run: where its steps stand. */
export interface JournalState {
  /** Steps that ended, in that order. */
  readonly records: readonly StepRecord[];
  /** Steps that may have been running when the last entry was written; absent before the first entry. */
  readonly next?: readonly string[];
  /** Set once undoing began, with how the undo of each step went last. */
  readonly undo?: Pick<UndoStartedEntry, 'step' | 'error'> & { readonly undone: readonly StepUndoReport[] };
  /** The context as of the last entry. */
  readonly context?: ContextSnapshot;
  /** The context itself, where what has happened did so in this process: its fields are handed on as they are. */
  readonly live?: StepContext;
}

/** Puts the entries of a run together, in the order in which they were written. */
export function journalStateOf(entries: Iterable<StepJournalEntry>, context?: ContextSnapshot): JournalState {
  const records: StepRecord[] = [];
  const undone = new Map<string, StepUndoReport>();
  let next: readonly string[] | undefined;
  let started: UndoStartedEntry | undefined;
  for (const entry of entries) {
    if (entry.kind === 'step_ended') {
      records.push(entry.record);
      next = entry.next;
    } else if (entry.kind === 'undo_started') {
      records.push(...entry.records);
      next = [];
      started = entry;
    } else {
      const { kind: _kind, ...report } = entry;
      undone.set(report.step, report);
    }
  }
  const undo = started && { step: started.step, error: started.error, undone: [...undone.values()] };
  return { records, next, undo, context };
}
