import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { PluginManifest } from './plugin-manifest.js';

const MANIFEST_FILE = 'manifest.json';
const MAX_PUBLISH_ATTEMPTS = 10;

/** What {@link MANIFEST_FILE} holds. */
interface CacheEntry {
  readonly manifest: PluginManifest;
  /** Size of each file beside it: a file that was cut off compiles to nonsense, or worse, to something else. */
  readonly bytes: Readonly<Record<string, number>>;
}

/** Compiled plugins by key, in a folder of the user's. Entries are made in one rename, so a half-written one is never seen. */
export class PluginCache {
  constructor(readonly directory: string = defaultCacheDirectory()) {}

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
    return join(this.directory, key);
  }

  /**
   * Makes the entry of `key`: `fill` writes its files into the folder it is given and returns the manifest.
   * When another process made the same entry meanwhile, that one stays; both hold the same bytes.
   */
  async write(key: string, fill: (directory: string) => Promise<PluginManifest>): Promise<PluginManifest> {
    mkdirSync(this.directory, { recursive: true, mode: 0o700 });
    const temporary = mkdtempSync(join(this.directory, '.new-'));
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

/** `$XDG_CACHE_HOME/synapse/plugins`, else `~/.cache/synapse/plugins`. */
function defaultCacheDirectory(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'synapse', 'plugins');
}
