import { isRecord } from '../../../foundation/schema/json-safe.js';
import type { LossLog } from './loss-log.js';

/** The fields of an object that a reader knows, and how those are counted that it does not. */
export interface KnownFields {
  readonly known: ReadonlySet<string>;
  /** Stands before a field's name in the report, e.g. `annotation.`; empty for those of a document. */
  readonly prefix: string;
  readonly reason: string;
}

/** Counts the fields of an object that nobody reads and that say something. */
export function loseUnread(item: object, fields: KnownFields, losses: LossLog, placeOf: () => string): void {
  const values = item as Readonly<Record<string, unknown>>;
  for (const key in values) {
    if (fields.known.has(key) || saysNothing(values[key])) continue;
    losses.add(`${fields.prefix}${key}`, fields.reason, placeOf);
  }
}

/** Whether a value stands where somebody had nothing to say: null, an empty text, list or object. */
export function saysNothing(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return isRecord(value) && Object.keys(value).length === 0;
}
