import { PluginError } from './plugin.errors.js';
import type { SynapseErrorOptions } from './synapse.error.js';

/** A call with words that cannot be understood: a flag, a mode, a value of the wrong form. */
export class UsageError extends PluginError {
  readonly code = 'SYN_USAGE';
  readonly kind = 'usage';
}

/** No run has this id in the store that was asked. */
export class RunNotFoundError extends PluginError {
  readonly code = 'SYN_RUN_NOT_FOUND';
  readonly kind = 'usage';

  constructor(runId: string) {
    super(
      `No run has the id '${runId}' in this store. List its runs with \`synapse run list\`, or ask another store with --store. Finished runs may have been pruned.`,
      {
        details: { run_id: runId },
      },
    );
  }
}

/** The run did not end within the time its action or caller allows. */
export class RunTimeoutError extends PluginError {
  readonly code = 'SYN_RUN_TIMEOUT';
  readonly kind = 'execution';

  constructor(action: string, timeoutMs: number) {
    super(
      `Action '${action}' did not end within ${timeoutMs} ms. Raise timeoutMs in @Action, or make the work observe ctx.signal.`,
      {
        retryable: true,
        details: { action, timeout_ms: timeoutMs },
      },
    );
  }
}

/** The run was cancelled by its caller. */
export class RunCancelledError extends PluginError {
  readonly code = 'SYN_RUN_CANCELLED';
  readonly kind = 'cancelled';

  constructor(
    action: string,
    readonly reason: string,
    options: SynapseErrorOptions = {},
  ) {
    super(`Action '${action}' was cancelled: ${reason}`, { ...options, details: { action, reason } });
  }
}

/** The application ends, and starts no new runs. */
export class ShuttingDownError extends PluginError {
  readonly code = 'SYN_SHUTTING_DOWN';
  readonly kind = 'execution';

  constructor(action: string) {
    super(`Action '${action}' was not started: the application shuts down. Ask again once it is back.`, {
      retryable: true,
      details: { action },
    });
  }
}

/** A result that has no JSON form: circular, a function, a bigint, or larger than the limit. */
export class ResultNotSerializableError extends PluginError {
  readonly code = 'SYN_RESULT_NOT_SERIALIZABLE';
  readonly kind = 'execution';
}

/** Code outside of a run asked for the run's context. */
export class NoActiveRunError extends PluginError {
  readonly code = 'SYN_NO_ACTIVE_RUN';
  readonly kind = 'usage';

  constructor(member: string) {
    super(
      `RuntimeContext.${member} was read outside of a run. The context exists only while an action executes; read it in execute(), not in a constructor.`,
      {
        details: { member },
      },
    );
  }
}

/** The plugin ended its own process in the middle of a run. */
export class PluginExitError extends PluginError {
  readonly code = 'SYN_PLUGIN_EXIT';
  readonly kind = 'execution';

  constructor(action: string, exitCode: number | string | undefined) {
    super(
      `Action '${action}' called process.exit(${exitCode ?? ''}). Throw an error or return a result instead; the host owns its process.`,
      {
        details: { action, exit_code: exitCode ?? null },
      },
    );
  }
}
