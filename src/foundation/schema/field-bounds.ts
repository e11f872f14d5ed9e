import type { FieldRule } from './class-description.js';

/** What a number may be, in the words of JSON Schema. */
export interface NumericBounds {
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
}

/** How many characters a text or items a list may have. */
export interface SizeBounds {
  readonly min?: number;
  readonly max?: number;
}

/** The bounds that a field's rules set, for the value or with `each` for its items; of several the tightest. */
export function numericBoundsOf(rules: readonly FieldRule[], each: boolean): NumericBounds {
  const own = rules.filter((rule) => rule.each === each);
  return withoutUndefined({
    minimum: tightest(own, { min: first }, Math.max),
    exclusiveMinimum: tightest(own, { isGreaterThan: first, isPositive: zero }, Math.max),
    maximum: tightest(own, { max: first }, Math.min),
    exclusiveMaximum: tightest(own, { isLessThan: first, isNegative: zero }, Math.min),
    multipleOf: tightest(own, { isMultipleOf: first, isDivisibleBy: first }, Math.max),
  });
}

/** The number of characters that a text's rules allow. */
export function lengthBoundsOf(rules: readonly FieldRule[], each: boolean): SizeBounds {
  const own = rules.filter((rule) => rule.each === each);
  return withoutUndefined({
    min: tightest(own, { minLength: first, isLength: first, isNotEmpty: one }, Math.max),
    max: tightest(own, { maxLength: first, isLength: second }, Math.min),
  });
}

/** The number of items that a list's rules allow. */
export function itemCountBoundsOf(rules: readonly FieldRule[]): SizeBounds {
  const own = rules.filter((rule) => !rule.each);
  return withoutUndefined({
    min: tightest(own, { arrayMinSize: first, arrayNotEmpty: one }, Math.max),
    max: tightest(own, { arrayMaxSize: first }, Math.min),
  });
}

/** The object without keys whose value is undefined, as JSON would have it. */
export function withoutUndefined<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}

type Reader = (constraints: readonly unknown[]) => unknown;

const first: Reader = ([value]) => value;
const second: Reader = ([, value]) => value;
const zero: Reader = () => 0;
const one: Reader = () => 1;

function tightest(
  rules: readonly FieldRule[],
  readers: Readonly<Record<string, Reader>>,
  choose: (...values: number[]) => number,
): number | undefined {
  const bounds = rules
    .filter(({ name }) => Object.hasOwn(readers, name))
    .map(({ name, constraints }) => readers[name]?.(constraints))
    .filter((bound) => typeof bound === 'number');
  return bounds.length === 0 ? undefined : choose(...bounds);
}
