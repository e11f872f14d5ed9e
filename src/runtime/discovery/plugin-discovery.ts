import type { Type } from '@nestjs/common';
import { type ActionFacts, toConfigDict, toConfigYaml } from '../../foundation/config/export-config.js';
import type { PluginCategory } from '../../foundation/config/enums.js';
import { RunMethod } from '../../foundation/config/enums.js';
import type { ActionConfig, PluginConfig } from '../../foundation/config/plugin-config.js';
import { syncConfigFile, type SyncFileOptions, type SyncFileResult } from '../../foundation/config/sync-config-file.js';
import { ActionNotFoundError } from '../../foundation/errors/plugin.errors.js';
import { UsageError } from '../../foundation/errors/run.errors.js';
import type { JsonValue } from '../../foundation/schema/json-safe.js';
import { type FormKitItem, uiSchemaOf } from '../../foundation/schema/form-kit.js';
import type { ClassOf } from '../../authoring/decorators/action.decorator.js';
import { nearest } from './action-registry.js';
import type { UnboundAction } from './define-action.js';
import { type DiscoveredPlugin, type KnownAction, pluginFromClasses, pluginFromPath } from './discovered-plugin.js';
import { HostModules } from './loader/host-modules.js';
import { PluginLoader } from './loader/plugin-loader.js';
import type { DiscoveredAction } from './static-scan/discover-actions.js';

/** How a plugin's folder is looked into. */
export interface DiscoveryOptions {
  /**
   * Loads the code when a class is asked for. @defaultValue one that shares this application's packages
   * @internal
   */
  readonly loader?: PluginLoader;
}

/** How classes in memory are called as a plugin. */
export interface ModuleDiscoveryOptions {
  /** For people, and what entrypoints begin with. */
  readonly name: string;
  /** @defaultValue the name, dots replaced by dashes */
  readonly code?: string;
  /** @defaultValue `custom` */
  readonly category?: PluginCategory;
}

/** A plugin's whole configuration as plain JSON values. Keys are those of config.yaml. */
export type PluginExport = { readonly [key: string]: JsonValue };

/** What an export of a plugin holds. */
export interface ExportOptions {
  /** Whether the forms of params and results are part of it; making them loads the plugin's code. @defaultValue true */
  readonly includeUiSchemas?: boolean;
}

/**
 * What a plugin consists of: its actions, their classes and their schemas.
 *
 * Names, entrypoints and methods are known without executing the plugin's code; what needs a class loads the code once and is async.
 * Nothing is written to the classes, so two plugins, or two entries of one config.yaml, may share them.
 */
export class PluginDiscovery {
  readonly #plugin: DiscoveredPlugin;

  private constructor(plugin: DiscoveredPlugin) {
    this.#plugin = plugin;
  }

  /**
   * The plugin in a folder. An action needs no entry in config.yaml; an entry overrides what the decorator says.
   *
   * @param path - The folder, or its configuration file of whatever name.
   * @throws ConfigNotFoundError, ConfigInvalidError; PluginCompileError for a file that does not parse; DuplicateNameError.
   */
  static async fromPath(path: string, { loader }: DiscoveryOptions = {}): Promise<PluginDiscovery> {
    return new PluginDiscovery(await pluginFromPath(path, loader ?? new PluginLoader(HostModules.ofApplication())));
  }

  /**
   * Classes in memory as a plugin, in alphabetical order of their names; names that begin with `_` are passed over.
   *
   * @param exported - A module's namespace (`import * as actions from …`), a list of classes, or Nest modules among either.
   * @throws {@link UsageError} for anything else, such as a module's name; DuplicateNameError, ConfigInvalidError.
   */
  static fromModule(exported: object, options: ModuleDiscoveryOptions): PluginDiscovery {
    return new PluginDiscovery(pluginFromClasses(exported, options));
  }

  /**
   * The actions in a folder's sources by name, without executing anything.
   *
   * @throws PluginFolderNotFoundError when `directory` is not a folder; DuplicateNameError when two classes claim one name.
   */
  static async discoverActions(directory: string): Promise<Record<string, DiscoveredAction>> {
    const { discoverActions } = await import('./static-scan/discover-actions.js');
    return discoverActions(directory);
  }

  /** The plugin's configuration, every default filled in. */
  get config(): PluginConfig {
    return this.#plugin.config;
  }

  listActions(): string[] {
    return [...this.#plugin.actions.keys()];
  }

  hasAction(name: string): boolean {
    return this.#plugin.actions.has(name);
  }

  /** @throws {@link ActionNotFoundError} with the names there are. */
  getActionConfig(name: string): ActionConfig {
    return this.#known(name).config;
  }

  /** Where the action is run: what config.yaml says, else its decorator, else `task`. @throws {@link ActionNotFoundError} */
  getActionMethod(name: string): RunMethod {
    return this.#known(name).config.method;
  }

  /** `path/to/file:Class`, as config.yaml has it. @throws {@link ActionNotFoundError}; EntrypointInvalidError when there is none. */
  getActionEntrypoint(name: string): string {
    const { config, unresolved } = this.#known(name);
    if (config.entrypoint === '' && unresolved) throw unresolved;
    return config.entrypoint;
  }

  /** The action's class; of a method action, the class that has the method. @throws what loading the plugin throws. */
  async getActionClass(name: string): Promise<ClassOf<object>> {
    const { found } = await this.#load(name);
    return found.type;
  }

  /** The params class, or null for an action that declares none. */
  async getActionParamsModel(name: string): Promise<ClassOf<object> | null> {
    return (await this.#load(name)).action.paramsType ?? null;
  }

  /** The result class, or null for an action that declares none. */
  async getActionResultModel(name: string): Promise<ClassOf<object> | null> {
    return (await this.#load(name)).action.resultType ?? null;
  }

  /** Name of the semantic type the action takes: what its decorator says, else config.yaml; null where neither does. */
  async getActionInputType(name: string): Promise<string | null> {
    return (await this.#load(name)).action.inputTypeName ?? null;
  }

  /** Name of the semantic type the action hands on; null where neither decorator nor config.yaml names one. */
  async getActionOutputType(name: string): Promise<string | null> {
    return (await this.#load(name)).action.outputTypeName ?? null;
  }

  /** FormKit inputs for the params; empty without a params class. */
  async getActionUiSchema(name: string): Promise<readonly FormKitItem[]> {
    return formOf(await this.getActionParamsModel(name));
  }

  /** FormKit inputs that show a result; empty without a result class. */
  async getActionResultUiSchema(name: string): Promise<readonly FormKitItem[]> {
    return formOf(await this.getActionResultModel(name));
  }

  /** The whole configuration as plain JSON values, with each action's forms. @throws what loading the plugin throws. */
  async toConfigDict({ includeUiSchemas = true }: ExportOptions = {}): Promise<PluginExport> {
    const actions: Record<string, ActionFacts> = {};
    for (const [name, { config }] of this.#plugin.actions) {
      const { entrypoint, description, method, input_type, output_type } = config;
      actions[name] = {
        ...{
          entrypoint,
          description,
          method,
          inputType: input_type ?? undefined,
          outputType: output_type ?? undefined,
        },
        ...(includeUiSchemas && {
          paramsUiSchema: await this.getActionUiSchema(name),
          resultUiSchema: await this.getActionResultUiSchema(name),
        }),
      };
    }
    return toConfigDict(this.config, { actions, includeUiSchemas }) as PluginExport;
  }

  /** {@link toConfigDict} as YAML of plain values, which every YAML reader takes. */
  async toYaml(options: ExportOptions = {}): Promise<string> {
    return toConfigYaml(await this.toConfigDict(options));
  }

  /**
   * Brings config.yaml up to what the sources have. Comments and formatting stay; a file that agrees is not written.
   *
   * @throws {@link UsageError} for a plugin without a folder; SyncConflictError when a person must decide; ConfigWriteError.
   */
  async syncConfigFile(options: SyncFileOptions = {}): Promise<SyncFileResult> {
    const { configPath } = this.#plugin;
    if (configPath === undefined) {
      throw new UsageError(
        `Plugin '${this.config.code}' has no config.yaml to sync: it was made from classes in memory. Use PluginDiscovery.fromPath().`,
      );
    }
    const { discoveredOf, outlinePlugin, refuseFaults } = await import('./plugin-outline.js');
    const outline = outlinePlugin(configPath);
    refuseFaults(outline);
    return syncConfigFile(configPath, discoveredOf(outline), options);
  }

  #known(name: string): KnownAction {
    const known = this.#plugin.actions.get(name);
    if (!known) throw new ActionNotFoundError(name, this.listActions(), nearest(name, this.listActions()));
    return known;
  }

  async #load(name: string): Promise<{ found: { type: ClassOf<object> }; action: UnboundAction }> {
    const known = this.#known(name);
    if (known.unresolved) throw known.unresolved;
    const loaded = (await this.#plugin.load()).get(name);
    if (!loaded) throw new ActionNotFoundError(name, [...(await this.#plugin.load()).keys()]);
    return loaded;
  }
}

function formOf(type: ClassOf<object> | null): readonly FormKitItem[] {
  return type ? uiSchemaOf(type as Type<object>) : [];
}
