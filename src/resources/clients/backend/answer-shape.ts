import { ClientError } from '../../../foundation/errors/client.errors.js';
import { isRecord } from '../../../foundation/schema/json-safe.js';

/**
 * An answer that has the fields it must have; with whatever else it says.
 *
 * @throws {@link ClientError} that names the field that is missing: better here than where somebody trips over it.
 */
export function answerWith<T>(what: string, answer: unknown, fields: Readonly<Record<string, 'number' | 'string'>>): T {
  for (const [field, type] of Object.entries(fields)) {
    if (isRecord(answer) && typeof answer[field] === type) continue;
    throw new ClientError(`The answer about ${what} has no ${type} '${field}'. Is the platform of another version?`, {
      details: { field, answer: JSON.stringify(answer)?.slice(0, 200) },
    });
  }
  return answer as T;
}

/** A request without its empty fields: the platform takes a null for a value. */
export function withoutNulls(fields: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));
}
