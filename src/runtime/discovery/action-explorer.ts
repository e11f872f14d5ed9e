import { Injectable, type Type } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { actionOptionsOf, methodActionsOf } from '../../authoring/decorators/metadata.accessor.js';
import { ActionDefinitionError } from '../../foundation/errors/config.errors.js';
import { type ActionInstance, ActionOwners, type Provider } from './action-owners.js';
import { ActionRegistry } from './action-registry.js';
import { bindAction } from './bind-action.js';
import { defineActions, type FoundAction } from './define-action.js';
import { singletonOf } from './provider-instance.js';
import { StepProviders } from './step-providers.js';
import { announceUnavailable } from './unavailable-actions.js';

/** Finds the actions of an application by walking its providers once. */
@Injectable()
export class ActionExplorer {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly registry: ActionRegistry,
  ) {}

  /**
   * Adds every provider that carries `@Action`, on itself or on a method, to the registry.
   *
   * @param hostCode - Plugin code of providers that belong to no plugin module.
   * @throws ActionDefinitionError for a provider that cannot be an action; StepDefinitionError for its steps; DuplicateNameError for a name used twice.
   */
  explore(hostCode: string): void {
    const providers = this.discovery.getProviders();
    const owners = new ActionOwners(providers, hostCode);
    const steps = new StepProviders(providers);
    for (const [type, instances] of this.#decorated(providers)) {
      for (const { identity, instance, host, entrypoint } of owners.of(type, instances)) {
        for (const action of foundActionsOf(type)) {
          for (const definition of defineActions(action, identity, entrypoint(action.method))) {
            this.registry.add(bindAction(definition, action, instance, steps.resolverFor(type.name, host)));
          }
        }
      }
    }
    announceUnavailable(this.registry, owners.identities);
    for (const { metatype } of this.discovery.getControllers()) refuseController(metatype);
  }

  /** Decorated classes with their instances, each instance once: an alias or a factory may hand out another provider's. */
  #decorated(providers: readonly Provider[]): ReadonlyMap<Type, readonly ActionInstance[]> {
    const found = new Map<Type, ActionInstance[]>();
    for (const provider of providers) {
      const type = decoratedTypeOf(provider);
      if (!type) continue;
      const instances = found.get(type) ?? [];
      found.set(type, instances);
      const instance = singletonOf(provider, type, 'Action');
      if (!instances.some((known) => known.instance === instance)) instances.push({ instance, host: provider.host });
    }
    return found;
  }
}

/**
 * The decorated class that a provider stands for: its own or its product's, else the token's. The last is how a test puts a
 * plain object in an action's place.
 */
function decoratedTypeOf({ metatype, inject, instance, isAlias, token }: Provider): Type | undefined {
  if (isAlias) return undefined;
  const isClass = typeof metatype === 'function' && !inject && metatype.prototype !== undefined;
  const product: unknown = isClass ? metatype : (instance as object | null | undefined)?.constructor;
  if (isDecoratedClass(product)) return product;
  return token !== product && isDecoratedClass(token) ? token : undefined;
}

function isDecoratedClass(type: unknown): type is Type {
  return typeof type === 'function' && isDecorated(type);
}

function isDecorated(type: object): boolean {
  return actionOptionsOf(type) !== undefined || methodActionsOf(type).length > 0;
}

function foundActionsOf(type: Type): FoundAction[] {
  const options = actionOptionsOf(type);
  return [
    ...(options ? [{ type, options }] : []),
    ...methodActionsOf(type).map(({ method, options: own }) => ({ type, method, options: own })),
  ];
}

function refuseController(metatype: unknown): void {
  if (typeof metatype !== 'function' || !isDecorated(metatype)) return;
  throw new ActionDefinitionError(
    `${metatype.name} carries @Action but is a controller. Put the action in a provider; the controller runs it with PluginRunner.`,
    { details: { class: metatype.name } },
  );
}
