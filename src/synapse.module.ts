import { type DynamicModule, Module, type ModuleMetadata, type Provider, type Type } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, ModuleRef } from '@nestjs/core';
import type { PlatformPorts } from './authoring/context/platform-ports.js';
import { createInjectableContext } from './authoring/context/run-scope.js';
import { RuntimeContext } from './authoring/context/runtime-context.js';
import { IntegrationRegistry } from './authoring/integrations/integration-registry.js';
import { ParamsValidator } from './foundation/schema/params.validator.js';
import { ResultValidator } from './foundation/schema/result.validator.js';
import { AgentClient } from './resources/clients/agent/agent-client.interface.js';
import { BackendClient } from './resources/clients/backend/backend-client.interface.js';
import { createBackendClient } from './resources/clients/backend/create-backend-client.js';
import { HttpBackendClient } from './resources/clients/backend/http-backend-client.js';
import { StorageRegistry } from './resources/storage/registry/storage-registry.js';
import { StorageProvider } from './resources/storage/storage-provider.interface.js';
import { ActionExplorer } from './runtime/discovery/action-explorer.js';
import { ActionRegistry } from './runtime/discovery/action-registry.js';
import { HostModules } from './runtime/discovery/loader/host-modules.js';
import { PluginLoader } from './runtime/discovery/loader/plugin-loader.js';
import { createPluginModule } from './runtime/discovery/loader/plugin-module.js';
import { type PluginNaming, pluginOfModule } from './runtime/discovery/loader/plugin-parts.js';
import { ExecutorRegistry } from './runtime/executors/executor-registry.js';
import { LocalExecutor } from './runtime/executors/local/local.executor.js';
import { ActionInvoker } from './runtime/invocation/action-invoker.js';
import { RunStore } from './runtime/run-store/run-store.interface.js';
import { PipelineRunner } from './runtime/pipelines/pipeline-runner.service.js';
import { PluginPipelines } from './runtime/pipelines/plugin-pipelines.js';
import { PluginRunner } from './runtime/runner/plugin-runner.service.js';
import { SynapseEnd, SynapseRecovery, SynapseStart } from './synapse.lifecycle.js';
import { ConfigurableSynapseModule, type SYNAPSE_OPTIONS_TYPE } from './synapse.module-definition.js';
import { SynapseSettings } from './synapse.settings.js';
import { SynapseShutdownModule } from './synapse.shutdown.js';
import { SynapseStorage } from './synapse.storage.js';

/** What actions of a feature or a plugin may inject besides their own providers and global ones. */
export interface SynapseFeatureOptions {
  /** Modules whose exports the actions inject, e.g. the host's database module. @defaultValue none */
  readonly imports?: ModuleMetadata['imports'];
}

/** How a plugin's package is found. */
export interface SynapsePackageOptions extends SynapseFeatureOptions {
  /** The package is looked up as from a file in this folder. @defaultValue the current folder of the process */
  readonly fromDirectory?: string;
}

/**
 * Runs actions inside a Nest application.
 *
 * `forRoot` or `forRootAsync` once, for the settings; `forFeature` for actions of the host's own; `forPlugin` for a
 * plugin's folder. Every provider of the application that carries `@Action` is found, however it came in.
 */
@Module({
  imports: [DiscoveryModule, SynapseShutdownModule],
  providers: [
    SynapseSettings,
    ActionExplorer,
    PluginPipelines,
    ParamsValidator,
    ResultValidator,
    ActionInvoker,
    IntegrationRegistry,
    StorageRegistry,
    SynapseStorage,
    SynapseStart,
    SynapseRecovery,
    SynapseEnd,
    { provide: ActionRegistry, useFactory: () => new ActionRegistry() },
    { provide: RuntimeContext, useFactory: createInjectableContext },
    { provide: RunStore, inject: [SynapseSettings], useFactory: ({ store }: SynapseSettings) => store },
    {
      provide: ExecutorRegistry,
      inject: [ActionInvoker, SynapseSettings],
      useFactory: (invoker: ActionInvoker, { cancelGraceMs }: SynapseSettings) =>
        new ExecutorRegistry([new LocalExecutor(invoker, { cancelGraceMs })]),
    },
    {
      provide: PluginRunner,
      // Injected rather than asked for in the factory: what ModuleRef gives at this time may not be constructed yet.
      inject: [
        ActionRegistry,
        ExecutorRegistry,
        IntegrationRegistry,
        RunStore,
        SynapseSettings,
        SynapseStorage,
        ModuleRef,
      ],
      useFactory: (...parts: RunnerParts) => createRunner(parts),
    },
    {
      provide: PipelineRunner,
      inject: [PluginRunner, ActionRegistry, RunStore],
      useFactory: (runner: PluginRunner, registry: ActionRegistry, store: RunStore) =>
        new PipelineRunner({ runner, registry, store }),
    },
  ],
  exports: [
    ActionRegistry,
    IntegrationRegistry,
    PipelineRunner,
    PluginRunner,
    RunStore,
    RuntimeContext,
    StorageRegistry,
  ],
})
export class SynapseModule extends ConfigurableSynapseModule {
  /** Settings for the whole application. Without any, runs are kept in memory. */
  static override forRoot(options: typeof SYNAPSE_OPTIONS_TYPE = {}): DynamicModule {
    return super.forRoot(options);
  }

  /** Providers of one feature of the host: actions, steps and what they inject. The feature's module exports them all. */
  static forFeature(providers: readonly Provider[], { imports = [] }: SynapseFeatureOptions = {}): DynamicModule {
    return { module: class SynapseFeatureModule {}, imports, providers: [...providers], exports: [...providers] };
  }

  /**
   * The plugin in a folder, compiled when it changed.
   *
   * @param path - The folder, or its config.yaml.
   * @param options - Modules that the plugin's classes inject from; a folder that exports Nest modules of its own imports in those.
   * @throws ConfigNotFoundError, ConfigInvalidError, PluginCompileError or PluginLoadError, which stop the application's start.
   */
  static async forPlugin(path: string, options: SynapseFeatureOptions = {}): Promise<DynamicModule> {
    return withImports(createPluginModule(await pluginLoader().load(path)), options);
  }

  /**
   * The plugin that an npm package is: a config.yaml beside its package.json, decorated classes or Nest modules in its main entry.
   *
   * @param name - The package's name, e.g. `@me/my-plugin`.
   * @throws PluginLoadError when it is not installed or does not load; ConfigNotFoundError, ConfigInvalidError.
   */
  static async forPackage(name: string, options: SynapsePackageOptions = {}): Promise<DynamicModule> {
    const plugin = await pluginLoader().loadPackage(name, options.fromDirectory ?? process.cwd());
    return withImports(createPluginModule(plugin), options);
  }

  /**
   * A Nest module as a plugin: the actions that it and its imports provide run under the plugin's code instead of the host's.
   *
   * @throws ConfigInvalidError when the naming is not what it should be.
   */
  static forModule(type: Type, naming: PluginNaming): DynamicModule {
    return createPluginModule(pluginOfModule(type, naming));
  }
}

function pluginLoader(): PluginLoader {
  return new PluginLoader(HostModules.ofApplication());
}

function withImports(plugin: DynamicModule, { imports = [] }: SynapseFeatureOptions): DynamicModule {
  return { ...plugin, imports: [...(plugin.imports ?? []), ...imports] };
}

type RunnerParts = [
  ActionRegistry,
  ExecutorRegistry,
  IntegrationRegistry,
  RunStore,
  SynapseSettings,
  SynapseStorage,
  ModuleRef,
];

function createRunner(parts: RunnerParts): PluginRunner {
  const [registry, executors, integrations, store, settings, configured, moduleRef] = parts;
  const ports = portsOf(moduleRef, settings, configured);
  return new PluginRunner({ ...settings, registry, executors, integrations, store, ports });
}

/** The clients that the host provides anywhere in its graph, asked for on first use; for the backend, else one of the host's settings. */
function portsOf(moduleRef: ModuleRef, settings: SynapseSettings, configured: SynapseStorage): PlatformPorts {
  let backend: BackendClient | undefined;
  const find = <T>(token: abstract new (...args: never[]) => T): T | undefined => {
    try {
      return moduleRef.get<T>(token as never, { strict: false });
    } catch (thrown) {
      // A provider that cannot be had, e.g. a request-scoped one, is a fault of its own; none at all is told by portOf in better words.
      const discovery = moduleRef.get(DiscoveryService, { strict: false });
      if (discovery.getProviders().some((provider) => provider.token === token)) throw thrown;
      return undefined;
    }
  };
  return {
    client: () => find(BackendClient) ?? (backend ??= configuredBackend(settings)),
    agentClient: () => find(AgentClient),
    storage: () => find(StorageProvider) ?? configured.storage,
  };
}

/** The backend of the settings, else of the environment's credentials. */
function configuredBackend({ backend, env }: SynapseSettings): BackendClient | undefined {
  if (backend === false) return undefined;
  if (backend) return new HttpBackendClient(backend);
  return createBackendClient({ variables: env.toDict() as Record<string, string | undefined> });
}
