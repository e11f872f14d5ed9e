import { StepFailedError, type StepUndoReport } from '../../foundation/errors/step.errors.js';
import { handOnContext, restoreContext } from './context-snapshot.js';
import type { JournalState } from './journal-state.js';
import type { OrchestratorHooks } from './orchestrator-hooks.js';
import { refuseUnknown, resumePointOf } from './resume-point.js';
import type { StepContext } from './step-context.js';
import type { StepRegistry } from './step-registry.js';
import { StepResult } from './step-result.js';
import { StepsRun } from './steps-run.js';

/** What an orchestrator returns. Keys as the original has them; the steps' own data is in `context.stepResults`. */
export interface OrchestratorSummary {
  readonly success: true;
  /** Steps that were not skipped. */
  readonly steps_executed: number;
  readonly steps_total: number;
}

/** How an execution begins. */
export interface ExecuteOptions {
  /** What an earlier process has done. Its steps are not repeated, but for those that were running when it ended. @defaultValue nothing */
  readonly from?: JournalState;
}

/**
 * Runs the steps of an action in order.
 *
 * Whatever way a step goes wrong (a failed result, a throw, no result, a skip check that throws, a time limit, a cancelled run), the
 * steps that have run are undone, newest first and the failed one before the others, and one error says so.
 */
export class StepOrchestrator<C extends StepContext = StepContext> {
  readonly #registry: StepRegistry;
  readonly #context: C;
  readonly #hooks: OrchestratorHooks;

  constructor(registry: StepRegistry, context: C, hooks: OrchestratorHooks = {}) {
    this.#registry = registry;
    this.#context = context;
    this.#hooks = hooks;
  }

  /**
   * Executes the steps that are registered now. Nothing is kept from an earlier call.
   *
   * A run that was being undone when its process ended goes on being undone, and fails as it would have.
   *
   * @throws {@link StepFailedError} with what was undone, when a step failed; the reason of the run's signal when it was aborted.
   * @throws StepDefinitionError when two steps share a name; StepJournalError when `from` is of other steps; what the journal throws.
   */
  async execute({ from }: ExecuteOptions = {}): Promise<OrchestratorSummary> {
    const run = this.#begin(from);
    const { plan } = run;
    try {
      if (from?.undo) throw await failureOf(run, from.undo);
      const { stages, first, inDoubt } = from
        ? resumePointOf(plan, from)
        : { stages: plan.stages, first: 0, inDoubt: NONE };
      await run.forward(stages, first, inDoubt);
    } finally {
      run.close();
    }
    return { success: true, steps_executed: run.executed.length, steps_total: plan.steps.length };
  }

  /**
   * Undoes what an earlier process has done, newest first: steps that ended and steps that may have run. Those that are undone already
   * are left alone; an undo that failed is tried again.
   *
   * @returns How each undo went. It does not throw for one that failed.
   * @throws StepJournalError when `from` is of other steps; what the journal throws.
   */
  async undo({ from }: { readonly from: JournalState }): Promise<readonly StepUndoReport[]> {
    const run = this.#begin(from);
    try {
      if (from.undo) return await run.undo(from.undo.step);
      const inDoubt = from.next ?? run.plan.namesAt(0);
      const last = inDoubt.at(-1) ?? from.records.at(-1)?.name;
      if (last === undefined) return [];
      const error = 'the process ended while the step ran';
      for (const step of run.plan.steps) if (inDoubt.includes(step.name)) run.ended(step, StepResult.fail(error), true);
      return await run.goBack({ step: last, error });
    } finally {
      run.close();
    }
  }

  #begin(from: JournalState | undefined): StepsRun {
    const plan = this.#registry.plan();
    this.#context.stepResults.length = 0;
    this.#context.errors.length = 0;
    const run = new StepsRun(plan, this.#context, this.#hooks);
    if (from) {
      refuseUnknown(plan, [...from.records.map(({ name }) => name), ...(from.next ?? [])]);
      if (from.live) handOnContext(this.#context, from.live);
      else if (from.context) restoreContext(this.#context, from.context);
      run.restore(from);
    }
    return run;
  }
}

const NONE: ReadonlySet<string> = new Set();

/** Undoes the rest, and says why the run failed. */
async function failureOf(
  run: StepsRun,
  { step, error, undone }: NonNullable<JournalState['undo']>,
): Promise<StepFailedError> {
  const before = undone.filter(({ ok }) => ok);
  return new StepFailedError(step, error, [...before, ...(await run.undo(step))]);
}
