import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { PluginManifest } from './plugin-manifest.js';

const MANIFEST_FILE = 'manifest.json';

/** Compiled plugins by key, in a folder of the user's. Entries are made in one rename, so a half-written one is never seen. */
export class PluginCache {
  constructor(readonly directory: string = defaultCacheDirectory()) {}

  /** The entry of `key`, or undefined when there is none that can be read. */
  read(key: string): PluginManifest | undefined {
    try {
      return JSON.parse(readFileSync(join(this.pathOf(key), MANIFEST_FILE), 'utf8')) as PluginManifest;
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
      writeFileSync(join(temporary, MANIFEST_FILE), JSON.stringify(manifest));
      this.#publish(temporary, this.pathOf(key));
      return manifest;
    } finally {
      rmSync(temporary, { recursive: true, force: true });
    }
  }

  /** Forgets the entry of `key`. */
  remove(key: string): void {
    rmSync(this.pathOf(key), { recursive: true, force: true });
  }

  #publish(temporary: string, target: string): void {
    try {
      renameSync(temporary, target);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
      if (this.read(target.slice(this.directory.length + 1))) return;
      rmSync(target, { recursive: true, force: true });
      renameSync(temporary, target);
    }
  }
}

/** `$XDG_CACHE_HOME/synapse/plugins`, else `~/.cache/synapse/plugins`. */
export function defaultCacheDirectory(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'synapse', 'plugins');
}
