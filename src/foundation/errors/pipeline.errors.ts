import { PluginError } from './plugin.errors.js';
import { type StepUndoReport, withoutCause } from './step.errors.js';
import { SynapseError, type SynapseErrorOptions } from './synapse.error.js';

/** A pipeline that cannot be one: no actions, a name that is used twice, a circle, an action that is not there. */
export class PipelineDefinitionError extends PluginError {
  readonly code = 'SYN_PIPELINE_DEFINITION';
  readonly kind = 'config';
}

/** What one action of a pipeline hands on is not what a later one takes. */
export class SchemaIncompatibleError extends PluginError {
  readonly code = 'SYN_SCHEMA_INCOMPATIBLE';
  readonly kind = 'config';
}

/** No pipeline has this name in this plugin or application. */
export class PipelineNotFoundError extends PluginError {
  readonly code = 'SYN_PIPELINE_NOT_FOUND';
  readonly kind = 'usage';

  constructor(name: string, available: readonly string[]) {
    const cure =
      available.length === 0
        ? "There are none: name some under 'pipelines:' in config.yaml."
        : `Known pipelines: ${available.join(', ')}.`;
    super(`Pipeline '${name}' not found. ${cure}`, { details: { pipeline: name, available: [...available] } });
  }
}

/** A run cannot go on, because the pipeline that it was started with is not the one there is now. */
export class PipelineChangedError extends PluginError {
  readonly code = 'SYN_PIPELINE_CHANGED';
  readonly kind = 'usage';

  /** @param change - What is different. */
  constructor(pipeline: string, runId: string, change: string) {
    super(
      `Run ${runId} cannot go on: pipeline '${pipeline}' has changed since it was started (${change}). Put it back as it was, or start a new run.`,
      { details: { pipeline, run_id: runId, change } },
    );
  }
}

/** A run of a pipeline cannot go on here, because the run of one of its actions cannot: nothing was undone for it, and both are as they were. */
export class PipelineResumeError extends PluginError {
  readonly code = 'SYN_PIPELINE_RESUME';
  readonly kind = 'usage';

  /** @param child - The action, and its run. @param cause - What stands in the way. */
  constructor(
    pipeline: string,
    runId: string,
    child: { readonly action: string; readonly runId: string },
    cause: Error,
  ) {
    const { action, runId: childId } = child;
    super(
      `Run ${runId} of pipeline '${pipeline}' cannot go on here: the run ${childId} of its action '${action}' was interrupted and cannot be resumed: ${cause.message} Nothing was undone. Install the action as it was when its run began, then go on with \`synapse run resume ${runId}\`, or end and undo it with \`synapse run cancel ${runId}\`; then \`synapse run fork ${runId}\` starts a new one from what was not undone.`,
      { cause, details: { pipeline, run_id: runId, action, child_run_id: childId, cause_code: codeOf(cause) } },
    );
  }
}

function codeOf(cause: Error): string | undefined {
  return SynapseError.is(cause) ? cause.code : undefined;
}

/** An action of a pipeline was not given the params it needs. */
export class PipelineParamsError extends PluginError {
  readonly code = 'SYN_PIPELINE_PARAMS';
  readonly kind = 'validation';

  constructor(action: string, reason: string, options: SynapseErrorOptions = {}) {
    super(`Failed to validate params for action '${action}': ${reason}`, {
      ...options,
      details: { ...options.details, action, reason },
    });
  }
}

/** An action of a pipeline failed, and with it the pipeline. The actions before it have been undone, as `undone` says. */
export class PipelineFailedError extends PluginError {
  readonly code = 'SYN_PIPELINE_FAILED';
  readonly kind = 'execution';

  constructor(
    action: string,
    reason: string,
    /** In the order of undoing: the newest first. */
    readonly undone: readonly StepUndoReport[] = [],
    options: SynapseErrorOptions = {},
  ) {
    super(`Action '${action}' failed: ${reason}`, {
      ...options,
      details: { ...options.details, action, reason, undone: undone.map(withoutCause) },
    });
  }
}
