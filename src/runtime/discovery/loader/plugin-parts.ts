import type { ClassOf } from '../../../authoring/decorators/action.decorator.js';
import { createPluginConfig, type PluginConfig } from '../../../foundation/config/plugin-config.js';
import type { PluginConfigFile } from '../../../foundation/config/plugin-config-file.js';
import type { PluginCategory } from '../../../foundation/config/enums.js';
import type { PluginSource } from '../action-definition.js';
import type { LoadedAction } from '../plugin-identity.js';
import { exportedClassesOf } from './exported-classes.js';

/** What a plugin's Nest module is made of. */
export interface PluginParts {
  readonly configFile: { readonly config: PluginConfig };
  readonly source?: PluginSource;
  readonly actions: readonly LoadedAction[];
  readonly steps: readonly ClassOf<object>[];
  /** Nest modules of the plugin's own. */
  readonly modules: readonly ClassOf<object>[];
  readonly injectables: readonly ClassOf<object>[];
  /** What files export as pipelines, by their names in the configuration; an error in the place of one that could not be loaded. */
  readonly pipelines?: ReadonlyMap<string, unknown>;
}

/** A plugin whose code was read from files and is in memory. */
export interface LoadedPlugin extends PluginParts {
  readonly configFile: PluginConfigFile;
  readonly source: PluginSource;
}

/** What a plugin without a config.yaml is called. */
export interface PluginNaming {
  /** For people. */
  readonly name: string;
  /** Runs name the plugin by it. @defaultValue the name, dots replaced by dashes */
  readonly code?: string;
  /** @defaultValue `custom` */
  readonly category?: PluginCategory;
}

/**
 * A Nest module as a plugin of its own: the actions that it and its imports provide run under the plugin's code.
 *
 * @throws ConfigInvalidError when name, code or category are not what they should be.
 */
export function pluginOfModule(type: ClassOf<object>, naming: PluginNaming): PluginParts {
  return pluginOfClasses([[type.name, type]], naming);
}

/**
 * Classes in memory as a plugin.
 *
 * @param exported - Classes and the names under which they are exported.
 */
export function pluginOfClasses(exported: Iterable<readonly [string, unknown]>, naming: PluginNaming): PluginParts {
  return { configFile: { config: configOf(naming) }, ...exportedClassesOf(exported, naming.name) };
}

function configOf({ name, code = name?.replaceAll('.', '-'), category }: PluginNaming): PluginConfig {
  return createPluginConfig({ name, code, ...(category !== undefined && { category }) });
}
