import { type Dirent, opendirSync } from 'node:fs';
import { byCodePoint } from '../model/class-order.js';
import { factsOf, requireFile } from './plain-file.js';

/** Whether there is a folder at the path. */
export function isFolder(path: string): boolean {
  return factsOf(path)?.isDirectory() ?? false;
}

/** Whether there is a file at the path. */
export function isFile(path: string): boolean {
  return factsOf(path)?.isFile() ?? false;
}

/** Names of the folders in a folder, in order. */
export function foldersIn(path: string): string[] {
  const names: string[] = [];
  for (const entry of entriesOf(path)) {
    if (entry.isDirectory() || (entry.isSymbolicLink() && isFolder(`${path}/${entry.name}`))) names.push(entry.name);
  }
  return names.sort(byCodePoint);
}

/**
 * Names of the files in a folder with one of the endings, in the order of their code points.
 *
 * @param endings - In small letters, with their dot.
 * @throws DatasetInvalidError where one is no file, e.g. a pipe or a link that leads nowhere.
 */
export function fileNamesIn(path: string, endings: readonly string[]): string[] {
  const onSpecial = (name: string): void => requireFile(path, `${path}/${name}`);
  return [...listedNames(path, endings, onSpecial)].sort(byCodePoint);
}

/** The first of {@link fileNamesIn} that is a file or leads to one; undefined where there is none. */
export function firstFileName(path: string, endings: readonly string[]): string | undefined {
  let first: string | undefined;
  let isSpecial = false;
  for (const name of listedNames(path, endings, () => (isSpecial = true))) {
    const isFirst = first === undefined || byCodePoint(name, first) < 0;
    if (isFirst && (!isSpecial || isFile(`${path}/${name}`))) first = name;
    isSpecial = false;
  }
  return first;
}

/**
 * The same as {@link fileNamesIn} one at a time, in the order of the file system.
 *
 * @param onSpecial - Told the names that are no plain files before they are handed out: links, pipes and the like.
 */
export function* listedNames(
  path: string,
  endings: readonly string[],
  onSpecial?: (name: string) => void,
): Generator<string> {
  const wanted = new Set(endings);
  for (const entry of entriesOf(path)) {
    const { name } = entry;
    if (!hasEnding(name, wanted) || entry.isDirectory()) continue;
    if (!entry.isFile()) onSpecial?.(name);
    yield name;
  }
}

/** Read in pieces: a folder may have a million entries. */
function* entriesOf(path: string): Generator<Dirent> {
  const folder = opendirSync(path, { bufferSize: 256 });
  try {
    for (let entry = folder.readSync(); entry; entry = folder.readSync()) yield entry;
  } finally {
    folder.closeSync();
  }
}

function hasEnding(name: string, wanted: ReadonlySet<string>): boolean {
  const dot = name.lastIndexOf('.');
  return dot > 0 && (wanted.has(name.slice(dot)) || wanted.has(name.slice(dot).toLowerCase()));
}

/** A name less its last ending. */
export function stemOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(0, dot) : name;
}

/**
 * A name of a file or folder from a document, as one that stays where it is put; undefined where it cannot.
 * Separators, dots alone, control characters and what leads elsewhere are refused.
 */
export function safeName(name: string): string | undefined {
  const isSafe = name !== '' && name !== '.' && name !== '..' && !/[/\\\u0000-\u001f\u007f]/.test(name);
  return isSafe && Buffer.byteLength(name) <= 250 ? name : undefined;
}
