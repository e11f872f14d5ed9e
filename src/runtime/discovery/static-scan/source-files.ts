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
  return new SourceWalk(directory, limits).list();
}

/** A folder on the way, under the name it is listed by and under its real one. */
interface Place {
  /** Relative to the root, with a `/` at its end; empty for the root. */
  readonly folder: string;
  readonly realPath: string;
}

interface Entries {
  /** Sources, and whatever links lead to files. */
  readonly files: Map<string, string>;
  /** Names of folders and their real paths. */
  readonly folders: Map<string, string>;
  readonly links: string[];
  isEnvironment: boolean;
}

class SourceWalk {
  readonly #files: string[] = [];
  readonly #root: string;
  readonly #realRoot: string;
  readonly #maxEntries: number;
  readonly #maxSourceFiles: number;
  /** Real paths of all folders and listed files: what was seen once is not seen again under another name. */
  readonly #visited = new Set<string>();
  #entries = 0;

  constructor(root: string, { maxEntries = 1_000_000, maxSourceFiles = 20_000 }: SourceFileLimits) {
    this.#root = root;
    this.#realRoot = realpathSync(root);
    this.#maxEntries = maxEntries;
    this.#maxSourceFiles = maxSourceFiles;
  }

  list(): string[] {
    this.#enter({ folder: '', realPath: this.#realRoot });
    return this.#files.sort((one, other) => (one < other ? -1 : 1));
  }

  #enter(place: Place): void {
    if (this.#visited.has(place.realPath)) return;
    this.#visited.add(place.realPath);
    const entries = this.#read(place);
    // The root is what the caller asked for, whatever it looks like.
    if (entries.isEnvironment && place.folder !== '') return;
    for (const link of entries.links.sort()) this.#follow(place.folder, link, entries);
    for (const [name, realPath] of entries.files) {
      if (isSource(name) && !isOutput(name, entries.files)) this.#add(place.folder + name, realPath);
    }
    for (const [name, realPath] of sorted(entries.folders))
      this.#enter({ folder: `${place.folder}${name}/`, realPath });
  }

  /** Reads entry by entry, so that a folder with a million files is given up before all of their names are in memory. */
  #read({ folder, realPath }: Place): Entries {
    const entries: Entries = { files: new Map(), folders: new Map(), links: [], isEnvironment: false };
    const handle = opendirSync(join(this.#root, folder), { bufferSize: 256 });
    try {
      for (let entry = handle.readSync(); entry !== null; entry = handle.readSync()) {
        if (++this.#entries > this.#maxEntries) {
          throw new PluginFolderTooLargeError(this.#root, this.#maxEntries, 'files and folders');
        }
        sortIn(entry, realPath, entries);
      }
    } finally {
      handle.closeSync();
    }
    return entries;
  }

  #follow(folder: string, name: string, { files, folders }: Entries): void {
    const path = join(this.#root, folder, name);
    const target = statSync(path, { throwIfNoEntry: false });
    if (!target) return;
    const realPath = realpathSync(path);
    // What lies inside of the root is listed under its own name, and a folder above leads round in circles.
    if (isWithin(realPath, this.#realRoot) || isWithin(this.#realRoot, realPath)) return;
    if (target.isDirectory() && isFolderOfSources(name)) folders.set(name, realPath);
    if (target.isFile()) files.set(name, realPath);
  }

  #add(file: string, realPath: string): void {
    if (this.#visited.has(realPath)) return;
    this.#visited.add(realPath);
    if (this.#files.length >= this.#maxSourceFiles) {
      throw new PluginFolderTooLargeError(this.#root, this.#maxSourceFiles, 'source files');
    }
    this.#files.push(file);
  }
}

function sorted(folders: ReadonlyMap<string, string>): [string, string][] {
  return [...folders].sort(([one], [other]) => (one < other ? -1 : 1));
}

function sortIn(entry: Dirent, parent: string, entries: Entries): void {
  const { name } = entry;
  if (ENVIRONMENT_MARKERS.has(name)) entries.isEnvironment = true;
  if (entry.isDirectory()) {
    if (isFolderOfSources(name)) entries.folders.set(name, join(parent, name));
  } else if (entry.isSymbolicLink()) {
    if (!name.startsWith('.')) entries.links.push(name);
  } else if (entry.isFile() && SOURCE.test(name)) {
    entries.files.set(name, join(parent, name));
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

function isOutput(name: string, names: ReadonlyMap<string, string>): boolean {
  const dot = name.lastIndexOf('.');
  const sources = SOURCES_OF_OUTPUT[name.slice(dot)] ?? [];
  return sources.some((extension) => names.has(name.slice(0, dot) + extension));
}
