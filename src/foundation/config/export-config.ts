import { stringify } from 'yaml';
import { UsageError } from '../errors/run.errors.js';
import { toJsonSafe } from '../schema/json-safe.js';
import { RunMethod } from './enums.js';
import { extraKeysOf, isDeclared, type ActionConfig, type PluginConfig } from './plugin-config.js';
import { isMapping } from './read-mapping.js';

/** What the code knows of an action. An entry in the configuration overrides all but the schemas. */
export interface ActionFacts {
  readonly entrypoint?: string;
  readonly description?: string;
  readonly method?: RunMethod;
  /** Names of semantic types. */
  readonly inputType?: string;
  readonly outputType?: string;
  /** The FormKit list of the params, item by item. */
  readonly paramsUiSchema?: readonly unknown[];
  /** The FormKit list of the result. */
  readonly resultUiSchema?: readonly unknown[];
}

/** What goes into an export besides the configuration. */
export interface ExportOptions {
  /** By action name; an action that only the code knows is exported as well. @defaultValue none */
  readonly actions?: Readonly<Record<string, ActionFacts>>;
  /** Whether the FormKit lists are part of it. @defaultValue true */
  readonly includeUiSchemas?: boolean;
}

/**
 * The whole of a plugin as plain JSON values, in the form of config.yaml: every key that says something, keys this
 * version does not know included, and for each action what its entry says, completed by what the code knows.
 *
 * @throws {@link UsageError} when the configuration was made in memory and holds a value that contains itself.
 */
export function toConfigDict(config: PluginConfig, options: ExportOptions = {}): Record<string, unknown> {
  const { name, code, version, category, description, readme } = config;
  const { data_type, tasks, package_manager, package_manager_options, wheels_dir, env, runtime_env } = config;
  const { supported_data_type, annotation_category, annotation_type, smart_tool, unknown_params, pipelines } = config;
  const dict = {
    ...{ name, code, version, category, description, readme },
    ...said({ data_type, tasks, supported_data_type, annotation_category, annotation_type, smart_tool }),
    ...said({ package_manager, package_manager_options, wheels_dir, env, runtime_env, unknown_params }),
    ...extraKeysOf(config),
    actions: actionsOf(config, options),
    ...said({ pipelines }),
  };
  return plain(dict);
}

/**
 * A plain value as YAML: one key a line, in the given order, without aliases or tags. Text that YAML 1.1 readers would
 * take for something else is in quotes.
 */
export function toConfigYaml(dict: Readonly<Record<string, unknown>>): string {
  return stringify(plain(dict), { lineWidth: 0, aliasDuplicateObjects: false, compat: 'yaml-1.1' });
}

function actionsOf(
  config: PluginConfig,
  { actions = {}, includeUiSchemas = true }: ExportOptions,
): Record<string, unknown> {
  const names = new Set([...Object.keys(config.actions), ...Object.keys(actions)]);
  return Object.fromEntries(
    [...names].map((name) => {
      const entry = Object.hasOwn(config.actions, name) ? config.actions[name] : undefined;
      const facts = Object.hasOwn(actions, name) ? (actions[name] ?? {}) : {};
      const schemas = includeUiSchemas ? schemasOf(facts, entry) : {};
      return [name, { ...entryOf(name, entry, facts), ...schemas }];
    }),
  );
}

function entryOf(name: string, entry: ActionConfig | undefined, facts: ActionFacts): Record<string, unknown> {
  if (entry === undefined) return entryOfFacts(facts);
  const { entrypoint, description, input_type, output_type, unknown_params } = entry;
  return {
    ...said({ name: entry.name === name ? undefined : entry.name }),
    ...entryOfFacts(facts),
    ...(isDeclared(entry, 'method') || facts.method === undefined ? { method: entry.method } : {}),
    ...said({ entrypoint, description, input_type, output_type, unknown_params }),
    ...extraKeysOf(entry),
  };
}

function entryOfFacts(facts: ActionFacts): Record<string, unknown> {
  const { entrypoint = '', method = RunMethod.Task, description, inputType, outputType } = facts;
  return { entrypoint, method, ...said({ description, input_type: inputType, output_type: outputType }) };
}

/** The keys the platform reads the lists from: for every action, whatever the first one's name says. */
function schemasOf(facts: ActionFacts, entry: ActionConfig | undefined): Record<string, unknown> {
  const written = entry ? extraKeysOf(entry)['hyperparameters'] : undefined;
  const hyperparameters = facts.paramsUiSchema
    ? { ...(isMapping(written) ? written : {}), train_ui_schemas: facts.paramsUiSchema }
    : undefined;
  // Every action has the first list, be it empty: the platform reads it without asking.
  return { ...(hyperparameters && { hyperparameters }), ...said({ result_schema: facts.resultUiSchema }) };
}

/** Only what says something: not nothing, and not empty. */
function said(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => !isEmpty(value)));
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return isMapping(value) && Object.keys(value).length === 0;
}

/** Values of a language, such as dates, sets or big integers, as what every reader knows. */
function plain(dict: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const safe = toJsonSafe(dict);
  if (safe !== undefined) return safe as Record<string, unknown>;
  throw new UsageError('The configuration holds a value that contains itself, which a file cannot. Break the circle.');
}
