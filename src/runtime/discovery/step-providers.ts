import type { Type } from '@nestjs/common';
import type { StepClass, StepLike } from '../../authoring/steps/base-step.js';
import type { StepResolver } from '../../authoring/steps/step-registry.js';
import { StepDefinitionError } from '../../foundation/errors/step.errors.js';
import { type Host, modulesFrom, type Provider } from './action-owners.js';
import { singletonOf } from './provider-instance.js';

/** Finds the instances of step classes among the providers of an application. */
export class StepProviders {
  readonly #providers: readonly Provider[];
  #byClass: ReadonlyMap<unknown, readonly Provider[]> | undefined;

  constructor(providers: readonly Provider[]) {
    this.#providers = providers;
  }

  /**
   * What finds steps for an action: in its own module first, then in those that this one imports, then anywhere.
   *
   * @param owner - Name of the action's class; only errors use it.
   * @param host - The module that provides the action.
   */
  resolverFor(owner: string, host: Host): StepResolver {
    return (type) => this.#find(type, owner, host);
  }

  #find(type: StepClass, owner: string, host: Host): StepLike {
    this.#byClass ??= groupedByClass(this.#providers);
    const all = this.#byClass.get(type) ?? [];
    const reachable = modulesFrom(host);
    const near = [
      all.filter((provider) => provider.host === host),
      all.filter(({ host: other }) => reachable.has(other)),
      all,
    ];
    const found = near.find((providers) => providers.length > 0) ?? [];
    const instances = [...new Set(found.map((provider) => singletonOf(provider, type as unknown as Type, 'Step')))];
    const [instance] = instances;
    if (instance === undefined) throw notProvided(type, owner);
    if (instances.length > 1) throw ambiguous(type, owner, found);
    return instance as StepLike;
  }
}

/** Providers by the class that they are asked for by, made of, or hand out: the last is how a factory's product is found. */
function groupedByClass(providers: readonly Provider[]): ReadonlyMap<unknown, readonly Provider[]> {
  const grouped = new Map<unknown, Provider[]>();
  for (const provider of providers) {
    if (provider.isAlias) continue;
    const product: unknown = (provider.instance as object | null | undefined)?.constructor;
    for (const type of new Set<unknown>([provider.token, provider.metatype, product])) {
      if (typeof type !== 'function') continue;
      const known = grouped.get(type);
      if (known) known.push(provider);
      else grouped.set(type, [provider]);
    }
  }
  return grouped;
}

function notProvided({ name }: StepClass, owner: string): StepDefinitionError {
  return new StepDefinitionError(
    `${owner} has the step ${name}, which no module provides. Add ${name} to the providers of the module that provides ${owner}, ` +
      `e.g. SynapseModule.forFeature([${owner}, ${name}]).`,
    { details: { class: name, action_class: owner } },
  );
}

function ambiguous({ name }: StepClass, owner: string, found: readonly Provider[]): StepDefinitionError {
  const modules = found.map(({ host }) => host?.name ?? 'a module');
  return new StepDefinitionError(
    `${owner} has the step ${name}, of which there are ${found.length} instances, in ${modules.join(' and ')}. ` +
      `Provide it in one of them, or beside ${owner}.`,
    { details: { class: name, action_class: owner, modules } },
  );
}
