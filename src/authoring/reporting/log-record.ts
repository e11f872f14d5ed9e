import { ReportingValueError } from '../../foundation/errors/reporting.errors.js';
import type { LogLevel } from './log-level.js';

/** One logged event, before a logger decides where it goes. */
export interface LogRecord {
  readonly event: string;
  /** A copy of the caller's object, one level deep. */
  readonly data: Record<string, unknown>;
  /** Path of a file that belongs to the event, or null. */
  readonly file: string | null;
  /** Step during which it was logged, or null. */
  readonly step: string | null;
  readonly level: LogLevel;
}

/** What may be given with a logged event. */
export interface LogAttachments {
  /** Path of a file that belongs to the event. */
  readonly file?: string | null;
  /** Step the event belongs to; the empty string counts as one. @defaultValue the logger's current step */
  readonly step?: string | null;
}

/**
 * A copy of `value`, one level deep.
 *
 * @param name - What the caller calls the value; only the error's text uses it.
 * @throws {@link ReportingValueError} when `value` is not an object with named entries: a Map or a list would lose them.
 */
export function copyOfEntries(name: string, value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || isCollection(value)) {
    const cure = `Wrap it in an object, e.g. { ${name}: … }.`;
    throw new ReportingValueError(`${name} must be an object, got ${kindOf(value)}. ${cure}`, {
      details: { name, type: kindOf(value) },
    });
  }
  return { ...value };
}

function isCollection(value: object): boolean {
  if (Object.getPrototypeOf(value) === Object.prototype) return false;
  return (
    Array.isArray(value) ||
    ArrayBuffer.isView(value) ||
    value instanceof Map ||
    value instanceof Set ||
    value instanceof Promise
  );
}

/** The type of `value` as people say it. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value !== 'object') return typeof value;
  return value.constructor?.name ?? 'object';
}
