import type { PluginConfig } from '../../foundation/config/plugin-config.js';
import type { PluginSource } from './action-definition.js';

/** One decorated class or method as it was found in a plugin's files. */
export interface LoadedAction {
  readonly type: abstract new (...args: never[]) => object;
  /** Set for a method action. */
  readonly method?: string;
  /** `path/to/file:Class`, or `path/to/file:Class.method`. */
  readonly entrypoint: string;
}

/** Which plugin a set of providers belongs to. A module provides one under {@link PLUGIN_IDENTITY}. */
export interface PluginIdentity {
  readonly code: string;
  readonly config?: PluginConfig;
  readonly source?: PluginSource;
  /** The plugin's actions. Without them, every decorated provider of the module is one. */
  readonly actions?: readonly LoadedAction[];
  /** What the plugin's files export as pipelines, by their names in the configuration. */
  readonly pipelines?: ReadonlyMap<string, unknown>;
}

/** Token of a module's {@link PluginIdentity}. */
export const PLUGIN_IDENTITY = 'synapse:plugin-identity';
