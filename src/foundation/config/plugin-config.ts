import { ConfigInvalidError } from '../errors/config.errors.js';
import type {
  AnnotationCategory,
  AnnotationType,
  MediaType,
  PackageManager,
  PluginCategory,
  RunMethod,
  SmartToolType,
  UnknownParams,
} from './enums.js';
import { ACTION_FIELDS, PLUGIN_FIELDS } from './plugin-config.fields.js';
import { isMapping, readMapping, type ConfigIssue } from './read-mapping.js';

/** The class that an action's params are instances of. */
export type ParamsClass = abstract new (...args: never[]) => object;

/** One entry under `actions` in config.yaml, every default filled in. Keys are the file's. */
export interface ActionConfig {
  readonly name: string;
  readonly description: string;
  /** `path/to/file:ClassName`, relative to the plugin folder; empty when only the code knows. */
  readonly entrypoint: string;
  /** @defaultValue `task` */
  readonly method: RunMethod;
  /** Never in a file: set where the configuration is made in memory. */
  readonly params_schema: ParamsClass | null;
  /** Name of a semantic data type. */
  readonly input_type: string | null;
  readonly output_type: string | null;
  /** Overrides the plugin's; see {@link unknownParamsOf}. */
  readonly unknown_params?: UnknownParams;
}

/** A plugin's config.yaml, every default filled in. Keys are the file's; keys this version does not know are kept. */
export interface PluginConfig {
  readonly name: string;
  /** Unique id of the plugin. */
  readonly code: string;
  /** @defaultValue `0.1.0` */
  readonly version: string;
  /** @defaultValue `custom` */
  readonly category: PluginCategory;
  readonly description: string;
  /** Path of the readme in the plugin folder. @defaultValue `README.md` */
  readonly readme: string;
  /** @defaultValue `pip` */
  readonly package_manager: PackageManager;
  readonly package_manager_options: readonly string[];
  /** Folder with `.whl` files. @defaultValue `wheels` */
  readonly wheels_dir: string;
  /** Environment values of the plugin's runs, of any type. */
  readonly env: Readonly<Record<string, unknown>>;
  /** Handed to Ray as it is. */
  readonly runtime_env: Readonly<Record<string, unknown>>;
  readonly data_type: MediaType | null;
  /** `<media>.<task>` by convention; not checked. */
  readonly tasks: readonly string[];
  readonly supported_data_type: readonly MediaType[];
  readonly annotation_category: AnnotationCategory | null;
  readonly annotation_type: AnnotationType | null;
  readonly smart_tool: SmartToolType | null;
  readonly actions: Readonly<Record<string, ActionConfig>>;
  /** Pipelines by name, as written. */
  readonly pipelines?: Readonly<Record<string, unknown>>;
  /** What happens to params a params class does not have; see {@link unknownParamsOf}. */
  readonly unknown_params?: UnknownParams;
}

/** The keys that were written, as opposed to filled in. Not enumerable, so copies and JSON hold configuration only. */
const DECLARED = Symbol.for('synapse:declared-keys');

/**
 * Makes a plugin configuration from plain values, as code would: unlike in a file, each action needs its `name`.
 *
 * @throws {@link ConfigInvalidError} with every broken rule.
 */
export function createPluginConfig(values: unknown, source = 'The plugin configuration'): PluginConfig {
  const issues: ConfigIssue[] = [];
  const config = readPluginValues(values, issues);
  if (issues.length > 0) throw new ConfigInvalidError(source, issues);
  return config;
}

/**
 * Makes one action's configuration from plain values.
 *
 * @throws {@link ConfigInvalidError} with every broken rule.
 */
export function createActionConfig(values: unknown, source = 'The action configuration'): ActionConfig {
  const issues: ConfigIssue[] = [];
  const config = readActionValues(values, '', issues);
  if (issues.length > 0) throw new ConfigInvalidError(source, issues);
  return config;
}

/** Reads plain values into a configuration; what is wrong goes to `issues`, and then the result is not to be used. */
export function readPluginValues(values: unknown, issues: ConfigIssue[]): PluginConfig {
  const read = readMapping(values, PLUGIN_FIELDS, { path: '', issues });
  const actions: Record<string, ActionConfig> = {};
  for (const [key, entry] of Object.entries(isMapping(read.actions) ? read.actions : {})) {
    // `__proto__` as a key must become a key, not a prototype.
    Object.defineProperty(actions, key, {
      value: readActionValues(entry, `actions.${key}`, issues),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return { ...read, actions } as unknown as PluginConfig;
}

function readActionValues(values: unknown, path: string, issues: ConfigIssue[]): ActionConfig {
  const config = readMapping(values, ACTION_FIELDS, { path, issues });
  const declared = new Set(isMapping(values) ? Object.keys(values) : []);
  return Object.defineProperty(config, DECLARED, { value: declared }) as unknown as ActionConfig;
}

/**
 * Whether an action's entry holds `key` itself. A default that was only filled in must not override what the
 * decorator says.
 */
export function isDeclared(config: ActionConfig, key: keyof ActionConfig): boolean {
  const declared = (config as { [DECLARED]?: ReadonlySet<string> })[DECLARED];
  return declared === undefined ? config[key] !== undefined : declared.has(key);
}

/** The keys of a configuration or of an action's entry that this version gives no meaning to. */
export function extraKeysOf(config: PluginConfig | ActionConfig): Record<string, unknown> {
  const known = 'code' in config && 'actions' in config ? PLUGIN_FIELDS : ACTION_FIELDS;
  return Object.fromEntries(Object.entries(config).filter(([key]) => !Object.hasOwn(known, key)));
}

/** What happens to unknown params of this action: what its entry says, else what the plugin says, else they are refused. */
export function unknownParamsOf(config: PluginConfig, action: string): UnknownParams {
  const entry = Object.hasOwn(config.actions, action) ? config.actions[action] : undefined;
  return entry?.unknown_params ?? config.unknown_params ?? 'refuse';
}
