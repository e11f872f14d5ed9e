import { isSameEntrypoint } from '../../foundation/config/entrypoint-form.js';
import type { ActionConfig, PluginConfig } from '../../foundation/config/plugin-config.js';
import { EntrypointInvalidError } from '../../foundation/errors/config.errors.js';
import { nearest } from './action-registry.js';

/** An entry of config.yaml; `key` is the name its action runs by. */
export interface ConfigEntry {
  readonly key: string;
  readonly config: ActionConfig;
}

/**
 * The entries that speak of one action of the code: all that name its entrypoint, in whatever form; else the one with its name,
 * unless that names other code.
 */
export function entriesOf(config: PluginConfig | undefined, entrypoint: string, name: string): ConfigEntry[] {
  const actions = config?.actions ?? {};
  const named = Object.entries(actions).filter(
    ([, entry]) =>
      entry.entrypoint === entrypoint || (entry.entrypoint !== '' && isSameEntrypoint(entry.entrypoint, entrypoint)),
  );
  if (named.length > 0) return named.map(([key, entry]) => ({ key, config: entry }));
  const byName = Object.hasOwn(actions, name) ? actions[name] : undefined;
  return byName?.entrypoint === '' ? [{ key: name, config: byName }] : [];
}

/** Why an entry of config.yaml leads to no action, with what there is instead. */
export function unresolvedEntry({ key, config }: ConfigEntry, known: readonly string[]): EntrypointInvalidError {
  const has = known.length > 0 ? `The plugin has ${known.join(', ')}.` : 'The plugin has none at all.';
  if (config.entrypoint === '') {
    return new EntrypointInvalidError(
      key,
      '',
      `config.yaml names none, and no class or method carries @Action under this name. ${has} Correct the entry, or remove it.`,
    );
  }
  const suggestion = nearest(config.entrypoint, known);
  return new EntrypointInvalidError(
    key,
    config.entrypoint,
    `no class or method with @Action is there. ${has}${suggestion === undefined ? '' : ` Did you mean '${suggestion}'?`} ` +
      `Correct the entry in config.yaml, or add the decorator.`,
  );
}
