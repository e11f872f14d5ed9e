import { ResultNotSerializableError } from '../../../foundation/errors/run.errors.js';
import { messageOf } from '../../../foundation/errors/synapse.error.js';

/** Largest result that is printed, in bytes: what does not fit belongs in a file that the result names. */
const MAX_RESULT_BYTES = 64 * 1024 * 1024;

/**
 * A result as one line of JSON.
 *
 * @throws {@link ResultNotSerializableError} for a circular value, a function, a bigint, or one over {@link MAX_RESULT_BYTES}.
 */
export function resultLine(result: unknown): string {
  let line: string | undefined;
  try {
    line = result === undefined ? 'null' : JSON.stringify(result);
  } catch (error) {
    throw new ResultNotSerializableError(
      `The result has no JSON form: ${(messageOf(error).split('\n')[0] ?? '').trim()}. Return plain objects, lists, text, numbers and booleans.`,
      { cause: error },
    );
  }
  if (line === undefined) {
    throw new ResultNotSerializableError(
      `The result has no JSON form: it is a ${typeof result}. Return plain objects, lists, text, numbers and booleans.`,
    );
  }
  if (line.length > MAX_RESULT_BYTES) {
    throw new ResultNotSerializableError(
      `The result is ${line.length} bytes of JSON, more than ${MAX_RESULT_BYTES}. Write it to a file and return the path.`,
      { details: { bytes: line.length, limit_bytes: MAX_RESULT_BYTES } },
    );
  }
  return line;
}
