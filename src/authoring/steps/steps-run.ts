import {
  StepCancelledError,
  StepFailedError,
  StepJournalError,
  type StepUndoReport,
} from '../../foundation/errors/step.errors.js';
import { messageOf, SynapseError } from '../../foundation/errors/synapse.error.js';
import { Cancellation, SignalSource } from './cancellation.js';
import type { JournalState } from './journal-state.js';
import type { MaybePromise } from './maybe-promise.js';
import type { OrchestratorHooks } from './orchestrator-hooks.js';
import type { RegisteredStep } from './registered-step.js';
import { systemStepClock } from './step-clock.js';
import type { StepContext } from './step-context.js';
import { StepExecution, type StepSurroundings } from './step-execution.js';
import { type Failure, StepGroup, type StepsHost } from './step-group.js';
import type { StepJournalEntry, StepEndedEntry, StepRecord } from './step-journal.interface.js';
import { membersOf, type StepPlan, type StepStage } from './step-plan.js';
import { StepProgress } from './step-progress.js';
import { StepReporter } from './step-reporter.js';
import type { StepResult } from './step-result.js';
import { type ExecutedStep, StepUndo } from './step-undo.js';

const DEFAULT_ABORT_GRACE_MS = 1_000;

/** One execution of a plan: what was done so far, and how it goes on or back. Nothing is kept from an earlier one. */
export class StepsRun implements StepsHost {
  readonly plan: StepPlan;
  readonly context: StepContext;
  readonly around: StepSurroundings;
  /** Steps to undo, oldest first. */
  readonly executed: ExecutedStep[] = [];
  readonly #journal: OrchestratorHooks['journal'];
  readonly #progress: StepProgress;
  readonly #undoneBefore = new Set<string>();
  /** Names of the steps that start after the stage at hand. */
  #next: readonly string[] = [];
  /** Ends that no entry of the journal tells yet. */
  readonly #unwritten: StepRecord[] = [];

  constructor(plan: StepPlan, context: StepContext, hooks: OrchestratorHooks) {
    const { clock = systemStepClock, abortGraceMs = DEFAULT_ABORT_GRACE_MS, random = Math.random } = hooks;
    const timing = { clock, abortGraceMs };
    this.plan = plan;
    this.context = context;
    this.around = {
      context,
      reporter: new StepReporter(hooks, context, clock),
      cancellation: new Cancellation(timing, hooks.abort ?? new SignalSource(context.runtimeCtx.signal)),
      random,
    };
    this.#journal = hooks.journal;
    this.#progress = new StepProgress(plan);
  }

  /** Whether the run was told to end. */
  get isAborted(): boolean {
    return this.around.cancellation.isAborted;
  }

  /** Takes over what an earlier process has done. */
  restore({ records, undo }: Pick<JournalState, 'records' | 'undo'>): void {
    const steps = new Map(this.plan.steps.map((step) => [step.name, step]));
    for (const { name, result, needsUndo } of records) {
      const step = steps.get(name);
      if (!step) continue; // the caller has compared names
      this.context.stepResults.push(result);
      if (needsUndo) this.executed.push({ step, result });
      this.#progress.add(step.weight);
    }
    for (const { step, ok } of undo?.undone ?? []) if (ok) this.#undoneBefore.add(step);
  }

  /**
   * Executes the stages from the one at `first` on.
   *
   * @param inDoubt - Steps of that stage that an earlier process may have executed.
   */
  async forward(stages: readonly StepStage[], first: number, inDoubt: ReadonlySet<string>): Promise<void> {
    for (let index = 0; index < stages.length; index++) {
      const stage = stages[index];
      if (!stage) continue;
      if (this.#journal) this.#next = this.plan.namesAt(first + index + 1);
      let failure = this.#abortAt(stage) ?? this.#runStage(stage, inDoubt);
      if (failure instanceof Promise) failure = await failure;
      failure ??= this.#abortAt(stage);
      if (failure) throw await this.fail(failure);
    }
  }

  #runStage(stage: StepStage, inDoubt: ReadonlySet<string>): MaybePromise<Failure | undefined> {
    if (!('step' in stage)) return new StepGroup(stage, this.#next, this, inDoubt).run();
    const execution = new StepExecution(stage, this.around);
    const result = execution.run();
    if (result instanceof Promise) return result.then((late) => this.#take(stage, execution, late, inDoubt));
    return this.#take(stage, execution, result, inDoubt);
  }

  #take(
    step: RegisteredStep,
    { isExecuted }: StepExecution,
    result: StepResult,
    inDoubt: ReadonlySet<string>,
  ): MaybePromise<Failure | undefined> {
    if (isExecuted || result.success) this.ended(step, result, isExecuted || inDoubt.has(step.name));
    if (!result.success) return { step: step.name, error: result.error, cause: result.cause };
    // Told to end while the step ran: the entry that starts the undo tells of this step.
    return this.#abortAt(step) ?? this.goOn(step, this.#next);
  }

  #abortAt(stage: StepStage): Failure | undefined {
    if (!this.isAborted) return undefined;
    const step = membersOf(stage).at(-1);
    return step && { step: step.name, error: null };
  }

  /** Notes how a step ended. */
  ended(step: RegisteredStep, result: StepResult, needsUndo: boolean): void {
    this.context.stepResults.push(result);
    if (needsUndo) this.executed.push({ step, result });
    if (this.#journal) this.#unwritten.push({ name: step.name, result, needsUndo });
  }

  /** Writes down that `step` ended well, and reports the progress. Waits for nothing where there is no journal. */
  goOn({ name, weight }: RegisteredStep, next: readonly string[]): MaybePromise<Failure | undefined> {
    const percent = this.#progress.add(weight);
    if (!this.#journal) {
      this.around.reporter.progress(percent);
      return undefined;
    }
    const index = this.#unwritten.findIndex((record) => record.name === name);
    const [record] = this.#unwritten.splice(index, 1);
    return record && this.#writeEnd({ kind: 'step_ended', record, next, percent });
  }

  /** Undoes what was executed; returns the error of the run. */
  async fail(failure: Failure): Promise<unknown> {
    const { isAborted, reason } = this.around.cancellation;
    const { step, cause } = failure;
    const error = isAborted ? (failure.error ?? messageOf(reason)) : failure.error;
    const undone = await this.goBack({ step, error });
    if (isAborted)
      return typeof reason === 'object' && reason !== null ? reason : new StepCancelledError(step, messageOf(reason));
    // An error of ours goes on saying what it said.
    const inner = SynapseError.is(cause) ? cause : undefined;
    const details = inner && { ...inner.details, step_cause_code: inner.code };
    return new StepFailedError(step, error, undone, { cause, retryable: inner?.retryable, details });
  }

  /** Writes down that from now on steps are undone, and undoes them. */
  async goBack({ step, error }: Failure): Promise<StepUndoReport[]> {
    // Of a group, the step that failed is undone before those that it has cancelled.
    putLast(this.executed, (executed) => executed.step.name === step);
    putLast(this.#unwritten, ({ name }) => name === step);
    const written = this.#write({ kind: 'undo_started', step, error, records: [...this.#unwritten] });
    if (written) await written;
    return this.undo(step);
  }

  /** Undoes what was executed and is not undone yet, newest first. */
  async undo(currentStep: string): Promise<StepUndoReport[]> {
    // Nothing cancels an undo but its own time limit: a signal that has aborted would end each request of it.
    const around = { ...this.around, cancellation: new Cancellation(this.around.cancellation.timing) };
    const reports: StepUndoReport[] = [];
    for (const executed of this.executed.toReversed()) {
      if (this.#undoneBefore.has(executed.step.name)) continue;
      const undoing = new StepUndo(executed, around, currentStep).run();
      const report = undoing instanceof Promise ? await undoing : undoing;
      const { cause: _cause, ...told } = report;
      const written = this.#write({ kind: 'step_undone', ...told });
      if (written) await written;
      reports.push(report);
    }
    return reports;
  }

  /** Lets go of what the execution holds. */
  close(): void {
    this.around.cancellation.close();
    this.context.enter(null);
  }

  #writeEnd(entry: StepEndedEntry): MaybePromise<Failure | undefined> {
    try {
      const written = this.#write(entry);
      if (written) {
        return written.then(
          () => this.#written(entry),
          (thrown: unknown) => this.#notKept(entry, thrown),
        );
      }
      return this.#written(entry);
    } catch (thrown) {
      return this.#notKept(entry, thrown);
    }
  }

  #written({ percent }: StepEndedEntry): undefined {
    this.around.reporter.progress(percent);
  }

  /** A step whose values cannot be kept has failed: after a crash nobody could undo it. */
  #notKept({ record }: StepEndedEntry, thrown: unknown): Failure {
    if (!(thrown instanceof StepJournalError)) throw thrown;
    this.#unwritten.push(record);
    return { step: record.name, error: thrown.message, cause: thrown };
  }

  #write(entry: StepJournalEntry): MaybePromise<void> {
    return this.#journal?.commit(entry, this.context);
  }
}

function putLast<T>(list: T[], isMeant: (item: T) => boolean): void {
  const index = list.findIndex(isMeant);
  if (index >= 0) list.push(...list.splice(index, 1));
}
