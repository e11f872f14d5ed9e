import { type Dirent, opendirSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { PluginFolderNotFoundError, PluginFolderTooLargeError } from '../../../foundation/errors/config.errors.js';

/** How much of a folder is looked through before it is given up. */
export interface SourceFileLimits {
  /** Most entries of all kinds in all folders. @defaultValue 1_000_000 */
  readonly maxEntries?: number;
  /** Most source files. @defaultValue 20_000 */
  readonly maxSourceFiles?: number;
}

const SOURCE = /\.(?:m?ts|tsx|m?js)$/;
const NOT_SOURCE = /\.(?:d\.m?ts|(?:spec|test)\.(?:m?ts|tsx|m?js))$/;
const SKIPPED_FOLDERS: ReadonlySet<string> = new Set([
  'node_modules',
  'dist',
  'test',
  'tests',
  '__tests__',
  '__pycache__',
  'site-packages',
  'bower_components',
]);
/** Files that mark the root of an environment someone else installed, whatever its folder is called. */
const ENVIRONMENT_MARKERS: ReadonlySet<string> = new Set(['pyvenv.cfg', 'conda-meta']);
/** Compiled output lies beside the source it was made from, and is not a second source. */
const SOURCES_OF_OUTPUT: Readonly<Record<string, readonly string[]>> = { '.js': ['.ts', '.tsx'], '.mjs': ['.mts'] };

/**
 * Lists the source files of a plugin's folder, relative to it, with `/`, sorted by code unit.
 *
 * Looks at `*.ts`, `*.mts`, `*.tsx`, `*.js` and `*.mjs`; leaves out declarations, tests, hidden and vendored folders, and a `.js` beside
 * the `.ts` it comes from. Links are followed where they lead out of the folder, each target once.
 *
 * @throws {@link PluginFolderNotFoundError} when `directory` is not a folder.
 * @throws {@link PluginFolderTooLargeError} when it holds more than `limits` allow.
 */
export function listSourceFiles(directory: string, limits: SourceFileLimits = {}): string[] {
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) throw new PluginFolderNotFoundError(directory);
  const walk = new SourceWalk(directory, limits);
  walk.enter('');
  return walk.files.sort((one, other) => (one < other ? -1 : 1));
}

class SourceWalk {
  readonly files: string[] = [];
  readonly #root: string;
  /** Real paths of the folder itself and of what links led to. */
  readonly #visited: string[];
  readonly #maxEntries: number;
  readonly #maxSourceFiles: number;
  #entries = 0;

  constructor(root: string, { maxEntries = 1_000_000, maxSourceFiles = 20_000 }: SourceFileLimits) {
    this.#root = root;
    this.#visited = [realpathSync(root)];
    this.#maxEntries = maxEntries;
    this.#maxSourceFiles = maxSourceFiles;
  }

  /** @param folder - Relative to the root, with a `/` at its end; empty for the root. */
  enter(folder: string): void {
    const { names, folders, links, isEnvironment } = this.#read(folder);
    // The root is what the caller asked for, whatever it looks like.
    if (isEnvironment && folder !== '') return;
    for (const link of links.sort()) this.#follow(folder, link, names, folders);
    for (const name of names) {
      if (isSource(name) && !isOutput(name, names)) this.#add(folder + name);
    }
    for (const name of folders.sort()) this.enter(`${folder}${name}/`);
  }

  /** Reads entry by entry, so that a folder with a million files is given up before all of their names are in memory. */
  #read(folder: string): { names: Set<string>; folders: string[]; links: string[]; isEnvironment: boolean } {
    const found = { names: new Set<string>(), folders: [] as string[], links: [] as string[], isEnvironment: false };
    const handle = opendirSync(join(this.#root, folder), { bufferSize: 256 });
    try {
      for (let entry = handle.readSync(); entry !== null; entry = handle.readSync()) {
        if (++this.#entries > this.#maxEntries) {
          throw new PluginFolderTooLargeError(this.#root, this.#maxEntries, 'files and folders');
        }
        sortIn(entry, found);
      }
    } finally {
      handle.closeSync();
    }
    return found;
  }

  #follow(folder: string, name: string, names: Set<string>, folders: string[]): void {
    const path = join(this.#root, folder, name);
    const target = statSync(path, { throwIfNoEntry: false });
    if (!target) return;
    const realPath = realpathSync(path);
    // What lies inside of a visited folder is found under its own name; a second name would make every action a duplicate.
    // A link to a folder above leads round in circles.
    if (this.#visited.some((visited) => isWithin(realPath, visited) || isWithin(visited, realPath))) return;
    this.#visited.push(realPath);
    if (target.isDirectory() && isFolderOfSources(name)) folders.push(name);
    if (target.isFile()) names.add(name);
  }

  #add(file: string): void {
    if (this.files.length >= this.#maxSourceFiles) {
      throw new PluginFolderTooLargeError(this.#root, this.#maxSourceFiles, 'source files');
    }
    this.files.push(file);
  }
}

function sortIn(
  entry: Dirent,
  found: { names: Set<string>; folders: string[]; links: string[]; isEnvironment: boolean },
): void {
  const { name } = entry;
  if (ENVIRONMENT_MARKERS.has(name)) found.isEnvironment = true;
  if (entry.isDirectory()) {
    if (isFolderOfSources(name)) found.folders.push(name);
  } else if (entry.isSymbolicLink()) {
    if (!name.startsWith('.')) found.links.push(name);
  } else if (entry.isFile() && SOURCE.test(name)) {
    found.names.add(name);
  }
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function isFolderOfSources(name: string): boolean {
  return !name.startsWith('.') && !SKIPPED_FOLDERS.has(name);
}

function isSource(name: string): boolean {
  return SOURCE.test(name) && !NOT_SOURCE.test(name) && !name.startsWith('.');
}

function isOutput(name: string, names: ReadonlySet<string>): boolean {
  const dot = name.lastIndexOf('.');
  const sources = SOURCES_OF_OUTPUT[name.slice(dot)] ?? [];
  return sources.some((extension) => names.has(name.slice(0, dot) + extension));
}
