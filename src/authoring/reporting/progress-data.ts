import { ReportingValueError } from '../../foundation/errors/reporting.errors.js';

/** How a phase stands. */
export type ProgressStatus = 'running' | 'failed' | 'completed';

/** Progress of one phase, as loggers hand it on; the names are those of the wire. */
export interface ProgressData {
  /** 0 to 100, two decimals. */
  readonly percent: number;
  /** Estimated seconds to the end, two decimals; null when nothing is known. */
  readonly time_remaining: number | null;
  /** Seconds since the phase began, two decimals; null when nobody saw it begin. */
  readonly elapsed_time: number | null;
  readonly status: ProgressStatus;
}

/** What a phase reported: how much of how much, and how long it took. */
export interface ProgressReport {
  /** The phase's key as the caller gave it; null for the run as a whole. */
  readonly key: string | null;
  readonly current: number;
  readonly total: number;
  readonly elapsedSeconds: number;
}

/**
 * Refuses numbers that are no progress.
 *
 * @throws {@link ReportingValueError} unless `total` is above 0 and `current` lies between 0 and `total`.
 */
export function checkProgress(current: number, total: number): void {
  if (!(total > 0) || total === Infinity) {
    throw new ReportingValueError(
      `total must be > 0, got ${String(total)}. Report nothing while the total is unknown.`,
      {
        details: { total: String(total) },
      },
    );
  }
  if (!(current >= 0 && current <= total)) {
    const range = `between 0 and ${total}`;
    throw new ReportingValueError(
      `current must be ${range}, got ${String(current)}. It counts from the start of the phase.`,
      {
        details: { current: String(current), total },
      },
    );
  }
}
