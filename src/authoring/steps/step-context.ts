import { AsyncLocalStorage } from 'node:async_hooks';
import { Exclude } from 'class-transformer';
import { ReportingValueError } from '../../foundation/errors/reporting.errors.js';
import type { RuntimeContext } from '../context/runtime-context.js';
import type { StepResult } from './step-result.js';

/** What the context speaks for at the moment. */
export interface StepScope {
  readonly currentStep: string;
  /** The step whose work or undo is going on. */
  readonly step: string;
  readonly signal: AbortSignal;
}

/** A step of a group, as the code that it calls finds it. */
interface GroupMember {
  readonly context: object;
  readonly outer: GroupMember | undefined;
  scope: StepScope | null;
}

/** Which step of a group the code that is executing belongs to. Holds nothing itself: each chain of calls carries its own step. */
const groupMembers = new AsyncLocalStorage<GroupMember | undefined>();

/**
 * State that the steps of one run share. Subclass it for fields of your own.
 *
 * What a step reports is keyed by its name unless it names another category. Steps that run side by side share the context; each of
 * them finds its own `currentStep`, `signal` and `idempotencyKey` in it.
 *
 * In a durable run, fields survive a crash: plain values as they are, instances of classes with `@Type` of class-transformer. A field
 * with `@Exclude()` does not, and is made again by the step that needs it.
 */
export class StepContext<P = unknown> {
  readonly #runtimeCtx: RuntimeContext<P>;
  #scope: StepScope | null = null;
  #isInGroup = false;
  /** How each step so far ended, skipped ones included, in that order. */
  @Exclude()
  readonly stepResults: StepResult[] = [];
  /** What went wrong while undoing, as text. */
  readonly errors: string[] = [];

  constructor(runtimeCtx: RuntimeContext<P>) {
    this.#runtimeCtx = runtimeCtx;
  }

  get runtimeCtx(): RuntimeContext<P> {
    return this.#runtimeCtx;
  }
  get params(): P {
    return this.#runtimeCtx.params;
  }
  /** Aborts when the step is to end: the run was told to, its time is over, or a step beside it failed. During an undo only the last two. */
  get signal(): AbortSignal {
    return this.#current?.signal ?? this.#runtimeCtx.signal;
  }
  /** The step that executes, or whose failure is being undone; null between steps. */
  get currentStep(): string | null {
    return this.#current?.currentStep ?? null;
  }
  /**
   * The same for all tries of a step in a run, also after a crash, and for its undo: hand it to services that recognise repeated requests.
   * Between steps it is that of the run.
   */
  get idempotencyKey(): string {
    const { idempotencyKey } = this.#runtimeCtx;
    const scope = this.#current;
    return scope ? `${idempotencyKey}:${scope.step}` : idempotencyKey;
  }

  /** Logs an event of your own, tagged with the current step. */
  log(event: string, data: Record<string, unknown>, file?: string): void {
    this.#runtimeCtx.log(event, data, file);
  }

  /** Reports how far `category` has come; without one, the current step. */
  setProgress(current: number, total: number, category?: string): void {
    this.#runtimeCtx.setProgress(current, total, category ?? this.currentStep ?? undefined);
  }

  /**
   * Merges `value` into the metrics of `category`; without one, of the current step.
   *
   * @throws {@link ReportingValueError} without a category between steps.
   */
  setMetrics(value: Record<string, unknown>, category?: string): void {
    const key = category ?? this.currentStep;
    if (key === null) {
      throw new ReportingValueError('category must be provided when not executing within a step: currentStep is null.');
    }
    this.#runtimeCtx.setMetrics(value, key);
  }

  /** @internal The orchestrator says what the context speaks for from now on. */
  enter(scope: StepScope | null): void {
    if (this.#isInGroup) {
      const member = this.#memberAtHand();
      if (member) member.scope = scope;
      return;
    }
    this.#scope = scope;
    this.#runtimeCtx.logger.setStep(scope === null ? null : scope.currentStep);
  }

  /** @internal Calls `report` for the run as a whole: what it reports does not belong to the step that has just ended. */
  reportForRun(report: () => void): void {
    if (this.#isInGroup) groupMembers.run(this.#memberAtHand()?.outer, report);
    else {
      this.#runtimeCtx.logger.setStep(null);
      report();
    }
  }

  /** @internal Runs the steps of a group: `run` calls each through the function that it is given. */
  async inGroup<T>(run: (asMember: <R>(work: () => R) => R) => Promise<T>): Promise<T> {
    const outer = groupMembers.getStore();
    const { logger } = this.#runtimeCtx;
    this.enter(null);
    this.#isInGroup = true;
    logger.followStep(() => this.currentStep);
    try {
      return await run((work) => groupMembers.run({ context: this, outer, scope: null }, work));
    } finally {
      this.#isInGroup = false;
      logger.followStep(undefined);
    }
  }

  get #current(): StepScope | null {
    return this.#isInGroup ? (this.#memberAtHand()?.scope ?? null) : this.#scope;
  }

  /** Looked up outwards, since a step of a group may run steps of its own. */
  #memberAtHand(): GroupMember | undefined {
    let member = groupMembers.getStore();
    while (member && member.context !== this) member = member.outer;
    return member;
  }
}
