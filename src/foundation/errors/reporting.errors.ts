import { PluginError } from './plugin.errors.js';

/** Something was logged after the logger's run had ended. */
export class LoggerFinishedError extends PluginError {
  readonly code = 'SYN_LOGGER_FINISHED';
  readonly kind = 'execution';

  constructor() {
    super(
      'Cannot log to a finished logger. The run has ended; await the work that still reports before execute() returns.',
    );
  }
}

/** A progress number, metric, level or log value that is out of range or of the wrong type. */
export class ReportingValueError extends PluginError {
  readonly code = 'SYN_REPORTING_VALUE';
  readonly kind = 'execution';
}

/** The end of a run could not be stored in time. The run itself may have succeeded; only its record is incomplete. */
export class EventsNotStoredError extends PluginError {
  readonly code = 'SYN_EVENTS_NOT_STORED';
  readonly kind = 'execution';

  /** @param savedTo - File that the events were written to instead, if that worked. */
  constructor(runId: string, count: number, savedTo: string | undefined, cause: unknown) {
    const kept = savedTo === undefined ? 'they are lost' : `they are kept in ${savedTo}`;
    super(
      `${count} events of run ${runId} could not be stored; ${kept}. Check that the run store is reachable and has space.`,
      { cause, retryable: true, details: { runId, count, savedTo: savedTo ?? null } },
    );
  }
}

/** No training framework is registered under this name. */
export class UnknownIntegrationError extends PluginError {
  readonly code = 'SYN_UNKNOWN_INTEGRATION';
  readonly kind = 'usage';

  constructor(name: string, available: readonly string[]) {
    super(`Unknown integration: '${name}'. Available: ${available.join(', ') || '(none)'}.`, {
      details: { name, available: [...available] },
    });
  }
}

/** A training framework is registered, but its package is not installed. */
export class IntegrationUnavailableError extends PluginError {
  readonly code = 'SYN_INTEGRATION_UNAVAILABLE';
  readonly kind = 'config';
}
