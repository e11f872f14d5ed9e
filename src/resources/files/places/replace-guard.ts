import { type BigIntStats, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, resolve } from 'node:path';
import { FileWriteError } from '../../../foundation/errors/file.errors.js';

/** Something that must be there after a folder was replaced. */
export interface KeptPlace {
  /** What it is, e.g. `the archive that is to be extracted`. */
  readonly what: string;
  readonly path: string;
}

/**
 * Keeps a folder from being replaced that is, or holds, what is needed afterwards: the given places, the working folder and the home folder. Every file
 * system's root holds them. Folders are compared by what they are, so that neither links nor mounts hide one.
 *
 * @throws {@link FileWriteError} that names the folder and what it holds.
 */
export function refuseToReplace(target: string, kept: readonly KeptPlace[]): void {
  const held = [...kept, ...ownPlaces()].find(({ path }) => isOrHolds(target, path));
  if (held === undefined) return;
  const reason = `it is, or holds, ${held.path}, ${held.what}, which would be lost with it. Choose a folder of its own`;
  throw new FileWriteError(resolve(target), reason);
}

/** Whether what stands at one place is, or holds, what stands at another. */
export function isOrHolds(folder: string, path: string): boolean {
  const found = factsOf(folder);
  return found !== undefined && isWithin(path, found);
}

/** Places that a process needs whatever it does. */
function ownPlaces(): KeptPlace[] {
  return [
    { what: 'the working folder of the process', path: workingFolder() },
    { what: 'the home folder', path: homedir() },
  ].filter(({ path }) => path !== '');
}

/** Empty where it was removed. */
function workingFolder(): string {
  try {
    return process.cwd();
  } catch {
    return '';
  }
}

/** Whether a place is what was found or lies below it: by the name that it was given, as well as by the one that links lead to. */
function isWithin(path: string, found: BigIntStats): boolean {
  return [resolve(path), realPlaceOf(path)].some((place) => foldersAbove(place).some((above) => isSame(above, found)));
}

function realPlaceOf(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return resolve(path);
  }
}

/** A place and every folder above it. */
function foldersAbove(place: string): string[] {
  const above = dirname(place);
  return above === place ? [place] : [place, ...foldersAbove(above)];
}

function isSame(path: string, found: BigIntStats): boolean {
  const facts = factsOf(path);
  return facts !== undefined && facts.dev === found.dev && facts.ino === found.ino;
}

function factsOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true });
  } catch {
    return undefined; // what cannot be seen cannot be replaced either
  }
}
