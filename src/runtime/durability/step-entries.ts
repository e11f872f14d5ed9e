import { isRecord } from '../../foundation/schema/json-safe.js';
import type { ContextSnapshot } from '../../authoring/steps/context-snapshot.js';
import { type JournalState, journalStateOf } from '../../authoring/steps/journal-state.js';
import type { StepJournalEntry, StepRecord } from '../../authoring/steps/step-journal.interface.js';
import { StepResult, type StepResultJson } from '../../authoring/steps/step-result.js';
import { safeJson } from '../../authoring/reporting/safe-json.js';
import { StepJournalError } from '../../foundation/errors/step.errors.js';
import type { SynapseErrorJson } from '../../foundation/errors/synapse.error.js';
import type { JournalEntry, NewJournalEntry } from '../run-store/run-journal.js';

/** A step that ended, without what has a field of its own in the entry. */
interface StepEnd extends Omit<StepResultJson, 'rollback_data'> {
  readonly needs_undo: boolean;
  /** Steps that may be running once the entry is written. */
  readonly next?: readonly string[];
  readonly percent?: number;
}

/** Why steps are undone, and what is known of those that have no entry of their own. */
interface UndoStart {
  readonly error: string | null;
  /** Why the run was told to end, if it was: it ends for that reason, not for its step's. */
  readonly abort?: SynapseErrorJson;
  readonly records: readonly { readonly name: string; readonly needs_undo: boolean; readonly result: StepResultJson }[];
}

interface StepUndone {
  readonly ok: boolean;
  readonly error?: string;
}

/** What belongs to an entry besides what the orchestrator says. */
export interface EntryFacts {
  /** Number of the entry. */
  readonly seq: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly context?: ContextSnapshot;
  /** Why the run was told to end, where it is that which starts the undo. */
  readonly abort?: SynapseErrorJson;
}

/** An entry as a store keeps it. */
export function storedEntryOf(entry: StepJournalEntry, { seq, at, context, abort }: EntryFacts): NewJournalEntry {
  switch (entry.kind) {
    case 'step_ended': {
      const { name, needsUndo, result } = entry.record;
      const { success, skipped, data, error, timestamp, rollback_data } = result.toJSON();
      const { next, percent } = entry;
      const end: StepEnd = { success, skipped, data, error, timestamp, needs_undo: needsUndo, next, percent };
      return { seq, kind: 'step', name, result: end, rollback_data, context, at };
    }
    case 'undo_started': {
      const start: UndoStart = { error: entry.error, abort, records: entry.records.map(plainRecordOf) };
      return { seq, kind: 'undo_started', name: entry.step, result: start, context, at };
    }
    case 'step_undone': {
      const undone: StepUndone = { ok: entry.ok, error: entry.error };
      return { seq, kind: 'undo', name: entry.step, result: undone, context, at };
    }
  }
}

/** What the journal of a run says, for an orchestrator to go on from. */
export interface StoredSteps {
  readonly state: JournalState;
  /** Number of the last entry; 0 when there is none. */
  readonly lastSeq: number;
  /** How far the steps have brought the run, 0 to 100; absent when none weighs anything. */
  readonly percent?: number;
  /** Why the run was told to end, if that is why its steps are undone. */
  readonly abort?: SynapseErrorJson;
}

/** @throws StepJournalError when an entry is not what this version, or an earlier one, has written. */
export function storedStepsOf(entries: readonly JournalEntry[]): StoredSteps {
  const context = entries.findLast((entry) => entry.context !== undefined)?.context as ContextSnapshot | undefined;
  const last = entries.findLast(({ kind }) => kind === 'step')?.result as StepEnd | undefined;
  const start = entries.find(({ kind }) => kind === 'undo_started')?.result as UndoStart | undefined;
  return {
    state: journalStateOf(entries.map(stepEntryOf), context),
    lastSeq: entries.at(-1)?.seq ?? 0,
    percent: last?.percent,
    abort: start?.abort,
  };
}

function stepEntryOf(entry: JournalEntry): StepJournalEntry {
  const { kind, name, result, context = {} } = entry;
  if (!isRecord(result) || !isRecord(context)) throw unreadable(entry);
  switch (kind) {
    case 'step':
      return stepEndedOf(entry, result as unknown as StepEnd);
    case 'undo_started': {
      const { error, records } = result as unknown as UndoStart;
      if (!Array.isArray(records)) throw unreadable(entry);
      const told = (records as UndoStart['records']).map((one) => ({
        ...recordOf(entry, one.name, one.result),
        needsUndo: one.needs_undo,
      }));
      return { kind: 'undo_started', step: name, error, records: told };
    }
    case 'undo': {
      const { ok, error } = result as unknown as StepUndone;
      return { kind: 'step_undone', step: name, ok, ...(error !== undefined && { error }) };
    }
  }
}

function stepEndedOf(entry: JournalEntry, { needs_undo, next = [], percent, ...json }: StepEnd): StepJournalEntry {
  const rollback_data = (entry.rollback_data ?? {}) as Record<string, unknown>;
  const record = recordOf(entry, entry.name, { ...json, rollback_data });
  return { kind: 'step_ended', record: { ...record, needsUndo: needs_undo }, next, percent };
}

function recordOf(entry: JournalEntry, name: string, result: StepResultJson): Omit<StepRecord, 'needsUndo'> {
  if (!isRecord(result) || typeof result.success !== 'boolean') throw unreadable(entry);
  return { name, result: StepResult.fromJSON(result) };
}

/** Of a step that is to be undone, with whatever of its values has a JSON form: its undo must not fail for the rest. */
function plainRecordOf({ name, needsUndo, result }: StepRecord): UndoStart['records'][number] {
  return { name, needs_undo: needsUndo, result: JSON.parse(safeJson(result.toJSON())) as StepResultJson };
}

function unreadable({ seq, kind, name }: JournalEntry): StepJournalError {
  return new StepJournalError(
    `Entry ${seq} of the run's journal (${kind} of step '${name}') cannot be read. Was it written by a newer version, or changed by hand?`,
    { details: { seq, kind, step: name } },
  );
}
