import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { type PluginConfigFile, readPluginConfig } from '../../../foundation/config/plugin-config-file.js';
import { ConfigInvalidError, DuplicateNameError, PluginCompileError, PluginLoadError } from '../../../foundation/errors/config.errors.js';
import { messageOf } from '../../../foundation/errors/synapse.error.js';
import type { ClassOf } from '../../../authoring/decorators/action.decorator.js';
import type { PluginSource } from '../action-definition.js';
import type { LoadedAction } from '../plugin-identity.js';
import { type HostModules, urlOfPath } from './host-modules.js';
import { PluginCache } from './plugin-cache.js';
import type { ManifestClass, PluginManifest } from './plugin-manifest.js';
import { type PluginSources, readPluginSources } from './plugin-sources.js';

/** Raised whenever compiled plugins of an older version must not be used any more. */
const CACHE_FORMAT = '1';

/** A plugin whose code is in memory. */
export interface LoadedPlugin {
  readonly configFile: PluginConfigFile;
  readonly source: PluginSource;
  readonly actions: readonly LoadedAction[];
  readonly steps: readonly ClassOf<object>[];
  /** Nest modules that the folder exports. */
  readonly modules: readonly ClassOf<object>[];
  readonly injectables: readonly ClassOf<object>[];
}

/** Loads plugins from folders: compiles them when they changed, and imports them beside what is loaded already. */
export class PluginLoader {
  constructor(
    private readonly host: HostModules,
    private readonly cache: PluginCache = new PluginCache(),
  ) {}

  /**
   * Loads the plugin in a folder. Each content of a folder is a set of modules of its own: an edited plugin is loaded anew, and two
   * plugins with equal file names do not meet.
   *
   * @param path - The folder, or its config.yaml.
   * @throws ConfigNotFoundError, ConfigInvalidError for config.yaml; {@link PluginCompileError} for source that does not compile;
   * {@link PluginLoadError} for source that throws when it is imported.
   */
  async load(path: string): Promise<LoadedPlugin> {
    const configFile = readPluginConfig(resolve(path));
    const directory = resolve(configFile.path, '..');
    const sources = readPluginSources(directory, configFile.text);
    this.host.install();
    const key = `${sources.contentHash.slice(0, 32)}-${keyOfPlace(directory, this.host)}`;
    const cached = this.cache.read(key);
    const manifest = cached ?? (await this.#compile(key, sources));
    const modules = await this.#import(key, sources, manifest, cached !== undefined);
    return assemble(configFile, { path: directory, contentHash: sources.contentHash }, modules);
  }

  /** Parser and compiler are loaded here and not above: a plugin that did not change needs neither. */
  async #compile(key: string, { directory }: PluginSources): Promise<PluginManifest> {
    const [{ scanPlugin }, { compilePlugin }] = await Promise.all([
      import('../static-scan/scan-plugin.js'),
      import('./plugin-compiler.js'),
    ]);
    const scan = scanPlugin(directory);
    const [error] = scan.errors;
    if (error) {
      throw new PluginCompileError(`${error.file}:${error.line}:${error.column}: ${error.message}`, { details: { ...error } });
    }
    const [conflict] = scan.conflicts;
    if (conflict) throw new DuplicateNameError(conflict.what, conflict.name, conflict.owners.map(placeOf));
    return this.cache.write(key, (outDirectory) => compilePlugin({ directory, scan, host: this.host, outDirectory }));
  }

  /** A cached plugin whose packages have moved since does not import; then it is compiled once more before anyone hears of it. */
  async #import(key: string, sources: PluginSources, manifest: PluginManifest, isCached: boolean): Promise<ImportedPlugin> {
    try {
      return await importAll(this.cache.pathOf(key), manifest);
    } catch (thrown) {
      if (!isCached || (thrown as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw loadErrorOf(sources, thrown);
      this.cache.remove(key);
      const fresh = await this.#compile(key, sources);
      return importAll(this.cache.pathOf(key), fresh).catch((again: unknown) => {
        throw loadErrorOf(sources, again);
      });
    }
  }
}

/** A class as people find it: its entrypoint and its line. */
function placeOf({ entrypoint, file, line }: { entrypoint: string; file: string; line: number }): string {
  return `${entrypoint} (${file}:${line})`;
}

interface ImportedPlugin {
  readonly actions: readonly LoadedAction[];
  readonly steps: readonly ClassOf<object>[];
  readonly modules: readonly ClassOf<object>[];
  readonly injectables: readonly ClassOf<object>[];
}

async function importAll(directory: string, manifest: PluginManifest): Promise<ImportedPlugin> {
  const chunks = new Map<string, Record<string, unknown>>();
  const entries = [manifest.actions, manifest.steps, manifest.modules, manifest.injectables].flat();
  for (const { chunk } of entries) {
    if (!chunks.has(chunk)) chunks.set(chunk, (await import(urlOfPath(join(directory, chunk)))) as Record<string, unknown>);
  }
  const classOf = (found: ManifestClass): ClassOf<object> => {
    const value = found.exportName
      .split('.')
      .reduce<unknown>((holder, name) => (holder as Record<string, unknown> | undefined)?.[name], chunks.get(found.chunk));
    if (typeof value !== 'function') {
      throw new PluginLoadError(`${found.entrypoint} is not a class once the file is loaded. Declare it with 'export class'.`, {
        details: { entrypoint: found.entrypoint },
      });
    }
    return value as unknown as ClassOf<object>;
  };
  return {
    actions: manifest.actions.map((found) => ({ type: classOf(found), method: found.method, entrypoint: found.entrypoint })),
    steps: manifest.steps.map(classOf),
    modules: manifest.modules.map(classOf),
    injectables: manifest.injectables.map(classOf),
  };
}

function assemble(configFile: PluginConfigFile, source: PluginSource, imported: ImportedPlugin): LoadedPlugin {
  if (configFile.config.code === '') {
    throw new ConfigInvalidError(configFile.path, [{ path: 'code', code: 'empty', message: `must not be empty; runs name the plugin by it` }]);
  }
  return { configFile, source, ...imported };
}

function loadErrorOf({ directory }: PluginSources, thrown: unknown): Error {
  if (thrown instanceof PluginLoadError) return thrown;
  return new PluginLoadError(
    `The plugin in ${directory} cannot be loaded: ${messageOf(thrown)}. Code at the top of its files throws, or imports something that does.`,
    { cause: thrown, details: { path: directory } },
  );
}

/** The same sources in another folder, or under another host, import from other places. */
function keyOfPlace(directory: string, host: HostModules): string {
  return createHash('sha256').update(`${CACHE_FORMAT}\0${directory}\0${host.fingerprint}`).digest('hex').slice(0, 16);
}
