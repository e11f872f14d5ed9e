import { PluginLoadError } from '../../../foundation/errors/config.errors.js';
import { messageOf } from '../../../foundation/errors/synapse.error.js';

/** What a plugin's code threw while it was imported, as an error that names the plugin. */
export function loadErrorOf(plugin: string, thrown: unknown): PluginLoadError {
  if (thrown instanceof PluginLoadError) return thrown;
  return new PluginLoadError(
    `The plugin in ${plugin} cannot be loaded: ${messageOf(thrown)}. Code at the top of its files throws, or imports something that does.`,
    { cause: thrown, details: { path: plugin } },
  );
}
