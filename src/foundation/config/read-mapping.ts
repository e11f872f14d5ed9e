import type { ValidationIssue } from '../errors/plugin.errors.js';

/** A broken rule of a configuration file. */
export interface ConfigIssue extends ValidationIssue {
  /** Line in the file, from 1, where it is known. */
  readonly line?: number;
}

/** Where a value stands, and where its problems go. */
export interface ReadingPlace {
  /** Dotted path of the value; empty for the whole. */
  readonly path: string;
  readonly issues: ConfigIssue[];
}

/** Checks one value and gives back what the configuration holds for it. */
export type ValueReader = (value: unknown, place: ReadingPlace) => unknown;

/** One key of a mapping. */
export interface FieldRule {
  readonly read: ValueReader;
  /** Makes the value of a key that is not there. */
  readonly fallback?: () => unknown;
  /** What a key that is not there means. @defaultValue `fallback` where there is one, else `missing` */
  readonly absent?: 'missing' | 'fallback' | 'absent';
}

/**
 * Reads a mapping by its rules: defaults filled in, keys without a rule kept. A problem becomes an issue and the value
 * stays as it was.
 */
export function readMapping(
  values: unknown,
  fields: Readonly<Record<string, FieldRule>>,
  place: ReadingPlace,
): Record<string, unknown> {
  if (!isMapping(values)) {
    report(place, 'dict_type', `must be a mapping of keys to values, got ${kindOf(values)}`);
    return {};
  }
  const result: Record<string, unknown> = {};
  for (const [key, rule] of Object.entries(fields)) {
    const at = { ...place, path: join(place.path, key) };
    if (Object.hasOwn(values, key)) result[key] = rule.read(values[key], at);
    else if (rule.fallback !== undefined) result[key] = rule.fallback();
    else if (rule.absent !== 'absent') report(at, 'missing', 'is required');
  }
  for (const [key, value] of Object.entries(values)) {
    if (!Object.hasOwn(fields, key)) {
      Object.defineProperty(result, key, { value, enumerable: true, configurable: true, writable: true });
    }
  }
  return result;
}

/** Text, and nothing that only looks like it: a bare `1.0` in YAML is a number. */
export const text: ValueReader = (value, place) => {
  if (typeof value !== 'string') {
    const cure = typeof value === 'number' || typeof value === 'boolean' ? '; put it in quotes' : '';
    report(place, 'string_type', `must be text, got ${kindOf(value)}${cure}`);
  }
  return value;
};

/** One of a few words. */
export function oneOf(values: Readonly<Record<string, string>>): ValueReader {
  const allowed = Object.values(values);
  return (value, place) => {
    if (!allowed.includes(value as string)) {
      report(place, 'enum', `must be one of ${allowed.join(', ')}; got ${kindOf(value)}`);
    }
    return value;
  };
}

/** Null, or what `read` takes. */
export function nullable(read: ValueReader): ValueReader {
  return (value, place) => (value === null ? null : read(value, place));
}

/** A list of items that `read` takes. Null, which is what a key with nothing below it gives, is an empty list. */
export function listOf(read: ValueReader): ValueReader {
  return (value, place) => {
    if (value === null) return [];
    if (!Array.isArray(value)) {
      report(place, 'list_type', `must be a list, got ${kindOf(value)}`);
      return [];
    }
    return value.map((item: unknown, index) => read(item, { ...place, path: join(place.path, String(index)) }));
  };
}

/** A mapping of anything. Null, which is what a key with nothing below it gives, is an empty mapping. */
export const mapping: ValueReader = (value, place) => {
  if (value === null) return {};
  if (!isMapping(value)) report(place, 'dict_type', `must be a mapping of keys to values, got ${kindOf(value)}`);
  return value;
};

/** Anything at all. */
export const anything: ValueReader = (value) => value;

/** Whether `value` is an object of keys, not a list, a date or another class's instance. */
export function isMapping(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Plain objects of another realm, such as a worker's or a test sandbox's, have a prototype of their own.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** A value in the words of an error message. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (typeof value === 'string') return `'${value.length > 60 ? `${value.slice(0, 60)}…` : value}'`;
  if (typeof value === 'number' || typeof value === 'bigint') return `the number ${value}`;
  if (typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return 'a list';
  return isMapping(value) ? 'a mapping' : `a value of type ${typeof value}`;
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function report({ path, issues }: ReadingPlace, code: string, message: string): void {
  issues.push({ path, message, code });
}
