import type { ActionConfig, PluginConfig } from '../../foundation/config/plugin-config.js';
import { createActionConfig } from '../../foundation/config/plugin-config.js';
import { DuplicateNameError, type EntrypointInvalidError } from '../../foundation/errors/config.errors.js';
import { UsageError } from '../../foundation/errors/run.errors.js';
import type { ClassOf } from '../../authoring/decorators/action.decorator.js';
import { actionOptionsOf, methodActionsOf } from '../../authoring/decorators/metadata.accessor.js';
import { defineActions, type UnboundAction } from './define-action.js';
import { isClass } from './loader/exported-classes.js';
import type { PluginLoader } from './loader/plugin-loader.js';
import { type PluginNaming, type PluginParts, pluginOfClasses } from './loader/plugin-parts.js';
import type { LoadedAction } from './plugin-identity.js';
import type { OutlinedAction } from './plugin-outline.js';

/** An action as it is known before its class is. */
export interface KnownAction {
  readonly config: ActionConfig;
  /** Why its entry in config.yaml leads nowhere, if it does. */
  readonly unresolved?: EntrypointInvalidError;
}

/** An action with its class. */
export interface DefinedAction {
  readonly found: { readonly type: ClassOf<object> };
  readonly action: UnboundAction;
}

/** What a {@link PluginDiscovery} looks at. */
export interface DiscoveredPlugin {
  readonly config: PluginConfig;
  readonly actions: ReadonlyMap<string, KnownAction>;
  /** Absent for a plugin without a folder. */
  readonly configPath?: string;
  /** The actions with their classes; loads the code at the first call. */
  readonly load: () => Promise<ReadonlyMap<string, DefinedAction>>;
}

export async function pluginFromPath(path: string, loader: PluginLoader): Promise<DiscoveredPlugin> {
  const { outlinePlugin, refuseFaults } = await import('./plugin-outline.js');
  const outline = outlinePlugin(path);
  refuseFaults(outline);
  const { configFile, actions, unresolved } = outline;
  const reasons = new Map(unresolved.map((error) => [error.details['action'], error]));
  const known = actions.flatMap(({ name, ...action }) =>
    name === null ? [] : [[name, { config: configOf(name, action), unresolved: reasons.get(name) }] as const],
  );
  let loading: Promise<ReadonlyMap<string, DefinedAction>> | undefined;
  const load = (): Promise<ReadonlyMap<string, DefinedAction>> => (loading ??= loader.load(path).then(definitionsOf));
  return { config: configFile.config, configPath: configFile.path, actions: new Map(known), load };
}

/** The entry of config.yaml with what the decorator adds to it. */
function configOf(
  name: string,
  { config, description, method, entrypoint, inputType, outputType }: Omit<OutlinedAction, 'name'>,
): ActionConfig {
  return createActionConfig({
    ...config,
    name: config?.name ?? name,
    description,
    entrypoint: config?.entrypoint || entrypoint,
    ...(method !== undefined && { method }),
    input_type: inputType,
    output_type: outputType,
  });
}

export function pluginFromClasses(exported: object, naming: PluginNaming): DiscoveredPlugin {
  const parts = pluginOfClasses(byName(exported), naming);
  const definitions = definitionsOf(parts);
  const known = [...definitions].map(([name, { action }]) => [name, { config: configOfDefinition(action) }] as const);
  return { config: parts.configFile.config, actions: new Map(known), load: () => Promise.resolve(definitions) };
}

/** Exported values in alphabetical order; private ones left out. */
function byName(exported: object): (readonly [string, unknown])[] {
  if (typeof exported !== 'object' || exported === null) {
    throw new UsageError(
      `fromModule takes a module's namespace or a list of classes, got ${typeof exported === 'string' ? `'${exported}'` : typeof exported}. ` +
        `Import the module and hand it over: import * as actions from './actions.js'.`,
    );
  }
  const values = Array.isArray(exported)
    ? (exported as unknown[]).map((type) => [classNameOf(type), type] as const)
    : Object.entries(exported);
  return values
    .filter(([name]) => !name.startsWith('_'))
    .sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
}

function classNameOf(value: unknown): string {
  if (isClass(value)) return value.name;
  throw new UsageError(
    `fromModule takes a list of classes, and one of them is ${typeof value === 'string' ? `'${value}'` : typeof value}.`,
  );
}

function configOfDefinition(action: UnboundAction): ActionConfig {
  return createActionConfig({
    name: action.name,
    description: action.description,
    entrypoint: action.entrypoint,
    ...(action.method !== undefined && { method: action.method }),
    params_schema: action.paramsType ?? null,
    input_type: action.inputTypeName ?? null,
    output_type: action.outputTypeName ?? null,
  });
}

/** @throws {@link DuplicateNameError} */
function definitionsOf({ configFile: { config }, source, actions }: PluginParts): ReadonlyMap<string, DefinedAction> {
  const defined = new Map<string, DefinedAction>();
  for (const loaded of actions) {
    for (const action of definitionsOfClass(loaded, { code: config.code, config, source })) {
      const earlier = defined.get(action.name);
      if (earlier) throw new DuplicateNameError('action', action.name, [earlier.action.entrypoint, action.entrypoint]);
      defined.set(action.name, { found: { type: loaded.type }, action });
    }
  }
  return defined;
}

function definitionsOfClass(
  { type, method, entrypoint }: LoadedAction,
  identity: Parameters<typeof defineActions>[1],
): readonly UnboundAction[] {
  const options =
    method === undefined
      ? actionOptionsOf(type)
      : methodActionsOf(type).find((action) => action.method === method)?.options;
  return options ? defineActions({ type, method, options }, identity, entrypoint) : [];
}
