import { readFileSync } from 'node:fs';
import { ConfigInvalidError } from '../errors/config.errors.js';
import { ActionNotFoundError } from '../errors/plugin.errors.js';
import { UsageError } from '../errors/run.errors.js';
import { RunMethod } from './enums.js';
import { readPluginConfig } from './plugin-config-file.js';
import type { PluginConfig } from './plugin-config.js';
import { isMapping, kindOf, oneOf, type ConfigIssue } from './read-mapping.js';

/**
 * The names of a plugin's actions, in the order of the file.
 *
 * @param config - A configuration, plain values of the same form, or the path of a file or folder. Anything else has none.
 * @throws {@link ConfigNotFoundError} and {@link ConfigInvalidError} for a path, as {@link readPluginConfig} does.
 */
export function getPluginActions(config: unknown): string[] {
  if (typeof config === 'string') return Object.keys(readPluginConfig(config).config.actions);
  return Object.keys(entriesOf(config) ?? {});
}

/**
 * How an action is run. An action that is not there or does not say is run as a `task`.
 *
 * @throws {@link ConfigInvalidError} when the entry names a method that does not exist.
 */
export function getActionMethod(config: PluginConfig | Record<string, unknown>, action: string): RunMethod {
  const entries = entriesOf(config) ?? {};
  const entry = Object.hasOwn(entries, action) ? entries[action] : undefined;
  if (!isMapping(entry) || entry['method'] === undefined) return RunMethod.Task;
  const issues: ConfigIssue[] = [];
  const method = oneOf(RunMethod)(entry['method'], { path: `actions.${action}.method`, issues }) as RunMethod;
  if (issues.length > 0) throw new ConfigInvalidError('The configuration', issues);
  return method;
}

/**
 * An action's entry as it is written, its short form written out.
 *
 * @throws {@link ActionNotFoundError} with the names there are.
 * @throws {@link UsageError} when `config` is not a configuration at all.
 */
export function getActionConfig(
  config: PluginConfig | Record<string, unknown>,
  action: string,
): Record<string, unknown> {
  const entries = entriesOf(config);
  if (entries === undefined) {
    throw new UsageError(`Invalid config type: expected a plugin configuration or a mapping, got ${kindOf(config)}.`);
  }
  if (!Object.hasOwn(entries, action)) throw new ActionNotFoundError(action, Object.keys(entries));
  const entry = entries[action];
  if (typeof entry === 'string') return { entrypoint: entry };
  return isMapping(entry) ? { ...entry } : {};
}

/**
 * The lines of a requirements.txt that mean something: trimmed, without blank lines and whole-line comments.
 * Options and comments behind a requirement are kept.
 *
 * @returns null when there is no such file or nothing is left of it.
 */
export function readRequirements(path: string): string[] | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new UsageError(`Requirements file ${path} cannot be read; it must be a text file.`, { cause: error });
  }
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  return lines.length > 0 ? lines : null;
}

/** The entries under `actions`; undefined for what is no configuration. */
function entriesOf(config: unknown): Record<string, unknown> | undefined {
  if (!isMapping(config)) return undefined;
  return isMapping(config['actions']) ? config['actions'] : {};
}
