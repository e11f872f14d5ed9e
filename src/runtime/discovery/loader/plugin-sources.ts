import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listSourceFiles } from '../static-scan/source-files.js';

/** A plugin's source files as they are right now. */
export interface PluginSources {
  /** Absolute path of the plugin's folder. */
  readonly directory: string;
  /** Paths relative to the folder, with `/`, sorted. */
  readonly files: readonly string[];
  /** SHA-256 over paths and contents, in hex: equal for equal folders, wherever they lie. */
  readonly contentHash: string;
}

/** Reads and hashes all sources of a plugin folder. */
export function readPluginSources(directory: string, extraText = ''): PluginSources {
  const files = listSourceFiles(directory);
  const hash = createHash('sha256').update(extraText);
  for (const file of files) {
    const content = readFileSync(join(directory, file));
    hash.update(`\0${file}\0${content.byteLength}\0`).update(content);
  }
  return { directory, files, contentHash: hash.digest('hex') };
}

/** SHA-256 of a file in hex; empty when it cannot be read. */
export function hashOfFile(path: string): string {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('hex');
  } catch {
    return '';
  }
}
