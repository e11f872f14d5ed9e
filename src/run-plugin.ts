import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConfigNotFoundError } from './foundation/errors/config.errors.js';
import { HostModules } from './runtime/discovery/loader/host-modules.js';
import { PluginLoader } from './runtime/discovery/loader/plugin-loader.js';
import { IN_MEMORY, runStoreOf } from './runtime/run-store/run-store-of.js';
import { PluginRunner } from './runtime/runner/plugin-runner.service.js';
import type { RunHandle } from './runtime/runner/run-handle.js';
import type { RunRequest } from './runtime/runner/run-request.js';
import { startPluginApplication } from './plugin-application.js';
import type { SynapseModuleOptions } from './synapse.module-definition.js';

/** No package is called like this, so nobody has to be told that none is installed. */
const LOOKS_LIKE_A_PATH = /^[./~]|\\|^[a-z]:|\.ya?ml$/i;

/** How {@link runPlugin} runs: what a request to a runner can say, and the settings of the application it starts. */
export interface RunPluginOptions extends Omit<RunRequest, 'action' | 'plugin' | 'params'> {
  readonly settings?: SynapseModuleOptions;
}

/**
 * Runs one action of a plugin without an application of one's own: loads the plugin, starts it, runs, and shuts it down when the
 * run has ended.
 *
 * @param plugin - A plugin's folder or its config.yaml; where there is no such path, the name of an installed npm package.
 * @returns The run, as a {@link PluginRunner} would: it may still be going on.
 * @throws What the loader, the start or the request are refused with; what the run fails with comes from `handle.result()`.
 *
 * @example
 * ```ts
 * import { runPlugin } from 'nest-synapse';
 *
 * const handle = await runPlugin('./plugins/digits', 'train', { epochs: 3 });
 * const result = await handle.result();
 * ```
 */
export async function runPlugin<R = unknown>(
  plugin: string,
  action: string,
  params: unknown = {},
  { settings, ...request }: RunPluginOptions = {},
): Promise<RunHandle<R>> {
  const loader = new PluginLoader(HostModules.ofApplication());
  const isFound = existsSync(resolve(plugin));
  if (!isFound && LOOKS_LIKE_A_PATH.test(plugin)) throw new ConfigNotFoundError(resolve(plugin));
  const loaded = isFound ? await loader.load(plugin) : await loader.loadPackage(plugin, process.cwd());
  // The handle reads from the store after the application is gone, so the application must not own it.
  const { store = IN_MEMORY } = settings ?? {};
  const ownStore = typeof store === 'string' ? runStoreOf(store) : store;
  const app = await startPluginApplication(loaded, { ...settings, store: ownStore });
  try {
    const { code } = loaded.configFile.config;
    const handle = await app.get(PluginRunner).run<R>({ ...request, plugin: code, action, params });
    void handle.outcome().then(() => app.close());
    return handle;
  } catch (thrown) {
    await app.close();
    throw thrown;
  }
}
