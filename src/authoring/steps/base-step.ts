import type { MaybePromise } from './maybe-promise.js';
import type { StepContext } from './step-context.js';
import type { StepResult } from './step-result.js';
import type { StepRetry } from './step-retry.js';

/** What can be registered as a step: anything that executes. {@link BaseStep} is the convenient way to be one. */
export interface StepLike<C extends StepContext = StepContext> {
  /** Name within the action. @defaultValue that of `@Step` */
  readonly name?: string;
  /** Share of the action's progress, any number from 0 on. @defaultValue that of `@Step`, else 1 */
  readonly progressWeight?: number;
  /** @defaultValue that of `@Step`, else one try */
  readonly retry?: StepRetry;
  /** Longest time of one try, in milliseconds, 1 to 2,147,483,647. @defaultValue that of `@Step`, else no limit */
  readonly timeoutMs?: number;
  /** Does the work. What it throws is a failure. */
  execute(context: C): MaybePromise<StepResult>;
  /** Whether there is nothing to do. A skipped step is neither executed nor undone. */
  canSkip?(context: C): MaybePromise<boolean>;
  /** Undoes the work. */
  rollback?(context: C, result: StepResult): MaybePromise<void>;
}

/** A step's class. Its constructor's arguments do not matter here: Nest injects them. */
export type StepClass = abstract new (...args: never[]) => StepLike;

/**
 * One part of an action's work: named, weighted, skippable and reversible.
 *
 * Steps are singletons; what belongs to a run lies in the context. `@Step` gives name, weight, retry and time limit; a step
 * given as an instance may have them as fields instead.
 */
export abstract class BaseStep<C extends StepContext = StepContext> implements StepLike<C> {
  readonly name?: string;
  readonly progressWeight?: number;
  readonly retry?: StepRetry;
  readonly timeoutMs?: number;

  abstract execute(context: C): MaybePromise<StepResult>;

  canSkip(_context: C): MaybePromise<boolean> {
    return false;
  }

  /**
   * Undoes what `execute` did. Also called for a step that failed half-way, with its failure, and for one that may or may not have
   * run when its process died: it must take both.
   */
  rollback(_context: C, _result: StepResult): MaybePromise<void> {
    // Many steps leave nothing behind.
  }
}
