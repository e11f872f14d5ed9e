import { UsageError } from '../../foundation/errors/run.errors.js';

/** The one error every unknown word gets, with the nearest known one. */
export function unknownWord(what: string, word: string, suggestion: string | undefined): UsageError {
  return new UsageError(
    `Unknown ${what} '${word}'.${suggestion === undefined ? '' : ` Did you mean '${suggestion}'?`}`,
  );
}
