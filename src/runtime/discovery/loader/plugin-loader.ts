import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { type PluginConfigFile, readPluginConfig } from '../../../foundation/config/plugin-config-file.js';
import { ConfigInvalidError, PluginLoadError } from '../../../foundation/errors/config.errors.js';
import type { ClassOf } from '../../../authoring/decorators/action.decorator.js';
import type { PluginSource } from '../action-definition.js';
import type { LoadedAction } from '../plugin-identity.js';
import { actionsOf } from './exported-classes.js';
import { type HostModules, urlOfPath } from './host-modules.js';
import { importPipelines, pipelineFilesOf } from './pipeline-files.js';
import { PluginCache } from './plugin-cache.js';
import type { ManifestClass, PluginManifest } from './plugin-manifest.js';
import { loadErrorOf } from './load-error.js';
import type { LoadedPlugin } from './plugin-parts.js';
import { LOAD_TIMEOUT_MS, type LoadStage, withinLoadLimit } from './load-limit.js';
import { hashOfFile, readPluginSources } from './plugin-sources.js';

/** Raised whenever compiled plugins of an older version must not be used any more. */
const CACHE_FORMAT = '3';

/** Loads plugins from folders: compiles them when they changed, and imports them beside what is loaded already. */
export class PluginLoader {
  constructor(
    private readonly host: HostModules,
    private readonly cache: PluginCache = new PluginCache(),
    private readonly timeoutMs: number = LOAD_TIMEOUT_MS,
  ) {}

  /**
   * Loads the plugin in a folder. Each content of a folder is a set of modules of its own: an edited plugin is loaded anew, and two
   * plugins with equal file names do not meet.
   *
   * @param path - The folder, or its config.yaml.
   * @throws ConfigNotFoundError, ConfigInvalidError for config.yaml; PluginCompileError for source that does not compile, DuplicateNameError;
   * {@link PluginLoadError} for source that throws when it is imported.
   */
  async load(path: string): Promise<LoadedPlugin> {
    const configFile = readPluginConfig(resolve(path));
    const directory = resolve(configFile.path, '..');
    const { contentHash } = readPluginSources(directory, configFile.text);
    this.host.install();
    const { key, cached } = this.#find(`${contentHash.slice(0, 32)}-${keyOfPlace(directory, this.host)}`);
    const files = { directory, configFile };
    const manifest = cached ?? (await this.#compile(key, files));
    const modules = await this.#import(key, files, manifest, cached !== undefined);
    return assemble(configFile, { path: directory, contentHash }, modules);
  }

  /**
   * The cache entry for sources. Where other files were compiled in as well, such as JSON, and have changed since, it is another one:
   * its modules must not be those that were loaded before the change.
   */
  #find(key: string): { readonly key: string; readonly cached: PluginManifest | undefined } {
    const cached = this.cache.read(key);
    if (!cached || isFresh(cached)) return { key, cached };
    const keyOfInputs = `${key}-${hashOfText(JSON.stringify(cached.inputs.map(({ path }) => hashOfFile(path))))}`;
    const other = this.cache.read(keyOfInputs);
    return { key: keyOfInputs, cached: other && isFresh(other) ? other : undefined };
  }

  /**
   * Loads a plugin that is an npm package.
   *
   * @param name - The package's name, e.g. `@me/my-plugin`.
   * @param fromDirectory - The package is looked up as from a file in this folder.
   * @throws {@link PluginLoadError} when it is not installed, exports no action, or throws; ConfigNotFoundError, ConfigInvalidError.
   */
  async loadPackage(name: string, fromDirectory: string): Promise<LoadedPlugin> {
    this.host.install();
    const { loadPackage } = await import('./package-plugin.js');
    return loadPackage(name, fromDirectory);
  }

  /** Parser and compiler are loaded here and not above: a plugin that did not change needs neither. */
  async #compile(key: string, { directory, configFile }: PluginFiles): Promise<PluginManifest> {
    const [{ outlineOf, refuseFaults }, { compilePlugin }] = await Promise.all([
      import('../plugin-outline.js'),
      import('./plugin-compiler.js'),
    ]);
    const outline = outlineOf(configFile);
    refuseFaults(outline);
    const { scan } = outline;
    const pipelines = pipelineFilesOf(configFile.config, scan.files);
    const { host } = this;
    return this.cache.write(key, (outDirectory) => compilePlugin({ directory, scan, pipelines, host, outDirectory }));
  }

  /** A cached plugin whose packages have moved since does not import; then it is compiled once more before anyone hears of it. */
  async #import(key: string, files: PluginFiles, manifest: PluginManifest, isCached: boolean): Promise<ImportedPlugin> {
    try {
      return await this.#importWithin(key, files, manifest);
    } catch (thrown) {
      if (!isCached || !mayBeTheCachesFault(thrown)) throw loadErrorOf(files.directory, thrown);
      this.cache.remove(key);
      const fresh = await this.#compile(key, files);
      return this.#importWithin(key, files, fresh).catch((again: unknown) => {
        throw loadErrorOf(files.directory, again);
      });
    }
  }

  #importWithin(key: string, { directory }: PluginFiles, manifest: PluginManifest): Promise<ImportedPlugin> {
    const stage: LoadStage = { plugin: directory, stage: 'the import of its files', timeoutMs: this.timeoutMs };
    return withinLoadLimit(stage, () => importAll(this.cache.pathOf(key), manifest));
  }
}

/** Where a plugin lies, and what its config.yaml says. */
interface PluginFiles {
  readonly directory: string;
  readonly configFile: PluginConfigFile;
}

interface ImportedPlugin {
  readonly actions: readonly LoadedAction[];
  readonly steps: readonly ClassOf<object>[];
  readonly modules: readonly ClassOf<object>[];
  readonly injectables: readonly ClassOf<object>[];
  readonly pipelines: ReadonlyMap<string, unknown>;
}

async function importAll(directory: string, manifest: PluginManifest): Promise<ImportedPlugin> {
  const chunks = new Map<string, Record<string, unknown>>();
  const entries = [manifest.actions, manifest.steps, manifest.modules, manifest.injectables].flat();
  for (const { chunk } of entries) {
    if (!chunks.has(chunk))
      chunks.set(chunk, (await import(urlOfPath(join(directory, chunk)))) as Record<string, unknown>);
  }
  const classOf = (found: ManifestClass): ClassOf<object> => {
    const value = found.exportName
      .split('.')
      .reduce<unknown>(
        (holder, name) => (holder as Record<string, unknown> | undefined)?.[name],
        chunks.get(found.chunk),
      );
    if (typeof value !== 'function') {
      throw new PluginLoadError(
        `${found.entrypoint} is not a class once the file is loaded. Declare it with 'export class'.`,
        {
          details: { entrypoint: found.entrypoint },
        },
      );
    }
    return value as unknown as ClassOf<object>;
  };
  const actions = manifest.actions.map((found) => ({
    type: classOf(found),
    method: found.method,
    entrypoint: found.entrypoint,
  }));
  const injectables = manifest.injectables.map((found) => ({ type: classOf(found), entrypoint: found.entrypoint }));
  const seen = new Set(actions.map(({ entrypoint }) => entrypoint));
  // A decorator that a plugin makes itself from @Action shows only now.
  const unseen = injectables
    .flatMap(({ type, entrypoint }) => actionsOf(type, entrypoint))
    .filter(({ entrypoint }) => !seen.has(entrypoint));
  return {
    actions: [...actions, ...unseen],
    steps: manifest.steps.map(classOf),
    modules: manifest.modules.map(classOf),
    injectables: injectables.map(({ type }) => type),
    pipelines: await importPipelines(directory, manifest.pipelines),
  };
}

function assemble(configFile: PluginConfigFile, source: PluginSource, imported: ImportedPlugin): LoadedPlugin {
  if (configFile.config.code === '') {
    throw new ConfigInvalidError(configFile.path, [
      { path: 'code', code: 'empty', message: `must not be empty; runs name the plugin by it` },
    ]);
  }
  return { configFile, source, ...imported };
}

/** The same sources in another folder, or under another host, import from other places. */
function keyOfPlace(directory: string, host: HostModules): string {
  return hashOfText(`${CACHE_FORMAT}\0${directory}\0${host.fingerprint}`);
}

function hashOfText(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

function isFresh({ inputs }: PluginManifest): boolean {
  return inputs.every(({ path, hash }) => hashOfFile(path) === hash);
}

/** Packages may have moved, or the entry's files may be damaged in place; what a plugin itself throws at its top looks the same. */
function mayBeTheCachesFault(thrown: unknown): boolean {
  const { code, name } = (thrown ?? {}) as NodeJS.ErrnoException;
  return code === 'ERR_MODULE_NOT_FOUND' || name === 'SyntaxError';
}
