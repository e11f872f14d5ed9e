/** An object as JSON has them. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** A value as JSON, cut where it is long, for messages. */
export function shortText(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
