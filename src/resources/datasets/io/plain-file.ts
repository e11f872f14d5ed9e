import { lstatSync, type Stats, statSync } from 'node:fs';
import { relative } from 'node:path';
import { DatasetInvalidError, DatasetNotFoundError } from '../../../foundation/errors/dataset.errors.js';

/** What a link says that leads nowhere, or to itself. */
const NOWHERE = new Set(['ENOENT', 'ENOTDIR', 'ELOOP']);

/** What is at the path, or where a link there leads to; undefined where there is nothing. */
export function factsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (NOWHERE.has((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/** Why what a folder has under this path is not to be opened: reading a pipe or a device never ends. Undefined where it is a file. */
export function fileProblem(path: string): string | undefined {
  const facts = factsOf(path);
  if (facts?.isFile()) return undefined;
  return `${facts ? kindOf(facts) : 'is a link that leads nowhere'}; put the file itself there`;
}

/** Whether the path is taken, by a link that leads nowhere or a pipe as well; folders do not count. */
export function isTaken(path: string): boolean {
  const entry = lstatSync(path, { throwIfNoEntry: false });
  return entry !== undefined && !(factsOf(path)?.isDirectory() ?? false);
}

/** @throws {@link DatasetInvalidError} where a file that describes a data set is none. */
export function requireFile(root: string, path: string): void {
  const problem = fileProblem(path);
  if (problem !== undefined) throw new DatasetInvalidError({ file: relative(root, path) || path }, `it ${problem}`);
}

/**
 * Keeps readers of formats that have folders from files.
 *
 * @param title - What people call the format.
 * @throws {@link DatasetNotFoundError}
 */
export function requireFolder(path: string, title: string): void {
  const facts = factsOf(path);
  if (facts?.isDirectory()) return;
  const reason = `a data set of ${title} is a folder, and this is none; give the folder that all of its files are in`;
  throw new DatasetNotFoundError(path, facts ? reason : 'there is no such folder');
}

function kindOf(facts: Stats): string {
  if (facts.isDirectory()) return 'is a folder';
  if (facts.isFIFO()) return 'is a pipe';
  return facts.isSocket() ? 'is a socket' : 'is a device';
}
