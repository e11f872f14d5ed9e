import type { CheckpointReference } from '../../authoring/context/runtime-context.js';
import type { PluginEnvironment } from '../../foundation/environment/plugin-environment.js';

/** One request to run an action. */
export interface RunRequest {
  readonly action: string;
  /** Code of the plugin. May be left out when only one plugin has an action of that name. */
  readonly plugin?: string;
  /** @defaultValue `{}` */
  readonly params?: unknown;
  /** `local`, `process`, `task`, `job` … @defaultValue the action's method where it is configured, else `local` */
  readonly mode?: string;
  /** Cancels the run when it aborts. */
  readonly signal?: AbortSignal;
  /** The platform's job that the run belongs to. */
  readonly jobId?: string;
  /** Laid over the process's and the plugin's environment. */
  readonly env?: PluginEnvironment | Readonly<Record<string, unknown>>;
  readonly checkpoint?: CheckpointReference;
  /** Stable name of the work, the same for every try of it. @defaultValue the run's id */
  readonly idempotencyKey?: string;
  /** Run of which this one is a part. */
  readonly parentId?: string;
}
