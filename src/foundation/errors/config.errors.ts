import { listIssues, PluginError, type ValidationIssue } from './plugin.errors.js';
import type { SynapseErrorOptions } from './synapse.error.js';

/** No config.yaml where one was expected. */
export class ConfigNotFoundError extends PluginError {
  readonly code = 'SYN_CONFIG_NOT_FOUND';
  readonly kind = 'config';

  /** @param cure - What to do about it, as a sentence. */
  constructor(
    path: string,
    cure = "A plugin folder has a config.yaml with at least 'name' and 'code'; name another folder with --path.",
  ) {
    super(`Config file not found: ${path}. ${cure}`, { details: { path } });
  }
}

/** A configuration file that does not parse or breaks a rule. */
export class ConfigInvalidError extends PluginError {
  readonly code = 'SYN_CONFIG_INVALID';
  readonly kind = 'config';

  constructor(
    path: string,
    readonly issues: readonly ValidationIssue[],
    options: SynapseErrorOptions = {},
  ) {
    super(`${path} is not a valid plugin configuration: ${listIssues(issues)}`, {
      ...options,
      details: { path, issues: [...issues] },
    });
  }
}

/** A configuration file that could not be written. What was there is still there, unharmed. */
export class ConfigWriteError extends PluginError {
  readonly code = 'SYN_CONFIG_WRITE';
  readonly kind = 'config';

  constructor(path: string, reason: string, options: SynapseErrorOptions = {}) {
    super(`${path} cannot be written: ${reason}. It is as it was; check the folder's permissions and free space.`, {
      ...options,
      details: { path, reason },
    });
  }
}

/** Something the caller asked for is not set up: a client, a store, a mode. */
export class NotConfiguredError extends PluginError {
  readonly code = 'SYN_NOT_CONFIGURED';
  readonly kind = 'config';

  /**
   * @param thing - What is missing, e.g. `The backend client`.
   * @param cure - How to set it up, as a sentence.
   */
  constructor(thing: string, cure: string) {
    super(`${thing} is not configured. ${cure}`, { details: { thing } });
  }
}

/** A file of environment values that cannot be read. `details` hold the path and, where it is known, the line. */
export class EnvironmentFileError extends PluginError {
  readonly code = 'SYN_ENVIRONMENT_FILE';
  readonly kind = 'config';
}

/** An environment value that is missing or not of the type that was asked for. */
export class EnvironmentValueError extends PluginError {
  readonly code = 'SYN_ENVIRONMENT_VALUE';
  readonly kind = 'config';

  constructor(key: string, expected: string, found: string) {
    super(
      `Environment value '${key}' must be ${expected}, got ${found}. Set it in the environment of the process, or under env in config.yaml.`,
      { details: { key, expected } },
    );
  }
}

/** Something that is not a data type where one is needed, or a data type whose name is taken. */
export class DataTypeInvalidError extends PluginError {
  readonly code = 'SYN_DATA_TYPE_INVALID';
  readonly kind = 'config';
}

/** No data type has this name. */
export class DataTypeNotFoundError extends PluginError {
  readonly code = 'SYN_DATA_TYPE_NOT_FOUND';
  readonly kind = 'config';

  constructor(
    name: string,
    readonly known: readonly string[],
  ) {
    super(
      `No data type is named '${name}'. Known names: ${known.join(', ')}. Correct the name, or register the class that has it as its static typeName.`,
      { details: { name, known: [...known] } },
    );
  }
}

/** There is no folder where a plugin was expected. */
export class PluginFolderNotFoundError extends PluginError {
  readonly code = 'SYN_PLUGIN_FOLDER_NOT_FOUND';
  readonly kind = 'config';

  constructor(path: string) {
    super(`Plugin directory not found: ${path}. Name the folder that holds the plugin's config.yaml and sources.`, {
      details: { path },
    });
  }
}

/** A plugin's folder that is too large to be looked through. */
export class PluginFolderTooLargeError extends PluginError {
  readonly code = 'SYN_PLUGIN_FOLDER_TOO_LARGE';
  readonly kind = 'config';

  constructor(path: string, limit: number, what: 'files and folders' | 'source files') {
    super(
      `${path} holds more than ${limit} ${what}, so it was not looked through. Is it the plugin's own folder? Keep data outside of it, or in a folder that begins with a dot.`,
      { details: { path, limit, what } },
    );
  }
}

/** Source that rolldown cannot compile. `details` hold file, line and column of the first fault. */
export class PluginCompileError extends PluginError {
  readonly code = 'SYN_PLUGIN_COMPILE';
  readonly kind = 'config';
}

/** Plugin code that compiles but throws when it is imported, or exports nothing that can be loaded. */
export class PluginLoadError extends PluginError {
  readonly code = 'SYN_PLUGIN_LOAD';
  readonly kind = 'config';
}

/** An entrypoint that names no file or no class. */
export class EntrypointInvalidError extends PluginError {
  readonly code = 'SYN_ENTRYPOINT_INVALID';
  readonly kind = 'config';

  constructor(action: string, entrypoint: string, reason: string, options: SynapseErrorOptions = {}) {
    super(`The entrypoint '${entrypoint}' of action '${action}' cannot be resolved: ${reason}`, {
      ...options,
      details: { action, entrypoint, reason },
    });
  }
}

/** Two classes or methods claim the same action or step name. */
export class DuplicateNameError extends PluginError {
  readonly code = 'SYN_DUPLICATE_NAME';
  readonly kind = 'config';

  constructor(what: 'action' | 'step', name: string, owners: readonly string[]) {
    super(
      `The ${what} name '${name}' is used ${owners.length} times: ${owners.join(', ')}. Give all but one another name, e.g. @${what === 'action' ? 'Action' : 'Step'}({ name: '${name}_2' }).`,
      { details: { what, name, owners: [...owners] } },
    );
  }
}

/** A decorated class or method that cannot be an action as it is written. */
export class ActionDefinitionError extends PluginError {
  readonly code = 'SYN_ACTION_DEFINITION';
  readonly kind = 'config';
}

/** config.yaml and the code disagree in a way that must not be resolved by guessing. */
export class SyncConflictError extends PluginError {
  readonly code = 'SYN_SYNC_CONFLICT';
  readonly kind = 'config';

  /** @param conflicts - What disagrees and what to do about it, as sentences without their full stops. */
  constructor(
    path: string,
    readonly conflicts: readonly string[],
  ) {
    super(`${path} was not changed: ${conflicts.join('; ')}.`, { details: { path, conflicts: [...conflicts] } });
  }
}
