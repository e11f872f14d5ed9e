import { type Dir, type Dirent, existsSync, opendirSync, readlinkSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FileInvalidError, FileNotFoundError } from '../../../foundation/errors/file.errors.js';
import { TurnTaker } from '../places/turn-taker.js';
import type { ArchiveFilter } from './archive-filter.js';

/** Entries that are asked of the system with one call. */
const ENTRIES_AT_ONCE = 256;

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
  const files: ListedFile[] = [];
  for await (const file of walkFiles(folder, options)) files.push(file);
  return files.sort(byName);
}

/**
 * The same files, one after the other as the system has them: memory does not grow with their number, however many lie in one folder.
 *
 * @throws As {@link listFiles}.
 */
export async function* walkFiles(folder: string, options: ListFilesOptions = {}): AsyncGenerator<ListedFile> {
  const root = existingFolder(folder);
  const { filter, signal } = options;
  const waiting = [''];
  // Awaiting each entry takes many times as long; others get their turn all the same.
  const turns = new TurnTaker(signal);
  for (let below = waiting.pop(); below !== undefined; below = waiting.pop()) {
    for (const entry of entriesOf(join(root, below))) {
      const turn = turns.next();
      if (turn) await turn;
      const name = below === '' ? entry.name : `${below}/${entry.name}`;
      if (!isWanted(entry, name, filter)) continue;
      if (entry.isDirectory()) waiting.push(name);
      else yield { name, path: join(root, name), isLink: entry.isSymbolicLink() };
    }
  }
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

function isWanted(entry: Dirent, name: string, filter: ListFilesOptions['filter']): boolean {
  if (entry.isDirectory()) return filter?.shouldEnter(name) !== false;
  return isPackable(entry) && filter?.shouldInclude(name) !== false;
}

/** No sockets, pipes and devices: reading one may never end. */
function isPackable(entry: Dirent): boolean {
  return entry.isFile() || entry.isSymbolicLink();
}

function* entriesOf(path: string): Generator<Dirent> {
  let folder: Dir | undefined;
  try {
    folder = opendirSync(path, { bufferSize: ENTRIES_AT_ONCE });
    for (let entry = folder.readSync(); entry !== null; entry = folder.readSync()) yield entry;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return; // gone since it was listed
    throw new FileInvalidError(path, 'cannot be listed; check its permissions', error);
  } finally {
    folder?.closeSync();
  }
}
