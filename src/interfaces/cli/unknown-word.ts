import { UsageError } from '../../foundation/errors/run.errors.js';
import { nearest } from '../../runtime/discovery/action-registry.js';
import { oneLine } from './table.js';

/**
 * The one error every unknown word gets: it lists the known ones, and says which of them is nearest.
 *
 * @param what - What the word should have been, e.g. `format`.
 */
export function unknownWord(what: string, word: string, known: readonly string[]): UsageError {
  const suggestion = nearest(word, known);
  return new UsageError(
    `Unknown ${what} '${oneLine(word)}'. Known: ${known.join(', ') || '(none)'}.${suggestion === undefined ? '' : ` Did you mean '${suggestion}'?`}`,
    { details: { word, known: [...known] } },
  );
}
