import type { RunEvent } from '../../authoring/reporting/run-event.js';
import type { RunChange } from './run-record.js';

/**
 * One thing that a run has done and that must not be forgotten. Its values are plain JSON, and belong to the store once they are
 * handed over.
 */
export interface NewJournalEntry {
  /** From 1 and rising, per run. An entry whose number is there already is ignored. */
  readonly seq: number;
  /** Whether a step ended, or was undone. */
  readonly kind: 'step' | 'undo';
  /** Name of the step. */
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
