import { type Dirent, existsSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FileInvalidError, FileNotFoundError } from '../../../foundation/errors/file.errors.js';
import { TurnTaker } from '../places/turn-taker.js';
import type { ArchiveFilter } from './archive-filter.js';

/** A file or link below a folder. */
export interface ListedFile {
  /** Relative to the folder, with `/` between its parts. */
  readonly name: string;
  readonly path: string;
  /** Whether it is a symbolic link, which is never followed. */
  readonly isLink: boolean;
}

/** How files are listed. */
export interface ListFilesOptions {
  /** Which files, and which folders are looked into. @defaultValue every file */
  readonly filter?: Pick<ArchiveFilter, 'shouldInclude' | 'shouldEnter'>;
  /** Ends the listing. */
  readonly signal?: AbortSignal;
}

/**
 * The files and links below a folder, sorted by name; neither folders nor what links lead to, and nothing of a folder that is filtered out.
 *
 * @throws {@link FileNotFoundError} where there is no folder; the signal's reason when it aborts.
 */
export async function listFiles(folder: string, options: ListFilesOptions = {}): Promise<ListedFile[]> {
  const root = existingFolder(folder);
  const { filter, signal } = options;
  const files: ListedFile[] = [];
  const waiting = [''];
  // Awaiting each folder takes three times as long; others get their turn all the same.
  const turns = new TurnTaker(signal);
  for (let below = waiting.pop(); below !== undefined; below = waiting.pop()) {
    const turn = turns.next();
    if (turn) await turn;
    for (const entry of entriesOf(join(root, below))) {
      const name = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) {
        if (filter?.shouldEnter(name) !== false) waiting.push(name);
      } else if (isPackable(entry) && filter?.shouldInclude(name) !== false) {
        files.push({ name, path: join(root, name), isLink: entry.isSymbolicLink() });
      }
    }
  }
  return files.sort(byName);
}

/** The order that does not depend on the system: by UTF-16 code units. */
export function byName(left: { readonly name: string }, right: { readonly name: string }): number {
  return left.name < right.name ? -1 : left.name > right.name ? 1 : 0;
}

/** The folder's absolute path. @throws {@link FileNotFoundError} where there is none, or something else. */
export function existingFolder(folder: string): string {
  const root = resolve(folder);
  if (!existsSync(root)) throw new FileNotFoundError('source folder', root);
  if (!statSync(root).isDirectory()) throw new FileInvalidError(root, 'is a file where a folder was expected');
  return root;
}

/** Where a link leads to, as it is written in it. */
export function linkTarget(path: string): string {
  return readlinkSync(path);
}

/** No sockets, pipes and devices: reading one may never end. */
function isPackable(entry: Dirent): boolean {
  return entry.isFile() || entry.isSymbolicLink();
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []; // gone since it was listed
    throw new FileInvalidError(folder, 'cannot be listed; check its permissions', error);
  }
}
