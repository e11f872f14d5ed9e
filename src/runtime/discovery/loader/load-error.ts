import { PluginLoadError } from '../../../foundation/errors/config.errors.js';
import { messageOf } from '../../../foundation/errors/synapse.error.js';
import { sourcePlaceOf } from './source-place.js';

/** What a plugin's code threw while it was imported, as an error that names the plugin. */
export function loadErrorOf(plugin: string, thrown: unknown): PluginLoadError {
  if (thrown instanceof PluginLoadError) return thrown;
  const place = sourcePlaceOf(plugin, thrown);
  const where = place === undefined ? '' : ` (${place})`;
  return new PluginLoadError(
    `The plugin in ${plugin} cannot be loaded: ${messageOf(thrown)}${where}. Code at the top of its files throws, or imports something that does.`,
    { cause: thrown, details: { path: plugin, ...(place !== undefined && { place }) } },
  );
}
