import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
import { join, relative, resolve, sep } from 'node:path';
import { isSameEntrypoint } from '../../../foundation/config/entrypoint-form.js';
import { pipelinesOf } from '../../../foundation/config/pipeline-config.js';
import { configPathOf, readPluginConfig } from '../../../foundation/config/plugin-config-file.js';
import type { PluginConfig } from '../../../foundation/config/plugin-config.js';
import { ConfigNotFoundError, PluginLoadError } from '../../../foundation/errors/config.errors.js';
import { UsageError } from '../../../foundation/errors/run.errors.js';
import type { LoadedAction } from '../plugin-identity.js';
import { exportedClassesOf } from './exported-classes.js';
import { pathOfUrl, urlOfPath } from './host-modules.js';
import { withinLoadLimit } from './load-limit.js';
import { loadErrorOf } from './load-error.js';
import type { LoadedPlugin } from './plugin-parts.js';

/** `name` or `@scope/name`, as registries have it. A path must not pass for one. */
const PACKAGE_NAME = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/i;

/**
 * Loads a plugin that is an npm package: its folder has a config.yaml, its main entry exports decorated classes or Nest modules.
 * It is imported as it is. What is loaded once stays for the life of the process, as with every package.
 *
 * @param name - The package's name.
 * @param fromDirectory - The package is looked up as from a file in this folder.
 * @throws {@link PluginLoadError} when it is not installed, exports nothing, or throws; ConfigNotFoundError, ConfigInvalidError.
 */
export async function loadPackage(name: string, fromDirectory: string): Promise<LoadedPlugin> {
  const directory = folderOf(name, fromDirectory);
  if (!existsSync(configPathOf(directory))) {
    throw new ConfigNotFoundError(
      configPathOf(directory),
      `Package '${name}' is installed but is no plugin: a plugin has a config.yaml beside its package.json.`,
    );
  }
  const configFile = readPluginConfig(directory);
  const { file, exported } = await importFrom(name, directory, fromDirectory);
  const classes = exportedClassesOf(Object.entries(exported), entrypointFile(directory, file));
  if (classes.actions.length === 0 && classes.modules.length === 0) {
    throw new PluginLoadError(
      `The main entry of package '${name}' (${file}) exports no class with @Action and no Nest module. ` +
        `It exports: ${Object.keys(exported).join(', ') || '(nothing)'}.`,
      { details: { package: name, file, exports: Object.keys(exported) } },
    );
  }
  const contentHash = hashOf([join(directory, 'package.json'), configFile.path, file]);
  const actions = classes.actions.map((action) => named(action, configFile.config));
  const pipelines = new Map(
    pipelinesOf(configFile.config).map(({ name, entrypoint = '' }) => [name, exported[exportOf(entrypoint)]] as const),
  );
  return { configFile, source: { path: directory, contentHash }, ...classes, actions, pipelines };
}

/** What an entrypoint asks the main entry for. */
function exportOf(entrypoint: string): string {
  return entrypoint.slice(entrypoint.lastIndexOf(':') + 1);
}

/** The package's folder, whatever its `exports` allow to be imported. */
function folderOf(name: string, fromDirectory: string): string {
  if (!PACKAGE_NAME.test(name)) {
    throw new UsageError(
      `'${name}' is not the name of a package. Expected e.g. 'my-plugin' or '@me/my-plugin'; name a folder with --path.`,
    );
  }
  const places = createRequire(join(resolve(fromDirectory), 'x.js')).resolve.paths(name) ?? [];
  const found = places.map((place) => join(place, name)).find((folder) => existsSync(join(folder, 'package.json')));
  if (found === undefined) {
    throw new PluginLoadError(
      `Package '${name}' is not installed where ${resolve(fromDirectory)} can find it. Install it there with \`npm install ${name}\`, or name a folder with --path.`,
      { details: { package: name, from: resolve(fromDirectory) } },
    );
  }
  return realpathSync(found);
}

/** Imports a package as a file in `fromDirectory` would. An import by path could meet another entry than the package means it to. */
async function importFrom(
  name: string,
  directory: string,
  fromDirectory: string,
): Promise<{ readonly file: string; readonly exported: Record<string, unknown> }> {
  const parent = urlOfPath(join(realpathSync(resolve(fromDirectory)), 'x.js'));
  const specifier = `synapse-package:${name}#${parent}`;
  let file = '';
  const hooks = registerHooks({
    resolve: (asked, context, next) => {
      if (asked !== specifier) return next(asked, context);
      const resolved = next(name, { ...context, parentURL: parent });
      file = pathOfUrl(resolved.url);
      return resolved;
    },
  });
  try {
    const load = (): Promise<Record<string, unknown>> => import(specifier) as Promise<Record<string, unknown>>;
    const exported = await withinLoadLimit({ plugin: directory, stage: `the import of package '${name}'` }, load);
    return { file, exported };
  } catch (thrown) {
    throw loadErrorOf(directory, thrown);
  } finally {
    hooks.deregister();
  }
}

/** `dist/index` for the file `dist/index.js`. */
function entrypointFile(directory: string, file: string): string {
  const path = relative(directory, file).split(sep).join('/');
  return path.replace(/\.[cm]?[jt]sx?$/, '');
}

/**
 * config.yaml names the sources, and the package ships what was made of them: where just one entry names a class, or method, of this
 * name, that is how it is called.
 */
function named(action: LoadedAction, config: PluginConfig): LoadedAction {
  const entrypoints = Object.values(config.actions).map(({ entrypoint }) => entrypoint);
  if (entrypoints.some((entrypoint) => isSameEntrypoint(entrypoint, action.entrypoint))) return action;
  const symbol = symbolOf(action.entrypoint);
  const matching = [
    ...new Set(entrypoints.filter((entrypoint) => entrypoint.includes(':') && symbolOf(entrypoint) === symbol)),
  ];
  const [only] = matching;
  return only !== undefined && matching.length === 1 ? { ...action, entrypoint: only } : action;
}

function symbolOf(entrypoint: string): string {
  return entrypoint.slice(entrypoint.lastIndexOf(':') + 1);
}

function hashOf(files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}
