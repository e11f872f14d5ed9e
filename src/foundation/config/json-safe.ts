import { UsageError } from '../errors/run.errors.js';

/**
 * The nearest value that JSON and YAML can hold without a tag of any language: dates are ISO text, big integers numbers
 * or text, maps and class instances mappings, sets lists, bytes base64 text. What has no such form is left out of
 * mappings and null in lists.
 *
 * @throws {@link UsageError} when a value holds itself.
 */
export function jsonSafe(value: unknown): unknown {
  return safe(value, []) ?? null;
}

function safe(value: unknown, within: readonly unknown[]): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value + 0 : null;
    case 'bigint':
      return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
    case 'object':
      return value === null ? null : safeObject(value, within);
    case 'undefined':
    case 'function':
    case 'symbol':
      return undefined;
  }
}

function safeObject(value: object, within: readonly unknown[]): unknown {
  if (within.includes(value)) {
    throw new UsageError(
      'The configuration holds a value that contains itself, which a file cannot. Break the circle.',
    );
  }
  const inner = [...within, value];
  const items = Array.isArray(value)
    ? (value as unknown[])
    : value instanceof Set
      ? [...(value as Set<unknown>)]
      : undefined;
  if (items) return items.map((item) => safe(item, inner) ?? null);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  // Dates, URLs and whatever else knows its JSON form. An invalid date's form is null.
  if ('toJSON' in value && typeof value.toJSON === 'function') return safe(value.toJSON() as unknown, inner);
  const entries = value instanceof Map ? [...(value as Map<unknown, unknown>)] : Object.entries(value);
  return Object.fromEntries(
    entries.map(([key, item]) => [String(key), safe(item, inner)] as const).filter(([, item]) => item !== undefined),
  );
}
