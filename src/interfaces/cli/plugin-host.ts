import { type INestApplicationContext, Injectable } from '@nestjs/common';
import { resolve } from 'node:path';
import { PluginLoadError } from '../../foundation/errors/config.errors.js';
import { PluginExitError } from '../../foundation/errors/run.errors.js';
import { messageOf, type SynapseError } from '../../foundation/errors/synapse.error.js';
import { ActionRegistry } from '../../runtime/discovery/action-registry.js';
import { withinLoadLimit } from '../../runtime/discovery/loader/load-limit.js';
import { PluginLoader } from '../../runtime/discovery/loader/plugin-loader.js';
import type { LoadedPlugin } from '../../runtime/discovery/loader/plugin-parts.js';
import type { PluginDiscovery } from '../../runtime/discovery/plugin-discovery.js';
import { PipelineRunner } from '../../runtime/pipelines/pipeline-runner.service.js';
import { PluginRunner } from '../../runtime/runner/plugin-runner.service.js';
import { startPluginApplication } from '../../plugin-application.js';
import type { SynapseModuleOptions } from '../../synapse.module-definition.js';
import { CliOutput } from './cli-output.js';
import { StdoutGuard } from './stdout-guard.js';

/** A plugin that is loaded and started in an application of its own. */
export interface OpenPlugin {
  readonly plugin: LoadedPlugin;
  readonly registry: ActionRegistry;
  readonly runner: PluginRunner;
  readonly pipelines: PipelineRunner;
  close(): Promise<void>;
}

/** Longest time that the hooks of a plugin may take when its application is closed, in milliseconds. */
const CLOSE_TIMEOUT_MS = 10_000;

/** Opens plugins for commands. */
@Injectable()
export class PluginHost {
  constructor(
    private readonly loader: PluginLoader,
    private readonly guard: StdoutGuard,
    private readonly output: CliOutput,
  ) {}

  /**
   * Loads the plugin in a folder and starts it.
   *
   * @throws ConfigNotFoundError, ConfigInvalidError, PluginCompileError; {@link PluginLoadError} when its code throws, ends the process or
   * never comes back while it is loaded, constructed or started.
   */
  async open(path: string, settings: Pick<SynapseModuleOptions, 'listeners' | 'store'> = {}): Promise<OpenPlugin> {
    const { plugin, app } = await this.#guarded(path, async () => {
      const loaded = await this.loader.load(path);
      const stage = 'the start of its classes and hooks';
      const started = await withinLoadLimit({ plugin: loaded.source.path, stage }, () =>
        startPluginApplication(loaded, settings),
      );
      return { plugin: loaded, app: started };
    });
    return {
      plugin,
      registry: app.get(ActionRegistry),
      runner: app.get(PluginRunner),
      pipelines: app.get(PipelineRunner),
      close: () => this.#close(plugin, app),
    };
  }

  /**
   * What the plugin in a folder consists of. Its code is executed when a class is asked for, within {@link inspect}.
   *
   * @throws ConfigNotFoundError, ConfigInvalidError, PluginCompileError, DuplicateNameError.
   */
  async inspect<T>(path: string, look: (plugin: PluginDiscovery) => Promise<T>): Promise<T> {
    const { PluginDiscovery: Discovery } = await import('../../runtime/discovery/plugin-discovery.js');
    return this.#guarded(path, async () => look(await Discovery.fromPath(path, { loader: this.loader })));
  }

  /** A plugin that ends the process while it is loaded has failed to load; the command goes on to say so. */
  async #guarded<T>(path: string, work: () => Promise<T>): Promise<T> {
    const left = Promise.withResolvers<never>();
    this.guard.watch({ action: path, fail: (error) => left.reject(loadError(resolve(path), error)) });
    try {
      return await Promise.race([work(), left.promise]);
    } finally {
      this.guard.watch(undefined);
    }
  }

  /** By now the answer is known; a hook that fails or hangs does not change it. */
  async #close({ configFile, source }: LoadedPlugin, app: INestApplicationContext): Promise<void> {
    const stage = { plugin: source.path, stage: 'the end of its hooks', timeoutMs: CLOSE_TIMEOUT_MS };
    await withinLoadLimit(stage, () => app.close()).catch((thrown: unknown) =>
      this.output.note(`Warning: plugin '${configFile.config.code}' did not shut down: ${messageOf(thrown)}`),
    );
  }
}

/** What a plugin did to the process while it was loaded. */
function loadError(path: string, error: SynapseError): PluginLoadError {
  const isExit = error instanceof PluginExitError;
  const message = isExit
    ? `calls process.exit(${String(error.details['exit_code'] ?? '')}) while it is loaded. Throw an error instead; the host owns its process.`
    : `leaves an error unhandled while it is loaded: ${messageOf(error.cause)}. Await every promise, and catch errors in timers.`;
  return new PluginLoadError(`The plugin in ${path} ${message}`, { cause: error.cause, details: { path } });
}
