import { isRecord } from '../../../foundation/schema/json-safe.js';
import { type JsonRecord, shortText } from '../model/json-value.js';
import type { Read, ValueClass } from './value-reader.js';

/** A text. */
export const text: Read<string> = (value, path, issues) =>
  typeof value === 'string' ? value : issues.add(path, 'string_type', `must be a text, not ${shortText(value)}`);

/** An id: letters, digits, `_` and `-`. */
export const id: Read<string> = (value, path, issues) => {
  const found = text(value, path, issues);
  if (found === undefined || /^[A-Za-z0-9_-]+$/.test(found)) return found;
  return issues.add(path, 'string_pattern_mismatch', `must be of letters, digits, _ and -, not ${shortText(value)}`);
};

/** A finite number; texts that spell one are taken, and true and false are 1 and 0. */
export const number: Read<number> = (value, path, issues) => {
  const found = typeof value === 'boolean' ? Number(value) : typeof value === 'string' ? numberIn(value) : value;
  if (typeof found === 'number' && Number.isFinite(found)) return found;
  return issues.add(path, 'float_type', `must be a number, not ${shortText(value)}`);
};

/** A whole number. */
export const whole: Read<number> = (value, path, issues) => {
  const found = number(value, path, issues);
  if (found === undefined || Number.isInteger(found)) return found;
  return issues.add(path, 'int_from_float', `must be a whole number, not ${shortText(value)}`);
};

/** A number with limits, both of which it may be. */
export function between(least: number, most: number, read: Read<number> = number): Read<number> {
  return (value, path, issues) => {
    const found = read(value, path, issues);
    if (found === undefined) return undefined;
    if (found < least) return issues.add(path, 'greater_than_equal', `must be at least ${least}, not ${found}`);
    if (found > most) return issues.add(path, 'less_than_equal', `must be at most ${most}, not ${found}`);
    return found;
  };
}

/** True or false. */
export const flag: Read<boolean> = (value, path, issues) =>
  typeof value === 'boolean' ? value : issues.add(path, 'bool_type', `must be true or false, not ${shortText(value)}`);

/** Any object. */
export const record: Read<JsonRecord> = (value, path, issues) =>
  isRecord(value) ? value : issues.add(path, 'object_type', `must be an object, not ${shortText(value)}`);

/** Null, or what the other reads. */
export function orNull<T>(read: Read<T>): Read<T | null> {
  return (value, path, issues) => (value === null ? null : read(value, path, issues));
}

/** A list of any length. */
export function listOf<T>(read: Read<T>): Read<readonly T[]> {
  return (value, path, issues) => {
    if (!Array.isArray(value)) return issues.add(path, 'list_type', `must be a list, not ${shortText(value)}`);
    return (value as unknown[]).flatMap((item, index) => {
      const found = read(item, [...path, index], issues);
      return found === undefined ? [] : [found];
    });
  };
}

/** A list of so many. */
export function exactly<T>(count: number, read: Read<T>): Read<readonly T[]> {
  return (value, path, issues) => {
    const found = listOf(read)(value, path, issues);
    if (!Array.isArray(value)) return undefined;
    if (value.length > count) return issues.add(path, 'too_long', `must have ${count} elements, not ${value.length}`);
    for (let index = value.length; index < count; index++) issues.add([...path, index], 'missing', 'is missing');
    return found;
  };
}

/** An object whose values are all of one kind. */
export function mapOf<T>(read: Read<T>): Read<Readonly<Record<string, T>>> {
  return (value, path, issues) => {
    const fields = record(value, path, issues);
    if (fields === undefined) return undefined;
    const entries = Object.entries(fields).flatMap(([key, item]) => {
      const found = read(item, [...path, key], issues);
      return found === undefined ? [] : [[key, found] as const];
    });
    return Object.fromEntries(entries);
  };
}

/** Another value. An instance of its class is taken as it is. */
export function value<T>(type: ValueClass<T>): Read<T> {
  return (input, path, issues) => (input instanceof type ? input : new type(input, { path, issues }));
}

function numberIn(spelt: string): number | undefined {
  return spelt.trim() === '' ? undefined : Number(spelt);
}
