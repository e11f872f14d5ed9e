import { type ContextSnapshot, quickSnapshotOf } from '../../authoring/steps/context-snapshot.js';
import type { MaybePromise } from '../../authoring/steps/maybe-promise.js';
import type { StepContext } from '../../authoring/steps/step-context.js';
import type { StepJournal, StepJournalEntry } from '../../authoring/steps/step-journal.interface.js';
import { StepJournalError, type StepUndoReport } from '../../foundation/errors/step.errors.js';
import { messageOf, SynapseError, type SynapseErrorJson } from '../../foundation/errors/synapse.error.js';
import type { NewJournalEntry } from '../run-store/run-journal.js';
import type { RunChange, UndoState } from '../run-store/run-record.js';
import type { RunClock } from './run-clock.js';
import type { RunCommits } from './run-commits.js';
import { type StoredSteps, storedEntryOf } from './step-entries.js';

/** What a {@link DurableJournal} is made of. */
export interface DurableJournalOptions {
  readonly commits: RunCommits;
  readonly clock: RunClock;
  /** What earlier owners have written. */
  readonly before?: StoredSteps;
  /** Why the run was told to end, if it was. */
  readonly abortError: () => SynapseErrorJson | undefined;
}

/** What the end of a run writes together with its state. */
export interface LastWords {
  readonly entries: readonly NewJournalEntry[];
  readonly change: RunChange;
}

const NOTHING: LastWords = { entries: [], change: {} };

/**
 * The journal of a run in its store: each entry in one commit, with what it changes about the run and the events that wait.
 *
 * The entry of the last step waits for the end of the run, which follows at once: a run of n steps takes n commits after the one that
 * makes it. Whoever dies in between leaves the last step in doubt.
 */
export class DurableJournal implements StepJournal {
  readonly #options: DurableJournalOptions;
  readonly #undone: Map<string, StepUndoReport>;
  #lastSeq: number;
  #isUndoing: boolean;
  #held: LastWords = NOTHING;
  #hasWritten = false;

  constructor(options: DurableJournalOptions) {
    const undo = options.before?.state.undo;
    this.#options = options;
    this.#lastSeq = options.before?.lastSeq ?? 0;
    this.#isUndoing = undo !== undefined;
    this.#undone = new Map(undo?.undone.map((report) => [report.step, report]));
  }

  /** Where the undo of the steps stands, once nothing is being undone any more; undefined where nothing was to be undone. */
  get undoState(): UndoState | undefined {
    if (!this.#isUndoing) return undefined;
    return [...this.#undone.values()].every(({ ok }) => ok) ? 'done' : 'failed';
  }

  /** How the undo of each step went last, in the order of undoing. */
  get undone(): readonly StepUndoReport[] {
    return [...this.#undone.values()];
  }

  commit(entry: StepJournalEntry, context: StepContext): MaybePromise<void> {
    if (entry.kind === 'step_ended') return this.#stepEnded(entry, context);
    const stored = this.#numbered(entry, lenientSnapshot(context));
    if (entry.kind === 'undo_started') {
      this.#isUndoing = true;
      return this.#write(stored, { undo: 'pending', next_steps: [] });
    }
    const { kind: _kind, ...report } = entry;
    this.#undone.delete(report.step);
    this.#undone.set(report.step, report);
    return this.#write(stored, {});
  }

  /** What waits for the end of the run. */
  get held(): LastWords {
    return this.#held;
  }

  /** Whether this owner has anything written, or waiting for the end. */
  get hasWritten(): boolean {
    return this.#hasWritten;
  }

  #stepEnded(entry: StepJournalEntry & { readonly kind: 'step_ended' }, context: StepContext): MaybePromise<void> {
    const stored = this.#numbered(entry, quickSnapshotOf(context));
    const change: RunChange = { next_steps: entry.next, progress: entry.percent };
    if (entry.next.length > 0) return this.#write(stored, change, (thrown) => this.#refused(stored, thrown));
    refuseUnkeepable(stored); // now, while the step can still be undone
    this.#hasWritten = true;
    this.#held = { entries: [...this.#held.entries, stored], change };
    return undefined;
  }

  #numbered(entry: StepJournalEntry, context: ContextSnapshot | undefined): NewJournalEntry {
    const { clock, abortError } = this.#options;
    const abort = entry.kind === 'undo_started' ? abortError() : undefined;
    return storedEntryOf(entry, { seq: ++this.#lastSeq, at: clock.now(), context, abort });
  }

  /** @param refused - Throws what a late refusal means. */
  #write(stored: NewJournalEntry, change: RunChange, refused?: (thrown: unknown) => never): MaybePromise<void> {
    const { entries, change: heldChange } = this.#held;
    const written = this.#options.commits.write({
      entries: [...entries, stored],
      change: { ...heldChange, ...change },
    });
    if (written) return written.then(() => this.#written(), refused);
    this.#written();
  }

  #written(): void {
    this.#hasWritten = true;
    this.#held = NOTHING;
  }

  /** A value that cannot be kept is its step's fault, and nothing else's. */
  #refused({ name, seq }: NewJournalEntry, thrown: unknown): never {
    if (!SynapseError.is(thrown) || thrown.code !== 'SYN_STORE_VALUE') throw thrown;
    this.#lastSeq = seq - 1;
    throw unkeepable(name, thrown);
  }
}

/** The context as far as it can be kept: where steps are undone, the one before does. */
function lenientSnapshot(context: StepContext): ContextSnapshot | undefined {
  try {
    const snapshot = quickSnapshotOf(context);
    JSON.stringify(snapshot);
    return snapshot;
  } catch {
    return undefined;
  }
}

function refuseUnkeepable({ name, result, rollback_data, context }: NewJournalEntry): void {
  try {
    JSON.stringify([result, rollback_data, context]);
  } catch (thrown) {
    throw unkeepable(name, thrown);
  }
}

function unkeepable(step: string, cause: unknown): StepJournalError {
  return new StepJournalError(
    `What step '${step}' has come to cannot be kept: ${messageOf(cause).split('\n')[0] ?? ''} Use plain objects, lists, text, numbers and booleans.`,
    { cause, details: { step } },
  );
}
