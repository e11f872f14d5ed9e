import { StepJournalError } from '../../foundation/errors/step.errors.js';
import type { JournalState } from './journal-state.js';
import { membersOf, type StepPlan, type StepStage } from './step-plan.js';

/** Where a run goes on. */
export interface ResumePoint {
  /** Number of the first stage that is not done. */
  readonly first: number;
  /** Stages to run; of the first only what is left of it. */
  readonly stages: readonly StepStage[];
  /** Steps that may have run. */
  readonly inDoubt: ReadonlySet<string>;
}

/**
 * Finds the stage at which a run goes on.
 *
 * @throws {@link StepJournalError} when the steps of the action are others than those that the journal tells of.
 */
export function resumePointOf(plan: StepPlan, { records, next }: JournalState): ResumePoint {
  refuseUnknown(plan, [...records.map(({ name }) => name), ...(next ?? [])]);
  const done = new Set(records.map(({ name }) => name));
  const found = plan.stages.findIndex((stage) => membersOf(stage).some(({ name }) => !done.has(name)));
  const first = found < 0 ? plan.stages.length : found;
  const stages = plan.stages.slice(first).map((stage) => membersOf(stage).filter(({ name }) => !done.has(name)));
  const started = new Set(plan.stages.slice(0, first + 1).flatMap((stage) => membersOf(stage).map(({ name }) => name)));
  const early = [...done].find((name) => !started.has(name));
  const due = (stages[0] ?? []).map(({ name }) => name);
  const inDoubt = new Set(next ?? due);
  const isSame = due.length === inDoubt.size && due.every((name) => inDoubt.has(name));
  if (early !== undefined) throw otherOrder(`a step after '${early}'`, due);
  if (!isSame) throw otherOrder(next ? listed(next) : 'the first', due);
  return { first, stages, inDoubt };
}

function otherOrder(expected: string, due: readonly string[]): StepJournalError {
  return mismatch(`the journal goes on with ${expected}, and the action with ${listed(due)}`);
}

function listed(names: readonly string[]): string {
  return names.join(', ') || '(none)';
}

/** @throws {@link StepJournalError} when one of the names is that of no step. */
export function refuseUnknown(plan: StepPlan, names: readonly string[]): void {
  const known = new Set(plan.steps.map(({ name }) => name));
  const unknown = names.find((name) => !known.has(name));
  if (unknown !== undefined) {
    throw mismatch(`the journal tells of step '${unknown}', and the action has ${[...known].join(', ') || 'none'}`);
  }
}

function mismatch(how: string): StepJournalError {
  return new StepJournalError(
    `The steps of the action were changed since the run began: ${how}. Resume it with the version that began it, or start a new run.`,
    { details: { how } },
  );
}
