import type { CheckpointReference } from '../../authoring/context/runtime-context.js';
import type { RunListener } from '../../authoring/reporting/run-listener.js';
import type { PluginEnvironment } from '../../foundation/environment/plugin-environment.js';
import type { ActionDefinition } from '../discovery/action-definition.js';
import type { StoredSteps } from '../durability/step-entries.js';
import type { PipelineUse } from '../invocation/active-run.js';
import type { NewJournalEntry } from '../run-store/run-journal.js';

/** The run that a request goes on from, and the part of its journal that the new run begins with. */
export interface RequestOrigin {
  readonly forkedFrom: string;
  readonly stored: StoredSteps;
  readonly entries: readonly NewJournalEntry[];
}

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
  /** Hears the events of this run, once they are stored. */
  readonly listener?: RunListener;
  /**
   * What is run, where a pipeline has decided it; `action` only names it.
   *
   * @internal
   */
  readonly definition?: ActionDefinition;
  /**
   * Told what the run uses of the pipeline that it is part of.
   *
   * @internal
   */
  readonly pipelineUse?: PipelineUse;
  /**
   * What an earlier run has done for this one.
   *
   * @internal
   */
  readonly origin?: RequestOrigin;
}
