import { StepCancelledError } from '../../foundation/errors/step.errors.js';
import { Cancellation } from './cancellation.js';
import type { RegisteredStep } from './registered-step.js';
import { StepExecution, type StepSurroundings } from './step-execution.js';
import type { StepResult } from './step-result.js';
import type { StepContext } from './step-context.js';
import type { UndoStartedEntry } from './step-journal.interface.js';
import type { MaybePromise } from './maybe-promise.js';

/** Why steps are to be undone. */
export type Failure = Pick<UndoStartedEntry, 'step' | 'error'> & { readonly cause?: unknown };

/** The execution that a group is a part of. */
export interface StepsHost {
  readonly context: StepContext;
  readonly around: StepSurroundings;
  /** Notes how a step ended. */
  ended(step: RegisteredStep, result: StepResult, needsUndo: boolean): void;
  /** Writes down that a step ended well, and reports the progress; a failure where what it came to cannot be kept. */
  goOn(step: RegisteredStep, next: readonly string[]): MaybePromise<Failure | undefined>;
}

/** A step of the group, and what can end it. */
interface Member {
  readonly step: RegisteredStep;
  readonly cancellation: Cancellation;
}

/** Steps that run side by side. The first failure cancels the others; when all are over, the run goes on or back. */
export class StepGroup {
  readonly #run: StepsHost;
  readonly #members: readonly Member[];
  readonly #next: readonly string[];
  readonly #inDoubt: ReadonlySet<string>;
  /** Steps whose end no entry of the journal tells yet: after a crash they count as running. */
  readonly #open: Set<string>;
  #failure: Failure | undefined;
  /** Entries are written one after the other, whichever steps end at the same time. */
  #written: Promise<void> = Promise.resolve();
  #writeError: { readonly thrown: unknown } | undefined;

  /** @param next - Names of the steps that start when the group is over. */
  constructor(stage: readonly RegisteredStep[], next: readonly string[], run: StepsHost, inDoubt: ReadonlySet<string>) {
    const { timing } = run.around.cancellation;
    this.#run = run;
    this.#members = stage.map((step) => ({ step, cancellation: new Cancellation(timing) }));
    this.#next = next;
    this.#inDoubt = inDoubt;
    this.#open = new Set(stage.map(({ name }) => name));
  }

  /** Resolves when all are over, to why the run failed, if it did. Rejects with what the journal threw, when it did. */
  async run(): Promise<Failure | undefined> {
    const { cancellation } = this.#run.around;
    for (const member of this.#members) cancellation.add(member.cancellation);
    try {
      await this.#run.context.inGroup((asMember) =>
        Promise.all(this.#members.map((member) => asMember(() => this.#runMember(member)))),
      );
      await this.#written;
    } finally {
      for (const member of this.#members) cancellation.delete(member.cancellation);
    }
    if (this.#writeError) throw this.#writeError.thrown;
    return this.#failure;
  }

  async #runMember({ step, cancellation }: Member): Promise<void> {
    const execution = new StepExecution(step, { ...this.#run.around, cancellation });
    const result = await execution.run();
    const { isExecuted } = execution;
    if (isExecuted || result.success) this.#run.ended(step, result, isExecuted || this.#inDoubt.has(step.name));
    if (result.success) this.#goOn(step);
    else this.#fail(step, result);
  }

  #goOn(step: RegisteredStep): void {
    this.#written = this.#written.then(async () => {
      if (this.#failure || this.#writeError) return; // the entry that starts the undo tells of this step
      this.#open.delete(step.name);
      try {
        const failure = await this.#run.goOn(step, this.#open.size > 0 ? [...this.#open] : this.#next);
        if (failure) this.#fail(step, failure);
      } catch (thrown) {
        this.#writeError = { thrown };
        this.#cancel(step.name, 'the run belongs to another process now');
      }
    });
  }

  #fail({ name }: RegisteredStep, { error, cause }: Pick<StepResult, 'error' | 'cause'>): void {
    if (this.#failure) return; // cancelled by the first one
    this.#failure = { step: name, error, cause };
    this.#cancel(name, `step '${name}', which runs beside it, failed: ${error ?? 'None'}`);
  }

  #cancel(by: string, reason: string): void {
    for (const { step, cancellation } of this.#members) {
      if (step.name !== by) cancellation.abort(new StepCancelledError(step.name, reason));
    }
  }
}
