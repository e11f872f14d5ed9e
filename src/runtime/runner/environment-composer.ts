import { PluginEnvironment } from '../../foundation/environment/plugin-environment.js';
import type { ActionDefinition } from '../discovery/action-definition.js';

/** Lays environments over each other: the process's, then the plugin's configuration, then the caller's. Later ones win. */
export class EnvironmentComposer {
  readonly #base: PluginEnvironment;
  readonly #byConfig = new WeakMap<object, PluginEnvironment>();

  constructor(base: PluginEnvironment) {
    this.#base = base;
  }

  /** Made once per plugin: merging copies the whole environment, and most runs only hand it on. */
  forPlugin(definition: ActionDefinition): PluginEnvironment {
    const { env } = definition;
    let composed = this.#byConfig.get(env);
    if (!composed) {
      composed =
        Object.keys(env).length === 0 ? this.#base : PluginEnvironment.merge(this.#base, new PluginEnvironment(env));
      this.#byConfig.set(env, composed);
    }
    return composed;
  }
}

/** The environment of one run: what the caller brings, over what all runs of the plugin have. */
export function environmentOfRun(
  shared: PluginEnvironment,
  own: PluginEnvironment | Readonly<Record<string, unknown>>,
): PluginEnvironment {
  return PluginEnvironment.merge(shared, own instanceof PluginEnvironment ? own : new PluginEnvironment(own));
}
