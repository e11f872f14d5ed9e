import { PipelineFailedError, PipelineParamsError } from '../../foundation/errors/pipeline.errors.js';
import type { StepUndoReport } from '../../foundation/errors/step.errors.js';
import { messageOf, type SynapseError } from '../../foundation/errors/synapse.error.js';

/** What the run of a pipeline fails with. */
export function failureOf(
  step: string,
  cause: SynapseError,
  undone: readonly StepUndoReport[],
): PipelineFailedError | PipelineParamsError {
  const { retryable, code } = cause;
  const details = { ...cause.details, cause_code: cause.details['cause_code'] ?? code };
  if (code !== 'SYN_PARAMS_INVALID') {
    return new PipelineFailedError(step, plainMessageOf(cause), undone, { cause, retryable, details });
  }
  return new PipelineParamsError(step, cause.message, { cause, details: { ...details, undone } });
}

/** What the action itself threw: the framework's words around it say nothing new here. */
export function plainMessageOf(error: SynapseError): string {
  return messageOf(error).replace(/^Action execution failed: /, '');
}

/** Why something was told to end, in words. */
export function reasonOf(reason: unknown): string {
  const { reason: words } = (reason ?? {}) as { readonly reason?: unknown };
  return typeof words === 'string' ? words : messageOf(reason);
}
