import { PluginError } from './plugin.errors.js';
import type { SynapseErrorOptions } from './synapse.error.js';

/** How the undo of one step went. */
export interface StepUndoReport {
  readonly step: string;
  readonly ok: boolean;
  /** Message of what the undo threw. */
  readonly error?: string;
  /** What the undo threw. Stays in this process: only its message is kept. */
  readonly cause?: unknown;
}

/** A step failed, and with it its action. The steps before it have been undone, as `undone` says; `cause` is what the step threw. */
export class StepFailedError extends PluginError {
  readonly code = 'SYN_STEP_FAILED';
  readonly kind = 'execution';

  constructor(
    readonly step: string,
    reason: string | null,
    /** In the order of undoing: the failed step first. */
    readonly undone: readonly StepUndoReport[],
    options: SynapseErrorOptions = {},
  ) {
    // The original's words for a failure without a message.
    super(`Step '${step}' failed: ${reason ?? 'None'}`, {
      ...options,
      details: { ...options.details, step, reason, undone: [...undone].map(withoutCause) },
    });
  }
}

/** Something that cannot be a step as it is: no execute, no name or one that is taken, a bad weight, an unknown anchor. */
export class StepDefinitionError extends PluginError {
  readonly code = 'SYN_STEP_DEFINITION';
  readonly kind = 'config';
}

/** A step did not end within its own time limit. */
export class StepTimeoutError extends PluginError {
  readonly code = 'SYN_STEP_TIMEOUT';
  readonly kind = 'execution';

  constructor(step: string, timeoutMs: number) {
    super(
      `Step '${step}' did not end within ${timeoutMs} ms. Raise its timeoutMs, or make it observe context.signal.`,
      {
        retryable: true,
        details: { step, timeout_ms: timeoutMs },
      },
    );
  }
}

/** A step was told to end because a step that ran beside it failed. */
export class StepCancelledError extends PluginError {
  readonly code = 'SYN_STEP_CANCELLED';
  readonly kind = 'cancelled';

  constructor(
    readonly step: string,
    reason: string,
    options: SynapseErrorOptions = {},
  ) {
    super(`Step '${step}' was cancelled: ${reason}`, { ...options, details: { step, reason } });
  }
}

/** What is written down about a run's steps cannot be read back, or does not fit the steps that the action has now. */
export class StepJournalError extends PluginError {
  readonly code = 'SYN_STEP_JOURNAL';
  readonly kind = 'config';
}

/** @internal What of a report can leave the process. */
export function withoutCause(report: StepUndoReport): StepUndoReport {
  const { cause, ...rest } = report;
  return cause === undefined ? report : rest;
}
