import { type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { PluginLoadError } from './foundation/errors/config.errors.js';
import { messageOf, SynapseError } from './foundation/errors/synapse.error.js';
import { createPluginModule } from './runtime/discovery/loader/plugin-module.js';
import type { LoadedPlugin } from './runtime/discovery/loader/plugin-parts.js';
import { SynapseModule } from './synapse.module.js';
import type { SynapseModuleOptions } from './synapse.module-definition.js';

/**
 * Starts an application that holds one plugin and nothing else.
 *
 * @throws {@link PluginLoadError} when a constructor or hook of the plugin throws, or asks for something nobody provides.
 */
export async function startPluginApplication(
  plugin: LoadedPlugin,
  options: SynapseModuleOptions = {},
): Promise<INestApplicationContext> {
  @Module({ imports: [SynapseModule.forRoot(options), createPluginModule(plugin)] })
  class PluginApplication {}
  try {
    return await NestFactory.createApplicationContext(PluginApplication, { logger: false, abortOnError: false });
  } catch (thrown) {
    if (SynapseError.is(thrown)) throw thrown;
    const { code } = plugin.configFile.config;
    throw new PluginLoadError(
      `Plugin '${code}' cannot be started: ${messageOf(thrown)}. A constructor or hook of one of its classes throws, or asks for something nobody provides.`,
      { cause: thrown, details: { plugin: code, path: plugin.source.path } },
    );
  }
}
