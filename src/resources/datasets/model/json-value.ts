/** An object as JSON has them. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** Whether the value is an object that is no list. */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value as JSON, cut where it is long, for messages. */
export function shortText(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
