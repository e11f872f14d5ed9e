import { actionOptionsOf, methodActionsOf } from '../../authoring/decorators/metadata.accessor.js';
import { ActionDefinitionError } from '../../foundation/errors/config.errors.js';
import type { ActionRegistry } from './action-registry.js';
import { entriesOf, unresolvedEntry } from './config-entry.js';
import { nameOfActionClass } from '../../authoring/decorators/name-of-action.js';
import type { LoadedAction, PluginIdentity } from './plugin-identity.js';

/**
 * Notes down the actions that a plugin announces and that cannot run: entries of config.yaml that lead nowhere, and classes that no module
 * of the plugin provides. A plugin without any action is known all the same. One of them must not keep the others from running, and must not be missing without a word either.
 *
 * @param registry - Holds the actions that were found.
 */
export function announceUnavailable(registry: ActionRegistry, identities: readonly PluginIdentity[]): void {
  for (const identity of identities) {
    const { code, config, actions = [] } = identity;
    registry.addPlugin(code);
    const found = registry.list(code);
    const known = new Set(found.map(({ entrypoint }) => entrypoint));
    for (const action of actions.filter(({ entrypoint }) => !known.has(entrypoint))) {
      for (const name of namesOf(action, identity)) registry.addUnavailable(code, name, notProvided(action));
    }
    const names = new Set([...found.map(({ name }) => name), ...registry.unavailable(code).keys()]);
    for (const [key, entry] of Object.entries(config?.actions ?? {})) {
      if (!names.has(key)) registry.addUnavailable(code, key, unresolvedEntry({ key, config: entry }, [...known]));
    }
  }
}

function namesOf({ type, method, entrypoint }: LoadedAction, { config }: PluginIdentity): string[] {
  const options =
    method === undefined
      ? actionOptionsOf(type)
      : methodActionsOf(type).find((action) => action.method === method)?.options;
  const name = options?.name ?? method ?? nameOfActionClass(type.name);
  const entries = entriesOf(config, entrypoint, name);
  return entries.length > 0 ? entries.map(({ key }) => key) : [name];
}

function notProvided({ type, entrypoint }: LoadedAction): ActionDefinitionError {
  return new ActionDefinitionError(
    `${type.name} carries @Action, but none of the plugin's own Nest modules provides it. Add it to the providers of one of them.`,
    { details: { class: type.name, entrypoint } },
  );
}
