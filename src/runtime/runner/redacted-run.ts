import { RunEventStream } from '../../authoring/reporting/run-event-stream.js';
import type { RunEventType, TerminalEventType } from '../../authoring/reporting/run-event.js';
import type { RunEventStreamOptions } from '../../authoring/reporting/stream-options.js';
import { errorFromJson, errorToJson } from '../../foundation/errors/error-json.js';
import type { SynapseErrorJson } from '../../foundation/errors/synapse.error.js';
import type { RunOutcome } from '../invocation/run-outcome.js';
import type { SecretRedactor } from '../invocation/secret-redactor.js';

/** The events of a run whose params hold secrets: what the action logs, and what it failed with, goes out without them. */
export class RedactedEventStream extends RunEventStream {
  constructor(
    options: RunEventStreamOptions,
    private readonly redactor: SecretRedactor,
  ) {
    super(options);
  }

  override emit(type: RunEventType, data: object, now?: number): void {
    super.emit(type, this.redactor.value(data) as object, now);
  }

  override close(type: TerminalEventType, data: object, now?: number): void | Promise<void> {
    return super.close(type, this.redactor.value(data) as object, now);
  }
}

/** How a run ended, without its secrets in the error's text and details. A result is the caller's own and stays as it is. */
export function redactedOutcome(outcome: RunOutcome, redactor: SecretRedactor): RunOutcome {
  if (outcome.status === 'completed') return outcome;
  const json = errorToJson(outcome.error, { withStack: true });
  const redacted = redactor.value(json) as SynapseErrorJson;
  if (JSON.stringify(redacted) === JSON.stringify(json)) return outcome;
  return { status: outcome.status, error: errorFromJson(redacted) };
}
