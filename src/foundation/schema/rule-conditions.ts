import type { FieldRule, ValueType } from './class-description.js';
import { isMultipleOf } from './numeric-rules.decorator.js';
import { samplesFor } from './rule-samples.js';

/** Values that generated code refers to by name, so that nothing but names and numbers is ever written into source text. */
export class SourceConstants {
  readonly names: string[] = [];
  readonly values: unknown[] = [];

  /** The name under which the generated code sees `value`. */
  add(value: unknown): string {
    const name = `c${this.names.length}`;
    this.names.push(name);
    this.values.push(value);
    return name;
  }
}

/**
 * The rule as a condition on the variable `v`, whose type has been checked before it, in source text.
 *
 * The rules met most are written out; the others ask the rule itself. A rule that only borrows a known name is found out by
 * comparing the condition with the rule's own answers to sample values, and then asked itself as well.
 */
export function conditionOf(rule: FieldRule, kind: ValueType['kind'], constants: SourceConstants): string {
  const written = WRITTEN[kind]?.[rule.name] ?? WRITTEN_FOR_ANY[rule.name];
  const own = new SourceConstants();
  const condition = written?.(rule.constraints, own);
  if (condition === undefined || !isTrueTo(rule, kind, condition, own))
    return `${constants.add(rule.holds)}(v) === true`;
  // The constants were numbered from zero for the comparison; here they get the numbers of the whole function.
  const renamed = new Map(own.names.map((name, index) => [name, constants.add(own.values[index])]));
  return condition.replace(/\bc\d+\b/g, (name) => renamed.get(name) ?? name);
}

type Writer = (constraints: readonly unknown[], constants: SourceConstants) => string | undefined;

const NUMBER_RULES: Readonly<Record<string, Writer>> = {
  isInt: () => 'Number.isInteger(v)',
  isNumber: ([options]) => (isEmptyObject(options) ? 'Number.isFinite(v)' : undefined),
  min: ([bound]) => compare('>=', bound),
  max: ([bound]) => compare('<=', bound),
  isPositive: () => 'v > 0',
  isNegative: () => 'v < 0',
  isGreaterThan: ([bound]) => compare('>', bound),
  isLessThan: ([bound]) => compare('<', bound),
  isMultipleOf: ([divisor], constants) =>
    typeof divisor === 'number' ? `${constants.add(isMultipleOf)}(v, ${divisor})` : undefined,
};

const STRING_RULES: Readonly<Record<string, Writer>> = {
  isString: () => 'true',
  isLength: ([min, max], constants) => (typeof min === 'number' ? lengthCondition(min, max, constants) : undefined),
  minLength: ([min], constants) => (typeof min === 'number' ? lengthCondition(min, undefined, constants) : undefined),
  maxLength: ([max], constants) => (typeof max === 'number' ? lengthCondition(0, max, constants) : undefined),
  matches: ([pattern], constants) =>
    pattern instanceof RegExp && !pattern.global && !pattern.sticky ? `${constants.add(pattern)}.test(v)` : undefined,
};

const LIST_RULES: Readonly<Record<string, Writer>> = {
  isArray: () => 'true',
  arrayNotEmpty: () => 'v.length > 0',
  arrayMinSize: ([size]) => (typeof size === 'number' ? `v.length >= ${size}` : undefined),
  arrayMaxSize: ([size]) => (typeof size === 'number' ? `v.length <= ${size}` : undefined),
};

const WRITTEN: Readonly<Partial<Record<ValueType['kind'], Readonly<Record<string, Writer>>>>> = {
  integer: NUMBER_RULES,
  number: NUMBER_RULES,
  string: STRING_RULES,
  list: LIST_RULES,
  boolean: { isBoolean: () => 'true' },
  mapping: { isObject: () => 'true' },
};

const WRITTEN_FOR_ANY: Readonly<Record<string, Writer>> = {
  isDefined: () => 'v !== undefined && v !== null',
  isNotEmpty: () => `v !== '' && v !== undefined && v !== null`,
  // The list is asked and not copied: an author may fill it after the class is declared. NaN is in no list for @IsIn.
  isIn: ([values], constants) =>
    Array.isArray(values) ? `v === v && ${constants.add(values)}.includes(v)` : undefined,
  isEnum: ([entity], constants) =>
    typeof entity === 'object' && entity !== null ? `${constants.add(Object.values(entity))}.includes(v)` : undefined,
};

function compare(operator: string, bound: unknown): string | undefined {
  return typeof bound === 'number' ? `v ${operator} ${bound < 0 ? `(${bound})` : bound}` : undefined;
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/** A text has at most as many characters as code units, so one that is short enough needs no counting for its upper bound. */
function lengthCondition(min: number, max: unknown, constants: SourceConstants): string | undefined {
  if (max !== undefined && typeof max !== 'number') return undefined;
  const count = constants.add(characterCount);
  const atLeast = min > 0 ? `v.length >= ${min} && ${count}(v) >= ${min}` : 'true';
  return max === undefined ? atLeast : `${atLeast} && (v.length <= ${max} || ${count}(v) <= ${max})`;
}

/** Characters as class-validator counts them: a surrogate pair is one, a presentation selector none. */
function characterCount(text: string): number {
  let count = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit === 0xfe0e || unit === 0xfe0f) continue;
    if (unit >= 0xd800 && unit <= 0xdbff && isLowSurrogate(text.charCodeAt(index + 1))) index++;
    count++;
  }
  return count;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** Whether the condition and the rule answer alike to sample values of the kind. A rule that throws or promises does not. */
function isTrueTo(rule: FieldRule, kind: ValueType['kind'], condition: string, constants: SourceConstants): boolean {
  try {
    const holds = new Function(...constants.names, `'use strict'; return (v) => ${condition};`)(
      ...constants.values,
    ) as (v: unknown) => boolean;
    return samplesFor(kind, rule.constraints).every((value) => rule.holds(value) === holds(value));
  } catch {
    return false;
  }
}
