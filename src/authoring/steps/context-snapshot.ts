import { instanceToPlain, plainToClassFromExist } from 'class-transformer';
import { StepJournalError } from '../../foundation/errors/step.errors.js';
import { messageOf } from '../../foundation/errors/synapse.error.js';
import type { Type } from '@nestjs/common';
import {
  isExcluded,
  isExposed,
  isShapedByTransformer,
  isShapedForOutput,
} from '../../foundation/schema/class-metadata.accessor.js';
import type { StepContext } from './step-context.js';

/** The fields of a context as JSON can hold them. */
export type ContextSnapshot = Readonly<Record<string, unknown>>;

const MAX_DEPTH = 64;
/** A context may have fields of any name, e.g. one for each file. */
const MAX_KNOWN_FIELDS = 1_000;

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

/** What becomes of a field, by the decorators on it. */
type FieldFate = 'plain' | 'excluded' | 'shaped';

/** What the decorators of a context's class say. They are read once: to ask class-transformer costs as much as the copy. */
class ContextShape {
  static readonly #known = new WeakMap<Type<object>, ContextShape>();
  /** Whether fields are renamed, or only some are kept. */
  readonly isExposed: boolean;
  readonly #type: Type<object>;
  readonly #fates = new Map<string, FieldFate>();

  private constructor(type: Type<object>) {
    this.#type = type;
    this.isExposed = isExposed(type);
  }

  static of(type: Type<object>): ContextShape {
    let shape = ContextShape.#known.get(type);
    if (!shape) ContextShape.#known.set(type, (shape = new ContextShape(type)));
    return shape;
  }

  fateOf(field: string): FieldFate {
    const known = this.#fates.get(field);
    if (known) return known;
    const unshaped = isExcluded(this.#type, field) ? 'excluded' : 'plain';
    const isShaped = isShapedByTransformer(this.#type, field) || isShapedForOutput(this.#type, field);
    const fate = isShaped ? 'shaped' : unshaped;
    if (this.#fates.size < MAX_KNOWN_FIELDS) this.#fates.set(field, fate);
    return fate;
  }
}

/**
 * As {@link snapshotContext}, for contexts whose snapshot is taken after each step. Fields that no decorator shapes are copied as they are;
 * class-transformer, which takes several times as long, is asked only where one does.
 */
export function quickSnapshotOf(context: StepContext): ContextSnapshot {
  const shape = ContextShape.of(context.constructor as Type<object>);
  if (shape.isExposed) return snapshotContext(context);
  const snapshot: Record<string, unknown> = {};
  for (const field of Object.keys(context)) {
    const fate = shape.fateOf(field);
    if (fate === 'shaped') return snapshotContext(context);
    if (fate === 'excluded') continue;
    const value = (context as unknown as Readonly<Record<string, unknown>>)[field];
    snapshot[field] = copyOf(value, 0, (trouble) => notRestorable(context, field, trouble));
  }
  return snapshot;
}

/** @throws what `refusal` makes of what would come back as something else. */
function copyOf(value: unknown, depth: number, refusal: (trouble: string) => Error): unknown {
  const trouble = troubleWithItself(value, depth);
  if (trouble !== undefined) throw refusal(trouble);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => copyOf(item, depth + 1, refusal));
  const copy: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    // It would become the copy's prototype; class-transformer leaves it out as well.
    if (key !== '__proto__') copy[key] = copyOf(item, depth + 1, refusal);
  }
  return copy;
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

/** Gives a new context the fields of an earlier one of this process, as they are. */
export function handOnContext(context: StepContext, earlier: StepContext): void {
  const { stepResults: _ended, errors: _errors, ...fields } = { ...earlier };
  Object.assign(context, fields);
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
  const own = troubleWithItself(value, depth);
  if (own !== undefined || typeof value !== 'object' || value === null) return own;
  for (const item of Object.values(value)) {
    const trouble = troubleWith(item, depth + 1);
    if (trouble !== undefined) return trouble;
  }
  return undefined;
}

/** As {@link troubleWith}, but for what is inside. */
function troubleWithItself(value: unknown, depth: number): string | undefined {
  if (typeof value !== 'object' || value === null) return troubleWithScalar(value);
  if (depth > MAX_DEPTH) return 'an object that contains itself, or is too deep';
  return Array.isArray(value) || isPlain(value) ? undefined : `a ${value.constructor.name}`;
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
