import type { MaybePromise } from './maybe-promise.js';
import type { StepContext } from './step-context.js';
import type { StepResult } from './step-result.js';

/** A step that ended, as a journal keeps it. */
export interface StepRecord {
  readonly name: string;
  readonly result: StepResult;
  /** Whether an undo of the run must undo the step. False for one that was skipped without a doubt. */
  readonly needsUndo: boolean;
}

/** A step ended, and the run goes on. */
export interface StepEndedEntry {
  readonly kind: 'step_ended';
  readonly record: StepRecord;
  /** Steps that may be running once this entry is written: those that start now, and of a group those that still go on. */
  readonly next: readonly string[];
  /** How far the run has come, 0 to 100; absent when no step weighs anything. */
  readonly percent?: number;
}

/** The run failed or was told to end; from now on steps are undone, and none is executed any more. */
export interface UndoStartedEntry {
  readonly kind: 'undo_started';
  /** The step that failed, or at which the run was told to end. */
  readonly step: string;
  readonly error: string | null;
  /** Steps that ended and have no entry of their own: the failed one last. */
  readonly records: readonly StepRecord[];
}

/** The undo of one step ended. One that failed can be tried again later. */
export interface StepUndoneEntry {
  readonly kind: 'step_undone';
  readonly step: string;
  readonly ok: boolean;
  /** Message of what the undo threw. */
  readonly error?: string;
}

/** One thing that happened to the steps of a run. */
export type StepJournalEntry = StepEndedEntry | UndoStartedEntry | StepUndoneEntry;

/**
 * Where an orchestrator writes down what it has done, so that another process can go on.
 *
 * There is one entry per step that ended and none in between: an entry names the steps that start after it, so that after a crash it
 * is known which may have run. Without any entry, it is those of the first stage.
 */
export interface StepJournal {
  /**
   * Writes one entry, with the context as it is now, in one commit. Calls never overlap, and the orchestrator goes on only when it is written.
   *
   * Events of what the entry says have been handed to `onEvent` before, so that a store can write them in the same commit. A rejection
   * means that this process does not own the run any more: the orchestrator executes and undoes nothing after it, and rejects with it.
   *
   * @throws StepJournalError, which is no such rejection: what a step that ended has come to cannot be kept. The step counts as failed then.
   */
  commit(entry: StepJournalEntry, context: StepContext): MaybePromise<void>;
}
