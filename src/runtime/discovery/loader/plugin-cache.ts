import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { NotConfiguredError } from '../../../foundation/errors/config.errors.js';
import { messageOf } from '../../../foundation/errors/synapse.error.js';
import type { PluginManifest } from './plugin-manifest.js';

const MANIFEST_FILE = 'manifest.json';
const MAX_PUBLISH_ATTEMPTS = 10;

/** What {@link MANIFEST_FILE} holds. */
interface CacheEntry {
  readonly manifest: PluginManifest;
  /** Size of each file beside it: a file that was cut off compiles to nonsense, or worse, to something else. */
  readonly bytes: Readonly<Record<string, number>>;
}

/**
 * Compiled plugins by key, in a folder of the user's. Entries are made in one rename, so a half-written one is never seen.
 * Where that folder cannot be written, they are kept in one that goes away with the process.
 */
export class PluginCache {
  #directory: string | undefined;

  /** @param directory - Absolute path of the folder; it is made when the first entry is. */
  constructor(directory: string | undefined = defaultCacheDirectory()) {
    this.#directory = directory;
  }

  /** The entry of `key`, or undefined when there is none, or one whose files are not what was written. */
  read(key: string): PluginManifest | undefined {
    const directory = this.pathOf(key);
    try {
      const entry = JSON.parse(readFileSync(join(directory, MANIFEST_FILE), 'utf8')) as CacheEntry;
      const isWhole = Object.entries(entry.bytes).every(
        ([file, bytes]) => statSync(join(directory, file)).size === bytes,
      );
      return isWhole ? entry.manifest : undefined;
    } catch {
      return undefined; // absent, or damaged: both mean compile again
    }
  }

  pathOf(key: string): string {
    return join(this.#directory ?? this.#useWritable(), key);
  }

  /**
   * Makes the entry of `key`: `fill` writes its files into the folder it is given and returns the manifest.
   * When another process made the same entry meanwhile, that one stays; both hold the same bytes.
   */
  async write(key: string, fill: (directory: string) => Promise<PluginManifest>): Promise<PluginManifest> {
    const temporary = mkdtempSync(join(this.#useWritable(), '.new-'));
    try {
      const manifest = await fill(temporary);
      const entry: CacheEntry = { manifest, bytes: bytesOfFiles(temporary) };
      writeFileSync(join(temporary, MANIFEST_FILE), JSON.stringify(entry));
      this.#publish(temporary, key);
      return manifest;
    } finally {
      rmSync(temporary, { recursive: true, force: true });
    }
  }

  /** Forgets the entry of `key`. */
  remove(key: string): void {
    rmSync(this.pathOf(key), { recursive: true, force: true });
  }

  /** The folder, by now one that can be written. */
  #useWritable(): string {
    const wanted = this.#directory;
    const writable = wanted !== undefined && isWritableFolder(wanted) ? wanted : privateFolder(wanted);
    this.#directory = writable;
    return writable;
  }

  /** Several processes may be at it at once, each clearing away what it found damaged. */
  #publish(temporary: string, key: string): void {
    const target = this.pathOf(key);
    for (let attempt = 1; ; attempt++) {
      try {
        return renameSync(temporary, target);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if ((code !== 'ENOTEMPTY' && code !== 'EEXIST') || attempt === MAX_PUBLISH_ATTEMPTS) throw error;
        if (this.read(key)) return;
        rmSync(target, { recursive: true, force: true });
      }
    }
  }
}

/** Sizes of the files in a folder, by name. */
function bytesOfFiles(directory: string): Record<string, number> {
  return Object.fromEntries(readdirSync(directory).map((file) => [file, statSync(join(directory, file)).size]));
}

/**
 * `$XDG_CACHE_HOME/synapse/plugins`, else `~/.cache/synapse/plugins`. A relative path in a variable counts as none. Undefined where there
 * is no home folder either.
 */
function defaultCacheDirectory(): string | undefined {
  const { XDG_CACHE_HOME: cacheHome = '' } = process.env;
  if (isAbsolute(cacheHome)) return join(cacheHome, 'synapse', 'plugins');
  const home = homedir();
  return isAbsolute(home) ? join(home, '.cache', 'synapse', 'plugins') : undefined;
}

/** Makes the folder where it is missing. @returns whether files can be written there */
function isWritableFolder(directory: string): boolean {
  try {
    makeFolders(directory);
    accessSync(directory, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** `mkdirSync` with `recursive` never returns below /proc, where a folder can neither be found nor be made. */
function makeFolders(directory: string): void {
  if (existsSync(directory)) return;
  if (dirname(directory) !== directory) makeFolders(dirname(directory));
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // another process was quicker
  }
}

/** A folder for this process alone: what is compiled there is compiled again the next time. */
function privateFolder(wanted: string | undefined): string {
  try {
    const directory = mkdtempSync(join(tmpdir(), 'synapse-plugins-'));
    process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
    return directory;
  } catch (error) {
    throw new NotConfiguredError(
      'A folder for compiled plugins',
      `Neither ${wanted ?? 'a cache folder'} nor a temporary one can be written (${messageOf(error)}). Set XDG_CACHE_HOME to a folder that can.`,
    );
  }
}
