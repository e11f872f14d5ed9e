import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runInChild } from '../../../../test/run-in-child.js';
import type { ScanResult } from './scan-result.js';

/** Files of a folder: path → content. */
export type Folder = Readonly<Record<string, string | Buffer>>;

/** Writes a folder for the length of `use`. */
export async function withFolder<T>(files: Folder, use: (directory: string) => T | Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'synapse-scan-'));
  try {
    for (const [file, content] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, file)), { recursive: true });
      writeFileSync(join(directory, file), content);
    }
    return await use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const SCAN = `
import { scanPlugin } from './src/runtime/discovery/static-scan/scan-plugin.js';
export default (directories: string[]) => directories.map((directory) => scanPlugin(directory));
`;

/** Scans several folders in one child process, since the parser does not work inside of jest. */
export async function scanFolders<K extends string>(
  folders: Readonly<Record<K, Folder>>,
): Promise<Record<K, ScanResult>> {
  const entries = Object.entries<Folder>(folders);
  const files = entries.flatMap(([, folder], index) =>
    Object.entries(folder).map(([file, content]) => [`${index}/${file}`, content]),
  );
  return withFolder(Object.fromEntries(files) as Folder, async (directory) => {
    const input = entries.map((_, index) => join(directory, String(index)));
    const results = await runInChild<ScanResult[]>(SCAN, { input });
    return Object.fromEntries(entries.map(([name], index) => [name, results[index]])) as Record<K, ScanResult>;
  });
}
