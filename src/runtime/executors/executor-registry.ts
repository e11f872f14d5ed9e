import { NotConfiguredError } from '../../foundation/errors/config.errors.js';
import type { ActionDefinition } from '../discovery/action-definition.js';
import type { Executor } from './executor.interface.js';
import { parseRunMode, RunMode } from './run-mode.js';

/** An executor, and why it is another one than the action's method says, if it is. */
export interface ExecutorChoice {
  readonly executor: Executor;
  /** One sentence for the operator. */
  readonly notice?: string;
}

const REASONS: Readonly<Record<RunMode, string>> = {
  local: '',
  process: 'This application has no executor for child processes.',
  task: 'This application has no executor for a Ray cluster.',
  job: 'This application has no executor for a Ray cluster.',
  serve: 'This application has no executor that serves deployments.',
  remote: 'This application has no executor that runs through the backend.',
};

/** The executors of an application, by mode. The only place that chooses one. */
export class ExecutorRegistry {
  readonly #executors: ReadonlyMap<RunMode, Executor>;

  constructor(executors: readonly Executor[]) {
    this.#executors = new Map(executors.map((executor) => [executor.mode, executor]));
  }

  /**
   * The executor for a run of `definition`.
   *
   * A mode that was asked for is never replaced. Without one, the action's own method counts where it is configured;
   * otherwise the run is local, and `notice` says so.
   *
   * @throws UsageError for an unknown mode; {@link NotConfiguredError} for one that is not set up.
   */
  choose(definition: ActionDefinition, requested?: string): ExecutorChoice {
    if (requested !== undefined) return { executor: this.#configured(parseRunMode(requested)) };
    const method = definition.method;
    if (method === undefined || method === RunMode.Local) return { executor: this.#configured(RunMode.Local) };
    const executor = this.#executors.get(method);
    if (executor?.isConfigured()) return { executor };
    return {
      executor: this.#configured(RunMode.Local),
      notice: `Action '${definition.name}' asks for method '${method}', which is not configured here; it runs locally. ${REASONS[method]}`,
    };
  }

  #configured(mode: RunMode): Executor {
    const executor = this.#executors.get(mode);
    if (!executor?.isConfigured()) {
      throw new NotConfiguredError(
        `Mode '${mode}'`,
        `${REASONS[mode]} Leave the mode out, or ask for 'local', to run it in this process.`,
      );
    }
    return executor;
  }
}
