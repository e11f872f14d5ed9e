import { DuplicateNameError } from '../../../foundation/errors/config.errors.js';
import type { ScanResult } from './scan-result.js';
import { scanPlugin } from './scan-plugin.js';

/** An action as config.yaml writes it down. */
export interface DiscoveredAction {
  readonly entrypoint: string;
  readonly input_type: string | null;
  readonly output_type: string | null;
}

/**
 * The actions in a folder's sources by name, in order of file and position, without executing anything.
 *
 * @param report - Gets all that the scan found, warnings and files with errors included; those files are missing from the answer.
 * @throws PluginFolderNotFoundError when `directory` is not a folder; {@link DuplicateNameError} when two classes claim one name.
 */
export function discoverActions(
  directory: string,
  report?: (scan: ScanResult) => void,
): Record<string, DiscoveredAction> {
  const scan = scanPlugin(directory);
  report?.(scan);
  const conflict = scan.conflicts.find(({ what }) => what === 'action');
  if (conflict) {
    const owners = conflict.owners.map(
      ({ entrypoint, file, line, column }) => `${entrypoint} (${file}:${line}:${column})`,
    );
    throw new DuplicateNameError('action', conflict.name, owners);
  }
  const entries = scan.actions.flatMap(({ name, entrypoint, inputType, outputType }) =>
    name === null ? [] : [[name, { entrypoint, input_type: inputType, output_type: outputType }] as const],
  );
  return Object.fromEntries(entries);
}
