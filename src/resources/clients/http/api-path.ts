import { UsageError } from '../../../foundation/errors/run.errors.js';

/**
 * A path with its values encoded: none of them can climb out of its place, or add a query.
 *
 * @throws {@link UsageError} for an empty value, `.` and `..`, which no encoding makes harmless.
 */
export function apiPath(texts: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return texts.reduce((path, text, index) => path + segment(values[index - 1], texts[0] ?? '') + text);
}

function segment(value: string | number | undefined, start: string): string {
  const text = String(value);
  if (text !== '' && text !== '.' && text !== '..' && text !== 'NaN') return encodeURIComponent(text);
  throw new UsageError(`'${text}' cannot be part of the path '${start}…'. Give the id of something.`, {
    details: { value: text },
  });
}
