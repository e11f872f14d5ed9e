import { instanceToPlain, plainToClassFromExist } from 'class-transformer';
import { StepJournalError } from '../../foundation/errors/step.errors.js';
import { messageOf } from '../../foundation/errors/synapse.error.js';
import { isShapedByTransformer } from '../../foundation/schema/class-metadata.accessor.js';
import type { StepContext } from './step-context.js';

/** The fields of a context as JSON can hold them. */
export type ContextSnapshot = Readonly<Record<string, unknown>>;

const MAX_DEPTH = 64;

/**
 * The fields of a context, to be kept beside the results of its steps.
 *
 * @throws {@link StepJournalError} for a field that could not be restored from it, with the cure.
 */
export function snapshotContext(context: StepContext): ContextSnapshot {
  const snapshot = instanceToPlain(context, { enableCircularCheck: true });
  const fields = context as unknown as Readonly<Record<string, unknown>>;
  for (const field of Object.keys(snapshot)) {
    if (isShapedByTransformer(context.constructor, field)) continue;
    const trouble = troubleWith(fields[field], 0);
    if (trouble !== undefined) throw notRestorable(context, field, trouble);
  }
  return snapshot;
}

/**
 * Gives a new context the fields of an earlier one. Fields that are not part of snapshots keep what the constructor made of them.
 *
 * @throws {@link StepJournalError} when the class cannot take them.
 */
export function restoreContext(context: StepContext, snapshot: ContextSnapshot): void {
  try {
    // Into an object of the class that no constructor has filled: existing values would be merged into.
    const empty = Object.create(Object.getPrototypeOf(context) as object) as object;
    const restored = plainToClassFromExist(empty, snapshot);
    for (const field of Object.keys(instanceToPlain(context))) {
      const value: unknown = field in snapshot ? (restored as Record<string, unknown>)[field] : undefined;
      Object.assign(context, { [field]: value });
    }
    for (const field of Object.keys(snapshot)) {
      if (!(field in context)) Object.assign(context, { [field]: (restored as Record<string, unknown>)[field] });
    }
  } catch (thrown) {
    const type = context.constructor.name;
    throw new StepJournalError(
      `The context of the run cannot be restored: ${messageOf(thrown)}. Were fields of ${type} changed since the run began?`,
      { cause: thrown, details: { class: type } },
    );
  }
}

function notRestorable({ constructor }: StepContext, field: string, trouble: string): StepJournalError {
  return new StepJournalError(
    `${constructor.name}.${field} cannot be kept in a journal: it holds ${trouble}. Put @Type(() => TheClass) of class-transformer on it, ` +
      `or @Exclude() and make it anew in the step that needs it.`,
    { details: { class: constructor.name, field } },
  );
}

/** What about a value without `@Type` would come back as something else; undefined when nothing would. */
function troubleWith(value: unknown, depth: number): string | undefined {
  if (typeof value !== 'object' || value === null) return troubleWithScalar(value);
  if (depth > MAX_DEPTH) return 'an object that contains itself, or is too deep';
  if (!Array.isArray(value) && !isPlain(value)) return `a ${value.constructor.name}`;
  for (const item of Object.values(value)) {
    const trouble = troubleWith(item, depth + 1);
    if (trouble !== undefined) return trouble;
  }
  return undefined;
}

function troubleWithScalar(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : `the number ${value}`;
  const isJson = value === undefined || value === null || typeof value === 'string' || typeof value === 'boolean';
  return isJson ? undefined : `a ${typeof value}`;
}

/** Judged by its place in the chain, since an object of another realm is as plain. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
