import { messageOf, SynapseError, type SynapseErrorOptions } from './synapse.error.js';

/** Base of everything that goes wrong with a plugin: its configuration, its code, its params, its runs. */
export abstract class PluginError extends SynapseError {}

/** One broken rule of a params, result or configuration value. */
export interface ValidationIssue {
  /** Dotted path to the value, e.g. `items.0.qty`; empty for the value as a whole. */
  readonly path: string;
  /** What was expected, in words. */
  readonly message: string;
  /** Name of the rule, e.g. `min`, `isInt`, `unknown_key`, `missing`. */
  readonly code?: string;
}

/** The action has no such name among those the plugin or the module graph offers. */
export class ActionNotFoundError extends PluginError {
  readonly code = 'SYN_ACTION_NOT_FOUND';
  readonly kind = 'usage';

  /** @param emptyPlugin - Code of the plugin that was asked, when it has no actions at all. */
  constructor(
    name: string,
    readonly available: readonly string[],
    suggestion?: string,
    emptyPlugin?: string,
  ) {
    const hint = suggestion === undefined ? '' : ` Did you mean '${suggestion}'?`;
    const known = `Known actions: ${available.join(', ') || '(none)'}.${hint}`;
    const cure = 'Is its class decorated with @Action and listed in the providers of an imported module?';
    const reason = available.length === 0 ? `${known} ${cure}` : known;
    super(
      emptyPlugin === undefined
        ? `Action '${name}' not found. ${reason}`
        : `Action '${name}' not found: plugin '${emptyPlugin}' has no actions; decorate a class with @Action.`,
      { details: { action: name, available: [...available] } },
    );
  }
}

/** No plugin has this code in this application. */
export class PluginNotFoundError extends PluginError {
  readonly code = 'SYN_PLUGIN_NOT_FOUND';
  readonly kind = 'usage';

  constructor(plugin: string, known: readonly string[]) {
    super(`Plugin '${plugin}' not found. Known plugins: ${known.join(', ') || '(none)'}.`, {
      details: { plugin, available: [...known] },
    });
  }
}

/** Params broke the rules of the action's params class. Lists every broken rule, not only the first. */
export class ParamsInvalidError extends PluginError {
  readonly code = 'SYN_PARAMS_INVALID';
  readonly kind = 'validation';

  constructor(
    action: string,
    readonly issues: readonly ValidationIssue[],
    options: SynapseErrorOptions = {},
  ) {
    super(
      `Parameter validation failed: ${issues.length} error${issues.length === 1 ? '' : 's'} for action '${action}': ${listIssues(issues)}`,
      {
        ...options,
        details: { action, issues: [...issues] },
      },
    );
  }
}

/** A result broke the rules of the action's result class, and the action asked for `strictResult`. */
export class ResultInvalidError extends PluginError {
  readonly code = 'SYN_RESULT_INVALID';
  readonly kind = 'execution';

  constructor(
    action: string,
    readonly issues: readonly ValidationIssue[],
  ) {
    super(`The result of action '${action}' does not fit its result class: ${listIssues(issues)}`, {
      details: { action, issues: [...issues] },
    });
  }
}

/** An action's own code failed. `cause` is what it threw. */
export class ExecutionError extends PluginError {
  readonly code = 'SYN_EXECUTION_FAILED';
  readonly kind = 'execution';
}

/** Anything that was thrown as one of our errors: as it is, or as the cause of an {@link ExecutionError}. */
export function asSynapseError(thrown: unknown): SynapseError {
  return SynapseError.is(thrown) ? thrown : new ExecutionError(messageOf(thrown), { cause: thrown });
}

/** Issues as one line of text, at most ten of them. */
export function listIssues(issues: readonly ValidationIssue[]): string {
  const shown = issues.slice(0, 10).map(({ path, message }) => (path ? `${path}: ${message}` : message));
  if (issues.length > shown.length) shown.push(`and ${issues.length - shown.length} more`);
  return shown.join('; ');
}
