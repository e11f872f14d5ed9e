import type { RunEvent } from '../../../authoring/reporting/run-event.js';
import type { JournalEntry } from '../../../runtime/run-store/run-journal.js';
import { isFinal, type RunSummary } from '../../../runtime/run-store/run-record.js';
import { statusText } from './run-text.js';

/** How far a step has come. One that ran when its process ended is in doubt: nobody knows how far. */
export type StepState =
  'running' | 'retrying' | 'in doubt' | 'completed' | 'skipped' | 'failed' | 'taken over' | 'next';

/** One step of a run, as its events and its journal tell of it. snake_case, because `--json` shows it. */
export interface StepReport {
  readonly step: string;
  readonly state: StepState;
  /** How often it was started, in all attempts of the run. */
  readonly attempt: number;
  readonly duration_ms?: number;
  readonly error?: string;
  /** How its undo went, if it was undone. */
  readonly undo?: 'done' | 'failed';
  readonly undo_error?: string;
  /** The run that the step is, where it is an action of a pipeline. */
  readonly run_id?: string;
}

type Draft = { -readonly [K in keyof StepReport]: StepReport[K] };

const STATES: Readonly<Partial<Record<RunEvent['type'], StepState>>> = {
  'step.started': 'running',
  'step.retrying': 'retrying',
  'step.completed': 'completed',
  'step.skipped': 'skipped',
  'step.failed': 'failed',
};

/** The steps of a run in the order in which they were started, and those that come next. */
export function stepReports(
  run: RunSummary,
  events: Iterable<RunEvent>,
  journal: readonly JournalEntry[],
): readonly StepReport[] {
  const drafts = new Map<string, Draft>();
  const draftOf = (step: string, state: StepState): Draft => {
    const known = drafts.get(step) ?? { step, state, attempt: 0 };
    drafts.set(step, known);
    return known;
  };
  // What a fork begins with has no events of its own.
  if (run.forked_from !== undefined)
    for (const { kind, name } of journal) if (kind === 'step') draftOf(name, 'taken over');
  for (const { type, data } of events) {
    if (type.startsWith('step.') && typeof data['step'] === 'string')
      note(draftOf(data['step'], 'running'), type, data);
  }
  if (!isFinal(run.status)) for (const step of run.next_steps ?? []) draftOf(step, 'next');
  const isGoingOn = statusText(run) === 'running';
  return [...drafts.values()].map((draft) => (isGoingOn ? draft : inDoubt(draft)));
}

function note(draft: Draft, type: RunEvent['type'], data: Readonly<Record<string, unknown>>): void {
  const { elapsed, error, run_id } = data;
  if (typeof run_id === 'string') draft.run_id = run_id;
  const text = typeof error === 'string' ? error : undefined;
  if (type === 'step.rolled_back' || type === 'step.rollback_failed') {
    draft.undo = type === 'step.rolled_back' ? 'done' : 'failed';
    draft.undo_error = text;
    return;
  }
  if (data['undo'] === true) return; // a try of its undo that failed
  draft.state = stateAfter(draft, type);
  draft.error = text;
  if (type === 'step.started') draft.attempt++;
  if (typeof elapsed === 'number') draft.duration_ms = Math.round(elapsed * 1_000);
}

/** A pipeline that goes on skips what is completed: by the run of that action, or by the run that it is a fork of. */
function stateAfter({ state, run_id }: Draft, type: RunEvent['type']): StepState {
  if (type === 'step.skipped' && state === 'taken over') return state;
  if (type === 'step.skipped' && run_id !== undefined) return 'completed';
  return STATES[type] ?? state;
}

function inDoubt(draft: StepReport): StepReport {
  const isUnderWay = draft.state === 'running' || draft.state === 'retrying';
  return isUnderWay ? { ...draft, state: 'in doubt' } : draft;
}
