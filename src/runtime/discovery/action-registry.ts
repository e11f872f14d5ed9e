import { distance } from 'fastest-levenshtein';
import { ActionNotFoundError, PluginNotFoundError } from '../../foundation/errors/plugin.errors.js';
import { DuplicateNameError } from '../../foundation/errors/config.errors.js';
import { UsageError } from '../../foundation/errors/run.errors.js';
import type { SynapseError } from '../../foundation/errors/synapse.error.js';
import type { ActionDefinition } from './action-definition.js';

/** The actions of an application by plugin and name. Filled once, when the application starts. */
export class ActionRegistry {
  readonly #byPlugin = new Map<string, Map<string, ActionDefinition>>();
  /** Null marks a name that more than one plugin has. */
  readonly #byName = new Map<string, ActionDefinition | null>();
  readonly #unavailable = new Map<string, Map<string, SynapseError>>();

  /** @throws {@link DuplicateNameError} when the plugin has an action of that name already. */
  add(definition: ActionDefinition): void {
    const { plugin, name } = definition;
    const actions = this.#byPlugin.get(plugin) ?? new Map<string, ActionDefinition>();
    this.#byPlugin.set(plugin, actions);
    const earlier = actions.get(name);
    if (earlier) throw new DuplicateNameError('action', name, [earlier.entrypoint, definition.entrypoint]);
    actions.set(name, definition);
    this.#byName.set(name, this.#byName.has(name) ? null : definition);
  }

  /** Notes down that the application has this plugin, whether or not it has actions. */
  addPlugin(plugin: string): void {
    if (!this.#byPlugin.has(plugin)) this.#byPlugin.set(plugin, new Map());
  }

  /**
   * Notes down why an action that a plugin announces cannot run. The others run all the same; whoever asks for this one is told.
   * A name that an action has already stays with it.
   */
  addUnavailable(plugin: string, name: string, reason: SynapseError): void {
    const known = this.#unavailable.get(plugin) ?? new Map<string, SynapseError>();
    this.#unavailable.set(plugin, known);
    known.set(name, reason);
  }

  /** The actions of a plugin that cannot run, and why. */
  unavailable(plugin: string): ReadonlyMap<string, SynapseError> {
    return this.#unavailable.get(plugin) ?? new Map<string, SynapseError>();
  }

  /**
   * The action called `name`.
   *
   * @param plugin - Code of its plugin; may be left out when only one plugin has an action of that name.
   * @throws {@link ActionNotFoundError} with the nearest name; {@link UsageError} when several plugins have one; for an action
   * that was announced but cannot run, the reason.
   */
  resolve(name: string, plugin?: string): ActionDefinition {
    const definition = plugin === undefined ? this.#byName.get(name) : this.#byPlugin.get(plugin)?.get(name);
    return definition ?? this.#refuse(name, plugin);
  }

  /** The action or pipeline of a plugin that is called `name`, if there is one. */
  find(name: string, plugin: string): ActionDefinition | undefined {
    return this.#byPlugin.get(plugin)?.get(name);
  }

  /** All actions, or those of one plugin, in the order they were found. Pipelines are none. */
  list(plugin?: string): readonly ActionDefinition[] {
    return this.#all(plugin).filter(({ isPipeline }) => !isPipeline);
  }

  /** All pipelines, or those of one plugin. Their names begin with `pipeline:`. */
  pipelines(plugin?: string): readonly ActionDefinition[] {
    return this.#all(plugin).filter(({ isPipeline }) => isPipeline);
  }

  /** Codes of the plugins that have actions. */
  plugins(): readonly string[] {
    return [...this.#byPlugin.keys()].filter((plugin) => this.list(plugin).length > 0);
  }

  #all(plugin: string | undefined): ActionDefinition[] {
    if (plugin !== undefined) return [...(this.#byPlugin.get(plugin)?.values() ?? [])];
    return [...this.#byPlugin.values()].flatMap((actions) => [...actions.values()]);
  }

  #refuse(name: string, plugin: string | undefined): never {
    const reason = this.#reasonFor(name, plugin);
    if (reason) throw reason;
    if (plugin !== undefined && !this.#byPlugin.has(plugin)) throw new PluginNotFoundError(plugin, this.plugins());
    const owners = this.plugins().filter((code) => this.#byPlugin.get(code)?.has(name));
    if (plugin === undefined && owners.length > 1) {
      throw new UsageError(`Action '${name}' exists in several plugins: ${owners.join(', ')}. Name one of them.`, {
        details: { action: name, plugins: owners },
      });
    }
    const known = this.list(plugin).map((definition) => definition.name);
    const isEmpty = plugin !== undefined && known.length === 0 && this.unavailable(plugin).size === 0;
    throw new ActionNotFoundError(name, known, nearest(name, known), isEmpty ? plugin : undefined);
  }

  #reasonFor(name: string, plugin: string | undefined): SynapseError | undefined {
    if (plugin !== undefined) return this.#unavailable.get(plugin)?.get(name);
    if (this.#byName.has(name)) return undefined;
    return [...this.#unavailable.values()].map((reasons) => reasons.get(name)).find((reason) => reason !== undefined);
  }
}

/**
 * The known word that `word` was probably meant to be: at most four tenths of its letters differ, rounded up where both begin alike.
 * The dashes of flags are no letters.
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const wanted = lettersOf(word);
  const [best] = known
    .map((candidate) => ({ candidate, letters: lettersOf(candidate) }))
    .map(({ candidate, letters }) => ({ candidate, letters, edits: distance(wanted, letters) }))
    .sort((left, right) => left.edits - right.edits);
  if (!best || best.edits >= Math.max(wanted.length, best.letters.length)) return undefined; // they share nothing
  const share = wanted.length * 0.4;
  const allowed = Math.max(1, wanted[0] === best.letters[0] ? Math.ceil(share) : Math.floor(share));
  return best.edits <= allowed ? best.candidate : undefined;
}

function lettersOf(word: string): string {
  return word.toLowerCase().replace(/^-+/, '');
}
