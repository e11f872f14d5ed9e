import type { RuntimeContext } from '../../authoring/context/runtime-context.js';
import type { ActiveRun, PipelineUse } from '../invocation/active-run.js';
import type { RunStore } from '../run-store/run-store.interface.js';
import type { PluginRunner } from '../runner/plugin-runner.service.js';
import type { RunRequest } from '../runner/run-request.js';
import type { PipelinePlan } from './pipeline-plan.js';

/** What only one run of a pipeline is given. */
export interface RunExtras {
  /** Laid over the environment of each action's run as well. */
  readonly env?: RunRequest['env'];
  /** Results of nodes that an earlier run has completed. */
  readonly adopted?: ReadonlyMap<string, unknown>;
  /** Is told which action comes next: its position, how many there are, and its name; `complete` at the end. */
  readonly onAction?: (index: number, total: number, name: string) => void;
}

/** What the parts of one run of a pipeline share. */
export interface PipelineSurroundings {
  readonly plan: PipelinePlan;
  readonly runner: PluginRunner;
  readonly store: RunStore;
  /** That of the pipeline's own run. */
  readonly ctx: RuntimeContext;
  /** The pipeline's own run. */
  readonly host: ActiveRun;
  readonly extras: RunExtras;
  readonly use: PipelineUse;
}
