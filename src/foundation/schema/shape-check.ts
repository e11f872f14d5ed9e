import type { ValidationIssue } from '../errors/plugin.errors.js';
import type {
  ClassDescription,
  ClassDescriptions,
  FieldDescription,
  FieldRule,
  ValueType,
} from './class-description.js';
import { join } from './instance-builder.js';
import { isOfScalarType } from './is-json-type.decorator.js';
import { MAX_NESTING_DEPTH } from './schema.constants.js';

/** A nested instance that class-validator does not reach by itself. */
export interface UnreachedInstance {
  readonly path: string;
  readonly instance: object;
}

/** A list, and the rules for its items: class-validator tells a broken one at the list, without saying which item it was. */
export interface CheckedList {
  readonly items: readonly unknown[];
  readonly rules: readonly FieldRule[];
}

/** What the declared types alone say of an instance. */
export interface ShapeFindings {
  /** A field is missing, or a list or object is something else: rules on such a value would only mislead. */
  readonly structural: readonly ValidationIssue[];
  /** A scalar of the wrong type; told only where no rule tells it better. */
  readonly typed: readonly ValidationIssue[];
  readonly unreached: readonly UnreachedInstance[];
  /** Lists with rules for their items, by path. */
  readonly lists: ReadonlyMap<string, CheckedList>;
}

/**
 * Checks what class-validator leaves open: required fields whose rules accept undefined, lists whose item rules accept a bare item,
 * fields with a declared type and no rule, nested classes without `@ValidateNested`.
 */
export class ShapeCheck implements ShapeFindings {
  readonly structural: ValidationIssue[] = [];
  readonly typed: ValidationIssue[] = [];
  readonly unreached: UnreachedInstance[] = [];
  readonly lists = new Map<string, CheckedList>();

  constructor(private readonly classes: ClassDescriptions) {}

  inspect(description: ClassDescription, instance: object, path = '', depth = 0): ShapeFindings {
    if (depth > MAX_NESTING_DEPTH) return this;
    for (const field of description.fields) {
      const value = (instance as Readonly<Record<string, unknown>>)[field.name];
      this.inspectField(field, value, join(path, field.name), depth);
    }
    return this;
  }

  private inspectField(field: FieldDescription, value: unknown, path: string, depth: number): void {
    if (value === undefined) {
      if (field.isRequired) this.structural.push({ path, code: 'missing', message: `${field.name} is required` });
      return;
    }
    if (field.isConditional || field.isTransformed || (value === null && field.isNullable)) return;
    const rules = field.rules.filter(({ each, isPlain }) => each && isPlain);
    if (Array.isArray(value) && rules.length > 0) this.lists.set(path, { items: value, rules });
    this.inspectValue(field.valueType, value, path, { depth, isReached: field.isNestedByRule, name: field.name });
  }

  private inspectValue(
    type: ValueType,
    value: unknown,
    path: string,
    at: { depth: number; isReached: boolean; name: string },
  ): void {
    if (type.kind === 'list') {
      if (!Array.isArray(value))
        this.structural.push({ path, code: 'isArray', message: `${at.name} must be an array` });
      else value.forEach((item, index) => this.inspectValue(type.item, item, join(path, String(index)), at));
    } else if (type.kind === 'object') {
      this.inspectObject(type, value, path, at);
    } else if (!isOfType(type, value)) {
      this.typed.push({ path, code: 'type', message: `${at.name} must be ${nounOf(type)}` });
    } else if (type.kind === 'mapping' && type.values !== undefined) {
      for (const [key, item] of Object.entries(value as object))
        this.inspectValue(type.values, item, join(path, key), at);
    }
  }

  private inspectObject(
    type: Extract<ValueType, { kind: 'object' }>,
    value: unknown,
    path: string,
    at: { depth: number; isReached: boolean; name: string },
  ): void {
    // The builder made an instance of every object it was given; it leaves other values, and objects nested too deep, as they are.
    if (!(value instanceof type.type)) {
      this.structural.push({
        path,
        code: 'isObject',
        message: `${at.name} must be an object with the fields of ${type.type.name}`,
      });
      return;
    }
    if (!at.isReached) this.unreached.push({ path, instance: value });
    this.inspect(this.classes.describe(type.type), value, path, at.depth + 1);
  }
}

const TYPE_CHECKS: Readonly<Partial<Record<ValueType['kind'], (value: unknown) => boolean>>> = {
  integer: (value) => Number.isInteger(value),
  number: (value) => typeof value === 'number',
  string: (value) => typeof value === 'string' || value instanceof String,
  boolean: (value) => typeof value === 'boolean' || value instanceof Boolean,
  date: (value) => value instanceof Date && !Number.isNaN(value.getTime()),
  mapping: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

const TYPE_NOUNS: Readonly<Partial<Record<ValueType['kind'], string>>> = {
  integer: 'an integer number',
  date: 'a date, as text like 2026-01-31T12:00:00Z',
  mapping: 'an object',
};

function isOfType(type: ValueType, value: unknown): boolean {
  if (type.kind === 'union') return type.types.some((each) => isOfScalarType(each, value));
  return TYPE_CHECKS[type.kind]?.(value) ?? true;
}

function nounOf(type: ValueType): string {
  if (type.kind === 'union') return `one of the types: ${type.types.join(', ')}`;
  return TYPE_NOUNS[type.kind] ?? `a ${type.kind}`;
}
