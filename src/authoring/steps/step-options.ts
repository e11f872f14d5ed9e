import 'reflect-metadata';
import type { StepRetry } from './step-retry.js';

/** Own metadata of a class that is a step: its {@link StepOptions}. Fixed, so that it means the same in every copy of the package. */
export const STEP_METADATA = 'synapse:step';

/** What `@Step` can be told. */
export interface StepOptions {
  /** Name of the step within its action. */
  readonly name: string;
  /** Share of the action's progress, any number from 0 on. @defaultValue 1 */
  readonly weight?: number;
  /** @defaultValue one try */
  readonly retry?: StepRetry;
  /** Longest time of one try, of the work and of its undo alike, in milliseconds, 1 to 2,147,483,647. @defaultValue no limit */
  readonly timeoutMs?: number;
}

/** Options of `@Step` on the class itself: a subclass does not take over the name of its parent. */
export function stepOptionsOf(type: object): StepOptions | undefined {
  return Reflect.getOwnMetadata(STEP_METADATA, type);
}
