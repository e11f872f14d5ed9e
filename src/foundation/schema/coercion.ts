import type { ValueType } from './class-description.js';
import { isOfScalarType } from './is-json-type.decorator.js';

const NUMERIC = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const ISO_DATE = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/i;
const TRUE_WORDS: ReadonlySet<unknown> = new Set([1, '1', 'true', 't', 'yes', 'y', 'on']);
const FALSE_WORDS: ReadonlySet<unknown> = new Set([0, '0', 'false', 'f', 'no', 'n', 'off']);

/** The value as its field's type where its text says one without doubt (`'7'` for a number), otherwise the value itself, for the rules to refuse. */
export function coerceScalar(type: ValueType, value: unknown): unknown {
  if (type.kind === 'boolean') return toBoolean(value);
  if (type.kind === 'union') return toUnion(type.types, value);
  if (type.kind === 'string') return type.takesScalars === true && isNumberOrBoolean(value) ? String(value) : value;
  if (typeof value !== 'string') return value;
  if (type.kind === 'integer') return toInteger(value);
  if (type.kind === 'number') return toNumber(value);
  return type.kind === 'date' ? toDate(value) : value;
}

/** The number a text spells, or the text when it spells none. Digits a number cannot hold are no integer. */
function toInteger(text: string): number | string {
  const value = toNumber(text);
  return Number.isSafeInteger(value) ? value : text;
}

/** The number a text spells, or the text when it spells none. An empty text, `NaN` and `Infinity` spell none. */
function toNumber(text: string): number | string {
  const trimmed = text.trim();
  if (!NUMERIC.test(trimmed)) return text;
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : text;
}

/** The truth value of the usual words and of 0 and 1, or the value itself. */
function toBoolean(value: unknown): unknown {
  const word = typeof value === 'string' ? value.toLowerCase() : value;
  if (TRUE_WORDS.has(word)) return true;
  return FALSE_WORDS.has(word) ? false : value;
}

/** The date a text spells by ISO 8601, or the text when it spells none. */
function toDate(text: string): Date | string {
  if (!ISO_DATE.test(text)) return text;
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? text : date;
}

function isNumberOrBoolean(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'boolean';
}

function toUnion(types: Extract<ValueType, { kind: 'union' }>['types'], value: unknown): unknown {
  if (types.some((type) => isOfScalarType(type, value))) return value;
  for (const kind of types) {
    const coerced = coerceScalar({ kind }, value);
    if (isOfScalarType(kind, coerced)) return coerced;
  }
  return value;
}
