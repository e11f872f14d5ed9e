/**
 * `value` as one line of JSON, whatever it holds: what JSON cannot express is replaced by a text that says so.
 * A plugin may log anything, and one odd value must not cost the events around it.
 */
export function safeJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch {
    return JSON.stringify(jsonSafe(value, [])) ?? 'null';
  }
}

/** A copy of `value` that JSON can express. `parents` are the objects around it, to find circles. */
function jsonSafe(value: unknown, parents: readonly object[]): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (parents.includes(value)) return '[circular]';
  if (parents.length >= 100) return '[too deep]';
  try {
    if ('toJSON' in value && typeof value.toJSON === 'function') return jsonSafe(value.toJSON(), [...parents, value]);
    if (Array.isArray(value)) return value.map((item) => jsonSafe(item, [...parents, value]));
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, jsonSafe(item, [...parents, value])]));
  } catch {
    return '[unreadable]';
  }
}
