import { Injectable, type Type } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { RuntimeContext } from '../../authoring/context/runtime-context.js';
import { actionOptionsOf, methodActionsOf } from '../../authoring/decorators/metadata.accessor.js';
import { ActionDefinitionError } from '../../foundation/errors/config.errors.js';
import type { ActionDefinition } from './action-definition.js';
import { ActionRegistry } from './action-registry.js';
import { defineAction, type FoundAction } from './define-action.js';
import { type LoadedAction, PLUGIN_IDENTITY, type PluginIdentity } from './plugin-identity.js';

/** A provider as Nest's own discovery shows it. */
type Provider = ReturnType<DiscoveryService['getProviders']>[number];

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
   * @throws ActionDefinitionError for a provider that cannot be an action; DuplicateNameError for a name used twice.
   */
  explore(hostCode: string): void {
    const providers = this.discovery.getProviders();
    const owners = new Owners(providers, hostCode);
    const seen = new Set<Type>();
    for (const provider of providers) {
      const type = typeOf(provider);
      if (!type || seen.has(type)) continue;
      const found = foundActionsOf(type);
      if (found.length === 0) continue;
      seen.add(type);
      const instance = instanceOf(provider, type);
      for (const action of found) {
        for (const { identity, loaded } of owners.of(provider, action)) {
          this.registry.add(bind(defineAction(action, identity, loaded), action, instance));
        }
      }
    }
  }
}

/** The class of a provider: of a factory's or value's product, the product's. */
function typeOf(provider: Provider): Type | undefined {
  const { metatype, inject, instance } = provider;
  if (typeof metatype === 'function' && !inject && metatype.prototype !== undefined && !provider.isAlias) {
    return metatype as Type;
  }
  const product: unknown = provider.isAlias ? undefined : instance?.constructor;
  return typeof product === 'function' && product !== Object ? (product as Type) : undefined;
}

function foundActionsOf(type: Type): FoundAction[] {
  const options = actionOptionsOf(type);
  const methods = methodActionsOf(type);
  if (!options && methods.length === 0) return [];
  return [
    ...(options ? [{ type, options }] : []),
    ...methods.map(({ method, options: own }) => ({ type, method, options: own })),
  ];
}

function instanceOf(provider: Provider, type: Type): object {
  if (!provider.isDependencyTreeStatic()) {
    throw new ActionDefinitionError(
      `${type.name} carries @Action but is not a singleton, or injects something that is request-scoped. Actions serve all ` +
        `runs with one instance; inject RuntimeContext for what belongs to a run.`,
      { details: { class: type.name } },
    );
  }
  const instance: unknown = provider.instance;
  if (typeof instance !== 'object' || instance === null) {
    throw new ActionDefinitionError(`${type.name} carries @Action but was not instantiated. Is it provided by a lazy module?`, {
      details: { class: type.name },
    });
  }
  return instance;
}

function bind(definition: Omit<ActionDefinition, 'call'>, { type, method = 'execute' }: FoundAction, instance: object): ActionDefinition {
  const execute: unknown = (instance as Record<string, unknown>)[method];
  if (typeof execute !== 'function') {
    throw new ActionDefinitionError(
      `${type.name} carries @Action but has no ${method}(params, ctx) method. Add one; a class with only steps names them in @Action({ steps: [...] }).`,
      { details: { class: type.name, action: definition.name } },
    );
  }
  const target = instance as Record<string, (params: unknown, ctx: RuntimeContext) => unknown>;
  // Looked up on each call, so that a spy or an override set after the scan is honoured.
  const call = (params: unknown, ctx: RuntimeContext): unknown => target[method]?.(params, ctx);
  return { ...definition, call };
}

/** Which plugins a provider belongs to: those that list its class, else the one whose module it stands in, else the host. */
class Owners {
  readonly #byType = new Map<unknown, { identity: PluginIdentity; loaded: LoadedAction }[]>();
  readonly #byModule = new Map<unknown, PluginIdentity>();
  readonly #host: PluginIdentity;

  constructor(providers: readonly Provider[], hostCode: string) {
    this.#host = { code: hostCode };
    for (const provider of providers) {
      if (provider.token !== PLUGIN_IDENTITY) continue;
      const identity = provider.instance as PluginIdentity;
      if (!identity.actions) this.#byModule.set(provider.host, identity);
      for (const loaded of identity.actions ?? []) {
        this.#byType.set(loaded.type, [...(this.#byType.get(loaded.type) ?? []), { identity, loaded }]);
      }
    }
  }

  of(provider: Provider, action: FoundAction): { identity: PluginIdentity; loaded?: LoadedAction }[] {
    const listed = this.#byType.get(action.type);
    if (!listed) return [{ identity: this.#byModule.get(provider.host) ?? this.#host }];
    return listed.filter(({ loaded }) => loaded.method === action.method);
  }
}
