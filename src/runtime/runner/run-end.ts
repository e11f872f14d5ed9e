import type { TerminalEventType } from '../../authoring/reporting/run-event.js';
import { errorToJson } from '../../foundation/errors/error-json.js';
import type { RunOutcome } from '../invocation/run-outcome.js';
import type { SecretRedactor } from '../invocation/secret-redactor.js';
import type { RunChange } from '../run-store/run-record.js';

/** What the end of a run changes about it. */
export function finalChange(outcome: RunOutcome, redactor: SecretRedactor | undefined, ended_at: number): RunChange {
  const { status } = outcome;
  if (status === 'completed') {
    return { status, ended_at, result: redactor ? redactor.value(outcome.result) : outcome.result };
  }
  return { status, ended_at, error: errorToJson(outcome.error, { withStack: true }) };
}

/** The event that says how a run ended. */
export function terminalEventOf({ status }: RunOutcome): TerminalEventType {
  if (status === 'completed') return 'run.completed';
  return status === 'failed' ? 'run.failed' : 'run.cancelled';
}
