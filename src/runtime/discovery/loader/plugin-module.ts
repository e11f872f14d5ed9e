import { type DynamicModule, type Provider, type Type } from '@nestjs/common';
import { PLUGIN_IDENTITY, type PluginIdentity } from '../plugin-identity.js';
import type { PluginParts } from './plugin-parts.js';

/**
 * The Nest module of a loaded plugin: the folder's own modules where it exports some, else one of its decorated classes and injectables.
 */
export function createPluginModule(plugin: PluginParts): DynamicModule {
  // A class of its own per plugin: Nest tells modules apart by class.
  const module = { [`Plugin_${plugin.configFile.config.code}`]: class {} }[
    `Plugin_${plugin.configFile.config.code}`
  ] as Type;
  const identity: PluginIdentity = {
    code: plugin.configFile.config.code,
    config: plugin.configFile.config,
    source: plugin.source,
    actions: plugin.actions,
    pipelines: plugin.pipelines,
  };
  const own = new Set([...plugin.actions.map(({ type }) => type), ...plugin.steps, ...plugin.injectables]);
  const hasModules = plugin.modules.length > 0;
  const providers: Provider[] = [{ provide: PLUGIN_IDENTITY, useValue: identity }];
  if (!hasModules) providers.push(...([...own] as Type[]));
  return { module, imports: rootsOf(plugin.modules) as Type[], providers };
}

/** The modules that no other module of the plugin imports; importing those brings the rest. */
function rootsOf(modules: PluginParts['modules']): PluginParts['modules'] {
  const imported = new Set(
    modules.flatMap((type) =>
      ((Reflect.getMetadata('imports', type) as unknown[] | undefined) ?? []).map(moduleClassOf),
    ),
  );
  return modules.filter((type) => !imported.has(type));
}

/** The class that an import of a module leads to: itself, that of a dynamic module, or behind a forward reference. */
function moduleClassOf(imported: unknown): unknown {
  const { module, forwardRef } = (imported ?? {}) as Partial<DynamicModule> & { forwardRef?: () => unknown };
  return module ?? (typeof forwardRef === 'function' ? forwardRef() : imported);
}
