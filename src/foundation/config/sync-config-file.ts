import { SyncConflictError } from '../errors/config.errors.js';
import { writeConfigFile } from './config-file-writer.js';
import { configPathOf, readConfigText } from './plugin-config-file.js';
import { syncConfig, type SyncResult } from './sync-config.js';
import type { DiscoveredAction, SyncPlanOptions } from './sync-plan.js';

/** How a sync of a file works. */
export interface SyncFileOptions extends SyncPlanOptions {
  /** Whether the file is only compared: nothing is written, and conflicts are part of the result. @defaultValue false */
  readonly dryRun?: boolean;
}

/** What a sync of a file came to. */
export interface SyncFileResult extends SyncResult {
  readonly path: string;
  /** The text before the sync. */
  readonly before: string;
  /** Whether the file was written. */
  readonly isWritten: boolean;
}

/**
 * Brings a config.yaml up to what a scan of the code found. A file that agrees with the code is not written.
 *
 * @param path - The file, or the folder that holds a config.yaml.
 * @throws {@link ConfigNotFoundError} when there is no such file.
 * @throws {@link ConfigInvalidError} when it is not YAML, or its `actions` are not a mapping.
 * @throws {@link SyncConflictError} when there is something a person must decide; the file is then as it was.
 * @throws {@link ConfigWriteError} when it cannot be written.
 */
export async function syncConfigFile(
  path: string,
  discovered: readonly DiscoveredAction[],
  { dryRun = false, ...options }: SyncFileOptions = {},
): Promise<SyncFileResult> {
  const file = configPathOf(path);
  const before = readConfigText(file);
  const result = syncConfig(before, discovered, { ...options, path: file });
  if (!dryRun && result.conflicts.length > 0) {
    throw new SyncConflictError(
      file,
      result.conflicts.map(({ message }) => message),
    );
  }
  const isWritten = result.isChanged && !dryRun;
  if (isWritten) await writeConfigFile(file, result.text);
  return { ...result, path: file, before, isWritten };
}
