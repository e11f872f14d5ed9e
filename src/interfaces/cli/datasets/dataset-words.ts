import { readFileSync } from 'node:fs';
import { UsageError } from '../../../foundation/errors/run.errors.js';
import { unknownWord } from '../unknown-word.js';

/** One of a few words. @throws {@link UsageError} that lists them. */
export function oneOf<T extends string>(what: string, word: string, known: readonly T[]): T {
  const found = known.find((one) => one === word);
  if (found !== undefined) return found;
  throw unknownWord(what, word, known);
}

/**
 * The classes that a file names, one a line, in the order of their numbers. Blank lines are passed over.
 *
 * @throws {@link UsageError} where it cannot be read, is no text, names none, or one twice.
 */
export function classesIn(file: string): readonly string[] {
  const names = textOf(file)
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const odd = names.find((name) => /[\u0000-\u001f\u007f\ufffd]/.test(name));
  if (odd !== undefined)
    throw new UsageError(
      `--classes ${file} is no text: line ${names.indexOf(odd) + 1} has bytes that no name has. Write one name on each line.`,
    );
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new UsageError(`--classes ${file} names '${twice}' twice. A class has one number.`);
  if (names.length === 0)
    throw new UsageError(`--classes ${file} names no class. Write one on each line, in the order of their numbers.`);
  return names;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new UsageError(`--classes ${file} cannot be read (${reason}).`, { cause: error });
  }
}
