import { plainToInstance } from 'class-transformer';
import type { ValidationIssue } from '../errors/plugin.errors.js';
import { messageOf, SynapseError } from '../errors/synapse.error.js';
import { createInstance } from './class-describer.js';
import type { ClassDescription, ClassDescriptions, FieldDescription, ValueType } from './class-description.js';
import { coerceScalar } from './coercion.js';
import { findHostileKey } from './hostile-keys.js';
import { MAX_NESTING_DEPTH } from './schema.constants.js';
import { allowedValuesOf, isPlainObject } from './value-type.js';

/** What to do with a key that the class does not have. */
export type UnknownKeys = 'refuse' | 'ignore';

/** An instance made of untrusted input, not validated yet, and what was already wrong with the input. */
export interface BuiltInstance {
  readonly instance: object;
  readonly issues: readonly ValidationIssue[];
}

interface Position {
  readonly depth: number;
  /** Values a rule allows, of the field or of its items. */
  readonly allowed?: readonly unknown[];
  /** class-transformer has already made instances of what is nested. */
  readonly isTransformed?: boolean;
}

/**
 * Makes an instance of a class from untrusted input: defaults kept, nested classes made, texts coerced, unknown keys told.
 * It judges no value; what cannot be converted is put in as it is, for the rules to refuse.
 */
export class InstanceBuilder {
  private readonly issues: ValidationIssue[] = [];

  constructor(
    private readonly classes: ClassDescriptions,
    private readonly unknownKeys: UnknownKeys,
  ) {}

  /** Builds one instance; the builder itself serves one call. */
  build(description: ClassDescription, input: Readonly<Record<string, unknown>>): BuiltInstance {
    const instance = this.buildObject(description, input, '', 0);
    return { instance, issues: this.issues };
  }

  private buildObject(description: ClassDescription, input: object, path: string, depth: number): object {
    if (depth > MAX_NESTING_DEPTH) {
      this.report(path, 'too_deep', `must not nest deeper than ${MAX_NESTING_DEPTH} levels`);
      return input;
    }
    if (description.usesTransformer) return this.transformed(description, input, path, depth);
    const instance = createInstance(description.type);
    for (const key of Object.keys(input)) {
      const field = description.fieldsByName.get(key);
      if (field === undefined) {
        this.reportUnknown(path, key, description);
        continue;
      }
      const value = (input as Record<string, unknown>)[key];
      // An absent value and one that is undefined are the same in JSON, and a default stands in for both.
      if (value !== undefined) {
        (instance as Record<string, unknown>)[key] = this.buildField(field, value, join(path, key), depth);
      }
    }
    return instance;
  }

  private buildField(field: FieldDescription, value: unknown, path: string, depth: number): unknown {
    const { valueType, rules } = field;
    return this.buildValue(valueType, value, path, {
      depth,
      allowed: allowedValuesOf(rules, valueType.kind === 'list'),
    });
  }

  private buildValue(type: ValueType, value: unknown, path: string, at: Position): unknown {
    if (type.kind === 'object') return this.buildNested(type, value, path, at);
    if (type.kind === 'list') {
      if (!Array.isArray(value)) return value;
      return value.map((item, index) => this.buildValue(type.item, item, join(path, String(index)), at));
    }
    if (type.kind === 'mapping' || type.kind === 'any') {
      this.reportHostileKeys(value, path);
      return type.kind === 'mapping' && type.values !== undefined
        ? this.buildMapping(type.values, value, path, at)
        : value;
    }
    // One of the allowed values is what it says, also when it looks like a number.
    return at.allowed?.includes(value) ? value : coerceScalar(type, value);
  }

  private buildMapping(values: ValueType, value: unknown, path: string, at: Position): unknown {
    if (!isPlainObject(value)) return value;
    const built = Object.entries(value).map(([key, item]): [string, unknown] => [
      key,
      this.buildValue(values, item, join(path, key), at),
    ]);
    return Object.fromEntries(built);
  }

  private buildNested(
    type: Extract<ValueType, { kind: 'object' }>,
    value: unknown,
    path: string,
    at: Position,
  ): unknown {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const description = this.classes.describe(type.type);
    if (!(value instanceof type.type)) return this.buildObject(description, value, path, at.depth + 1);
    return at.isTransformed ? this.settle(description, value, path, at.depth + 1) : value;
  }

  /** class-transformer decides where its decorators are; keys and coercion are looked after once it is done. */
  private transformed(description: ClassDescription, input: object, path: string, depth: number): object {
    this.reportHostileKeys(input, path);
    try {
      const instance: object = plainToInstance(description.type, input, { exposeDefaultValues: true });
      return this.settle(description, instance, path, depth);
    } catch (thrown) {
      if (thrown instanceof SynapseError) throw thrown;
      this.report(path, 'transform_failed', `could not be transformed: ${messageOf(thrown)}`);
      return input;
    }
  }

  private settle(description: ClassDescription, instance: object, path: string, depth: number): object {
    const values = instance as Record<string, unknown>;
    for (const key of Object.keys(instance)) {
      const field = description.fieldsByName.get(key);
      if (field === undefined) {
        if (description.otherProperties.has(key)) continue;
        this.reportUnknown(path, key, description);
        delete values[key];
      } else if (values[key] !== undefined && !field.isTransformed) {
        const allowed = allowedValuesOf(field.rules, field.valueType.kind === 'list');
        values[key] = this.buildValue(field.valueType, values[key], join(path, key), {
          depth,
          allowed,
          isTransformed: true,
        });
      }
    }
    return instance;
  }

  private reportUnknown(path: string, key: string, { fields, type }: ClassDescription): void {
    if (this.unknownKeys === 'ignore') return;
    const known = fields.map(({ name }) => name).join(', ') || '(none)';
    this.report(join(path, key), 'unknown_key', `is not a field of ${type.name}, which has: ${known}`);
  }

  private reportHostileKeys(value: unknown, path: string): void {
    const found = findHostileKey(value);
    if (found !== undefined)
      this.report(join(path, found), 'hostile_key', 'is a key that could change the behaviour of objects');
  }

  private report(path: string, code: string, message: string): void {
    this.issues.push({ path, code, message });
  }
}

/** A path one step further down. */
export function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
