import type { RunEvent } from '../../authoring/reporting/run-event.js';
import { isFinal, type RunChange, type RunRecord } from './run-record.js';

/**
 * One thing that a run has done and that must not be forgotten. Its values are plain JSON, and belong to the store once they are
 * handed over.
 */
export interface NewJournalEntry {
  /** From 1 and rising, per run. An entry whose number is there already is ignored. */
  readonly seq: number;
  /** A step ended, from now on steps are undone, or the undo of one ended. */
  readonly kind: 'step' | 'undo_started' | 'undo';
  /** Name of the step; of the one that failed, where an undo starts. */
  readonly name: string;
  /** What the step, or its undo, came to. */
  readonly result?: unknown;
  /** What the step needs to be undone. */
  readonly rollback_data?: unknown;
  /** The shared context as the step left it. */
  readonly context?: unknown;
  /** When it ended, in milliseconds since the epoch. */
  readonly at: number;
}

/** An entry as the journal has it. */
export interface JournalEntry extends NewJournalEntry {
  /** Epoch of the owner that wrote it. */
  readonly epoch: number;
}

/** What becomes durable at once, or not at all. */
export interface RunCommit {
  readonly entries?: readonly NewJournalEntry[];
  /** What changes about the run with it: its next steps, its progress, its end. */
  readonly change?: RunChange;
  readonly events?: readonly RunEvent[];
}

/**
 * What became of a commit: it is durable, or nothing of it is, because another owner has the run (`stale_epoch`), because the run is
 * over (`ended`), or because there is no such run (`not_found`).
 */
export type CommitOutcome = 'committed' | 'stale_epoch' | 'ended' | 'not_found';

/**
 * The rule for commits, the same in every store: the owner's count, until the run is over; and while the steps of a run that is over are
 * undone, those of whoever undoes them.
 *
 * @returns Why nothing is written; undefined when it is.
 */
export function refusalOf(
  run: Pick<RunRecord, 'status' | 'epoch' | 'undo'> | undefined,
  epoch: number,
): Exclude<CommitOutcome, 'committed'> | undefined {
  if (!run) return 'not_found';
  if (isFinal(run.status) && run.undo !== 'pending') return 'ended';
  return (run.epoch ?? 0) === epoch ? undefined : 'stale_epoch';
}

/** What of a change counts for a run in this state: how a run ended never changes, only what is left of it can be undone. */
export function changeFor({ status }: Pick<RunRecord, 'status'>, change: RunChange): RunChange {
  return isFinal(status) ? { undo: change.undo } : change;
}
