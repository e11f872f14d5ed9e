import type { Type } from '@nestjs/common';
import type { DiscoveryService } from '@nestjs/core';
import { ActionDefinitionError } from '../../foundation/errors/config.errors.js';
import { type LoadedAction, PLUGIN_IDENTITY, type PluginIdentity } from './plugin-identity.js';

/** A provider as Nest's own discovery shows it. */
export type Provider = ReturnType<DiscoveryService['getProviders']>[number];

/** A module as its providers name it. */
export type Host = Provider['host'];

/** One instance of a decorated class, and the module that it stands in. */
export interface ActionInstance {
  readonly instance: object;
  readonly host: Host;
}

/** A plugin that a decorated class belongs to. */
export interface ActionOwner {
  readonly identity: PluginIdentity;
  /** The plugin's own instance. */
  readonly instance: object;
  /** The module that the instance stands in. */
  readonly host: Host;
  /** Where the plugin has the class, or one method of it; undefined where no file is known. */
  readonly entrypoint: (method: string | undefined) => string | undefined;
}

/** Says which plugins a decorated class belongs to: those that list it, the one whose module provides it, else the host. */
export class ActionOwners {
  /** All plugins of the application. */
  readonly identities: readonly PluginIdentity[];
  readonly #plugins: { readonly identity: PluginIdentity; readonly modules: ReadonlySet<Host> }[] = [];
  readonly #byModule = new Map<Host, PluginIdentity>();
  readonly #host: PluginIdentity;

  /** @throws {@link ActionDefinitionError} when two plugins have the same code. */
  constructor(providers: readonly Provider[], hostCode: string) {
    this.#host = { code: hostCode };
    const byCode = new Map<string, PluginIdentity>();
    for (const provider of providers) {
      if (provider.token !== PLUGIN_IDENTITY) continue;
      const identity = provider.instance as PluginIdentity;
      refuseSameCode(identity, byCode.get(identity.code));
      byCode.set(identity.code, identity);
      if (identity.actions) this.#plugins.push({ identity, modules: modulesFrom(provider.host) });
      else this.#byModule.set(provider.host, identity);
    }
    this.identities = [...byCode.values()];
  }

  /** @throws {@link ActionDefinitionError} when a plugin has more than one instance of the class. */
  of(type: Type, instances: readonly ActionInstance[]): readonly ActionOwner[] {
    const owners: ActionOwner[] = [];
    const taken = new Set<ActionInstance>();
    for (const { identity, modules } of this.#plugins) {
      const actions = identity.actions?.filter((action) => action.type === type) ?? [];
      const own = instances.filter(({ host }) => modules.has(host));
      if (actions.length === 0 || own.length === 0) continue;
      own.forEach((instance) => taken.add(instance));
      owners.push(this.#owner(type, identity, own, actions));
    }
    const byIdentity = Map.groupBy(
      instances.filter((instance) => !taken.has(instance)),
      ({ host }) => this.#byModule.get(host) ?? this.#host,
    );
    for (const [identity, own] of byIdentity) owners.push(this.#owner(type, identity, own, []));
    return owners;
  }

  #owner(
    type: Type,
    identity: PluginIdentity,
    own: readonly ActionInstance[],
    actions: readonly LoadedAction[],
  ): ActionOwner {
    const [first, ...more] = own;
    if (!first || more.length > 0) {
      const modules = own.map(({ host }) => host?.name ?? 'a module');
      throw new ActionDefinitionError(
        `${type.name} carries @Action and has ${own.length} instances, in ${modules.join(' and ')}. ` +
          `Provide it in one of them, export it there, and import that module in the other.`,
        { details: { class: type.name, plugin: identity.code, modules } },
      );
    }
    return { identity, ...first, entrypoint: (method) => entrypointIn(actions, method) };
  }
}

function entrypointIn(actions: readonly LoadedAction[], method: string | undefined): string | undefined {
  return actions.find((action) => action.method === method)?.entrypoint;
}

/** A plugin's module and everything it imports: the folder's own modules hold its classes where it has some. */
export function modulesFrom(root: Host): ReadonlySet<Host> {
  const modules = new Set<Host>([root]);
  for (const module of modules) module?.imports.forEach((imported) => modules.add(imported));
  return modules;
}

function refuseSameCode(identity: PluginIdentity, other: PluginIdentity | undefined): void {
  if (!other || other === identity) return;
  const places = [other, identity].map(({ source }) => source?.path ?? 'a module of the application');
  throw new ActionDefinitionError(
    `Two plugins have the code '${identity.code}': ${places.join(' and ')}. Load each plugin once, and give each a code of its own in config.yaml.`,
    { details: { code: identity.code, places } },
  );
}
