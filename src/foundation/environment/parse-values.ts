/** A whole number as text: an optional sign, digits, single underscores between them, blanks around. */
const INTEGER = /^\s*[+-]?\d+(?:_\d+)*\s*$/;
const FLOAT = /^\s*[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+(?:_\d+)*)?\s*$/i;
const NOT_FINITE = /^\s*([+-]?)(nan|inf|infinity)\s*$/i;

/** The whole number that `value` stands for; undefined when it stands for none that is exact. */
export function toInteger(value: unknown): number | undefined {
  let number: number | undefined;
  if (typeof value === 'number') number = Math.trunc(value);
  else if (typeof value === 'boolean' || typeof value === 'bigint') number = Number(value);
  else if (typeof value === 'string' && INTEGER.test(value)) number = Number(value.replaceAll('_', ''));
  // A number that was rounded is not the one that was written.
  return number !== undefined && Number.isSafeInteger(number) ? number + 0 : undefined;
}

/** The number that `value` stands for, `nan` and `inf` included; undefined when it stands for none. */
export function toFloat(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean' || typeof value === 'bigint') return Number(value);
  if (typeof value !== 'string') return undefined;
  if (FLOAT.test(value)) return Number(value.replaceAll('_', ''));
  const [, sign, word] = NOT_FINITE.exec(value) ?? [];
  if (word === undefined) return undefined;
  if (word.toLowerCase() === 'nan') return Number.NaN;
  return sign === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** Text is true only for `true`, `1` and `yes`, in any case, untrimmed; other values unless they are zero or empty. */
export function toBoolean(value: unknown): boolean {
  if (typeof value === 'string') return ['true', '1', 'yes'].includes(value.toLowerCase());
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === 'number') return value !== 0; // NaN counts as true, as in the original
  return isTable(value) ? Object.keys(value).length > 0 : Boolean(value);
}

/** The items of comma-separated text, trimmed, without empty ones; a list as it is; undefined for anything else. */
export function toList(value: unknown): unknown[] | undefined {
  if (Array.isArray(value)) return [...(value as unknown[])];
  if (typeof value !== 'string') return undefined;
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** Text as it is, other values as JSON would write them. */
export function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  return JSON.stringify(value) ?? String(value);
}

/** Whether `value` is a plain object, of this realm or another one. */
export function isTable(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
