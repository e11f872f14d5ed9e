import { type INestApplicationContext, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { RunListener } from '../../authoring/reporting/run-listener.js';
import { PluginLoadError } from '../../foundation/errors/config.errors.js';
import { messageOf, SynapseError } from '../../foundation/errors/synapse.error.js';
import { ActionRegistry } from '../../runtime/discovery/action-registry.js';
import { PluginLoader } from '../../runtime/discovery/loader/plugin-loader.js';
import { createPluginModule } from '../../runtime/discovery/loader/plugin-module.js';
import type { LoadedPlugin } from '../../runtime/discovery/loader/plugin-parts.js';
import { PluginRunner } from '../../runtime/runner/plugin-runner.service.js';
import { SynapseModule } from '../../synapse.module.js';

/** A plugin that is loaded and started in an application of its own. */
export interface OpenPlugin {
  readonly plugin: LoadedPlugin;
  readonly registry: ActionRegistry;
  readonly runner: PluginRunner;
  close(): Promise<void>;
}

/** Opens plugins for commands. */
@Injectable()
export class PluginHost {
  constructor(private readonly loader: PluginLoader) {}

  /**
   * Loads the plugin in a folder and starts it.
   *
   * @throws ConfigNotFoundError, ConfigInvalidError, PluginCompileError; {@link PluginLoadError} when a constructor or hook of it throws.
   */
  async open(path: string, listeners: readonly RunListener[] = []): Promise<OpenPlugin> {
    const plugin = await this.loader.load(path);
    const app = await start(plugin, listeners);
    return {
      plugin,
      registry: app.get(ActionRegistry),
      runner: app.get(PluginRunner),
      close: () => app.close(),
    };
  }
}

async function start(plugin: LoadedPlugin, listeners: readonly RunListener[]): Promise<INestApplicationContext> {
  @Module({ imports: [SynapseModule.forRoot({ listeners }), createPluginModule(plugin)] })
  class PluginApplication {}
  try {
    return await NestFactory.createApplicationContext(PluginApplication, { logger: false, abortOnError: false });
  } catch (thrown) {
    if (SynapseError.is(thrown)) throw thrown;
    throw new PluginLoadError(
      `Plugin '${plugin.configFile.config.code}' cannot be started: ${messageOf(thrown)}. A constructor or hook of one of its classes throws, or asks for something nobody provides.`,
      { cause: thrown, details: { plugin: plugin.configFile.config.code, path: plugin.source.path } },
    );
  }
}
