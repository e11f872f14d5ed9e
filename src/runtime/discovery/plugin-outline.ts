import { resolve } from 'node:path';
import { type PluginConfigFile, readPluginConfig } from '../../foundation/config/plugin-config-file.js';
import { type ActionConfig, isDeclared } from '../../foundation/config/plugin-config.js';
import type { DiscoveredAction } from '../../foundation/config/sync-plan.js';
import {
  DuplicateNameError,
  type EntrypointInvalidError,
  PluginCompileError,
} from '../../foundation/errors/config.errors.js';
import { entriesOf, unresolvedEntry } from './config-entry.js';
import { scanPlugin } from './static-scan/scan-plugin.js';
import type { ScannedAction, ScanResult } from './static-scan/scan-result.js';

/** An action as config.yaml and the sources describe it. */
export interface OutlinedAction {
  /** Null when only running the code would tell. */
  readonly name: string | null;
  readonly description: string;
  readonly category: string;
  /** Absent when neither config.yaml nor the decorator says. */
  readonly method?: string;
  readonly entrypoint: string;
  /** Name of the semantic type. */
  readonly inputType: string | null;
  readonly outputType: string | null;
  /** Its entry in config.yaml, where it has one. */
  readonly config?: ActionConfig;
  /** Where the sources have it; absent for an entry that leads nowhere. */
  readonly scanned?: ScannedAction;
}

/** What a plugin's folder says about itself. Nothing of its code has been executed. */
export interface PluginOutline {
  readonly configFile: PluginConfigFile;
  /** Absolute. */
  readonly directory: string;
  /** First those of config.yaml in its order, then those that only the sources have. */
  readonly actions: readonly OutlinedAction[];
  /** Entries of config.yaml that lead to no action. */
  readonly unresolved: readonly EntrypointInvalidError[];
  /** Names that more than one action would run by. */
  readonly duplicates: readonly DuplicateNameError[];
  readonly scan: ScanResult;
}

/**
 * Describes the plugin in a folder from its config.yaml and its sources, without executing anything.
 *
 * @param path - The folder, or its config.yaml.
 * @throws ConfigNotFoundError, ConfigInvalidError. Faults in the sources are part of the answer.
 */
export function outlinePlugin(path: string): PluginOutline {
  return outlineOf(readPluginConfig(resolve(path)));
}

/** Like {@link outlinePlugin}, of a config.yaml that was read already. */
export function outlineOf(configFile: PluginConfigFile): PluginOutline {
  const directory = resolve(configFile.path, '..');
  const scan = scanPlugin(directory);
  const known = scan.actions.map(({ entrypoint }) => entrypoint);
  const coded = scan.actions.flatMap((scanned) => outlinesOf(scanned, configFile));
  const entries = Object.entries(configFile.config.actions);
  const fromConfig = entries.flatMap(([key, config]) => {
    const found = coded.filter(({ name }) => name === key);
    return found.length > 0 ? found : [outlineOfEntry(key, config, configFile)];
  });
  const onlyInCode = coded.filter(({ name }) => name === null || !entries.some(([key]) => key === name));
  const actions = [...fromConfig, ...onlyInCode];
  return {
    configFile,
    directory,
    actions,
    unresolved: actions.flatMap(({ name, config, scanned }) =>
      config && !scanned && name !== null ? [unresolvedEntry({ key: name, config }, known)] : [],
    ),
    duplicates: duplicatesOf(actions),
    scan,
  };
}

/**
 * Refuses an outline that cannot be trusted to be whole.
 *
 * @throws {@link PluginCompileError} for a file that does not parse; {@link DuplicateNameError} for a name that is used twice.
 */
export function refuseFaults({ scan, duplicates }: PluginOutline): void {
  const [error] = scan.errors;
  if (error) {
    throw new PluginCompileError(`${error.file}:${error.line}:${error.column}: ${error.message}`, {
      details: { ...error },
    });
  }
  const [duplicate] = duplicates;
  if (duplicate) throw duplicate;
}

/** The actions of the sources as a sync of config.yaml takes them: under the names that its entries give them. */
export function discoveredOf({ actions }: PluginOutline): DiscoveredAction[] {
  return actions.flatMap(({ name, scanned }) =>
    name === null || !scanned
      ? []
      : [
          {
            name,
            entrypoint: scanned.entrypoint,
            inputType: scanned.inputType ?? undefined,
            outputType: scanned.outputType ?? undefined,
          },
        ],
  );
}

/** One action of the sources, once for each entry of config.yaml that names it. */
function outlinesOf(scanned: ScannedAction, { config }: PluginConfigFile): OutlinedAction[] {
  const { name, entrypoint, description = '', inputType, outputType } = scanned;
  const bare = {
    description,
    category: scanned.category ?? config.category,
    method: scanned.method,
    entrypoint,
    inputType,
    outputType,
    scanned,
  };
  const entries = entriesOf(config, entrypoint, name ?? '');
  if (entries.length === 0) return [{ name, ...bare }];
  return entries.map(({ key, config: entry }) => ({
    ...bare,
    name: key,
    description: entry.description || description,
    method: isDeclared(entry, 'method') ? entry.method : scanned.method,
    inputType: inputType ?? entry.input_type,
    outputType: outputType ?? entry.output_type,
    config: entry,
  }));
}

function outlineOfEntry(key: string, entry: ActionConfig, { config }: PluginConfigFile): OutlinedAction {
  return {
    name: key,
    description: entry.description,
    category: config.category,
    method: isDeclared(entry, 'method') ? entry.method : undefined,
    entrypoint: entry.entrypoint,
    inputType: entry.input_type,
    outputType: entry.output_type,
    config: entry,
  };
}

function duplicatesOf(actions: readonly OutlinedAction[]): DuplicateNameError[] {
  const byName = Map.groupBy(actions, ({ name }) => name);
  return [...byName].flatMap(([name, owners]) =>
    name === null || owners.length < 2 ? [] : [new DuplicateNameError('action', name, owners.map(placeOf))],
  );
}

function placeOf({ entrypoint, scanned }: OutlinedAction): string {
  return scanned ? `${entrypoint} (${scanned.file}:${scanned.line})` : entrypoint;
}
