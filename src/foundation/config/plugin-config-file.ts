import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isAlias, isMap, isNode, isScalar } from 'yaml';
import { ConfigInvalidError, ConfigNotFoundError } from '../errors/config.errors.js';
import { messageOf } from '../errors/synapse.error.js';
import { type ActionConfig, extraKeysOf, readPluginValues, type PluginConfig } from './plugin-config.js';
import { isMapping, type ConfigIssue } from './read-mapping.js';
import { parseYamlMapping, type YamlDocument } from './yaml-document.js';

/** Name of a plugin's configuration file in its folder. */
const CONFIG_FILE_NAME = 'config.yaml';

/** A config.yaml that was read and found valid. */
export interface PluginConfigFile {
  /** Path of the file. */
  readonly path: string;
  /** The file as it is, byte order mark and line endings included. */
  readonly text: string;
  readonly config: PluginConfig;
  /** The file's values as written, without defaults. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Values that other YAML readers understand differently, as sentences. */
  readonly warnings: readonly string[];
}

/**
 * Reads the text of a config.yaml: an action without a name is called by its key, `train: plugin/acts:Train` is short for
 * an entry with that entrypoint, and nothing under `actions` means no actions.
 *
 * @param path - Where the text is from; error messages name it.
 * @throws {@link ConfigInvalidError} with every broken rule and its line.
 */
export function parsePluginConfig(text: string, path: string): PluginConfigFile {
  const yaml = parseYamlMapping(text, path);
  if (yaml.isEmpty) {
    const message = `is empty; a plugin's configuration has at least 'name' and 'code'`;
    throw new ConfigInvalidError(path, [{ path: '', code: 'empty', message }]);
  }
  const issues: ConfigIssue[] = keysThatAreNotText(yaml);
  const config = readPluginValues(withNamedActions(yaml.values), issues);
  if (issues.length > 0)
    throw new ConfigInvalidError(
      path,
      issues.map((issue) => withLine(issue, yaml)),
    );
  return { path, text, config, values: yaml.values, warnings: [...yaml.warnings, ...unknownKeys(config, yaml)] };
}

/** A key that nothing reads is most often a mistyped one; not so `x-…`, and what is there to be repeated elsewhere in the file. */
function unknownKeys(config: PluginConfig, yaml: YamlDocument): string[] {
  const sentence = (path: readonly string[]): string =>
    `Line ${yaml.lineOf(path)}: nothing reads the key '${path.join('.')}'; is it mistyped? A name that starts with x- says that it is meant.`;
  const unknownOf = (entry: PluginConfig | ActionConfig): string[] =>
    Object.keys(extraKeysOf(entry)).filter((key) => !key.startsWith('x-'));
  return [
    ...unknownOf(config)
      .filter((key) => !isAnchored(yaml.document.get(key, true)))
      .map((key) => sentence([key])),
    ...Object.entries(config.actions).flatMap(([name, action]) =>
      unknownOf(action).map((key) => sentence(['actions', name, key])),
    ),
  ];
}

function isAnchored(node: unknown): boolean {
  return isNode(node) && !isAlias(node) && node.anchor !== undefined;
}

/**
 * Reads a plugin's configuration.
 *
 * @param path - The file, of whatever name, or the folder that holds a config.yaml.
 * @throws {@link ConfigNotFoundError} when there is no such file.
 * @throws {@link ConfigInvalidError} when it cannot be read or breaks a rule.
 */
export function readPluginConfig(path: string): PluginConfigFile {
  const file = configPathOf(path);
  return parsePluginConfig(readConfigText(file), file);
}

/** The file itself, or the config.yaml of a folder. Says nothing about whether it exists. */
export function configPathOf(path: string): string {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ? join(path, CONFIG_FILE_NAME) : path;
}

/**
 * The text of a configuration file, byte order mark included.
 *
 * @throws {@link ConfigNotFoundError} when there is no such file.
 * @throws {@link ConfigInvalidError} when it cannot be read as UTF-8 text.
 */
export function readConfigText(file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(file));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new ConfigNotFoundError(file);
    const message =
      code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'is not UTF-8 text' : `cannot be read: ${messageOf(error)}`;
    throw new ConfigInvalidError(file, [{ path: '', code: 'unreadable', message }], { cause: error });
  }
}

/** The values with each action's entry in its long form. */
function withNamedActions(values: Record<string, unknown>): Record<string, unknown> {
  if (!isMapping(values['actions'])) return values;
  const entries = Object.entries(values['actions']).map(([key, entry]) => [key, longFormOf(key, entry)]);
  return { ...values, actions: Object.fromEntries(entries) as unknown };
}

function longFormOf(key: string, entry: unknown): unknown {
  if (typeof entry === 'string') return { name: key, entrypoint: entry };
  if (entry === null) return { name: key };
  return isMapping(entry) && !Object.hasOwn(entry, 'name') ? { name: key, ...entry } : entry;
}

/** `1:` and `true:` are a number and a boolean to YAML; as names they would silently become text. */
function keysThatAreNotText({ document }: YamlDocument): ConfigIssue[] {
  const places = [
    ['', document.contents],
    ['actions.', document.getIn(['actions'], true)],
  ] as const;
  return places.flatMap(([prefix, map]) =>
    (isMap(map) ? map.items : [])
      .map(({ key }) => key)
      .filter((key) => isScalar(key) && typeof key.value !== 'string')
      .map((key) => ({
        path: `${prefix}${String(key)}`,
        code: 'string_type',
        message: 'is a key that is not text; put it in quotes',
      })),
  );
}

function withLine(issue: ConfigIssue, yaml: YamlDocument): ConfigIssue {
  const line = yaml.lineOf(issue.path.split('.'));
  return line === undefined ? issue : { ...issue, line, message: `${issue.message} (line ${line})` };
}
