import type { Type } from '@nestjs/common';
import type { PluginEnvironment } from '../../foundation/environment/plugin-environment.js';
import { secretFieldsOf } from '../../foundation/schema/secret-fields.js';
import type { ActionDefinition } from '../discovery/action-definition.js';
import type { EnvironmentComposer } from './environment-composer.js';

/** What every run of an action needs to know, and which is the same for all of them. */
export interface DefinitionFacts {
  /** Dotted paths of the secret fields of its params. */
  readonly secretPaths: readonly string[];
  /** The process's environment under that of the plugin. */
  readonly env: PluginEnvironment;
}

/** Works out the facts of each definition once. */
export class DefinitionFactsCache {
  readonly #facts = new WeakMap<ActionDefinition, DefinitionFacts>();

  constructor(private readonly environments: EnvironmentComposer) {}

  of(definition: ActionDefinition): DefinitionFacts {
    let facts = this.#facts.get(definition);
    if (!facts) this.#facts.set(definition, (facts = this.#workOut(definition)));
    return facts;
  }

  #workOut(definition: ActionDefinition): DefinitionFacts {
    const { paramsType, secretPaths = [] } = definition;
    const declared = paramsType ? secretFieldsOf(paramsType as Type<object>) : [];
    return {
      secretPaths: [...new Set([...declared, ...secretPaths])],
      env: this.environments.forPlugin(definition),
    };
  }
}
