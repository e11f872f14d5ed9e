import type { LogRecord } from './log-record.js';
import type { ProgressData } from './progress-data.js';

/** One log event as a platform takes it; the order of the keys is that of the wire. */
export interface LogEntry {
  readonly event: string;
  readonly data: Record<string, unknown>;
  /** When it was logged, in seconds since the epoch. */
  readonly timestamp: number;
  readonly file: string | null;
  readonly step: string | null;
  readonly level: string | null;
}

/**
 * A platform that shows people how a job is doing.
 *
 * A call that returns, or whose promise resolves, acknowledges its entry; one that throws or rejects is repeated. After a lost
 * answer the same `id` comes again: a platform that minds doubles keeps the ids that it has seen.
 */
export interface LoggerBackend {
  /** @param key - Phase the progress is for; null for the job as a whole. */
  publishProgress(jobId: string, progress: ProgressData, key: string | null, id: string): void | Promise<void>;
  /** @param metrics - All values so far of one key, under that key. */
  publishMetrics(jobId: string, metrics: Record<string, Record<string, unknown>>, id: string): void | Promise<void>;
  publishLog(jobId: string, entry: LogEntry, id: string): void | Promise<void>;
}

/** `record` as an entry for the wire. */
export function toLogEntry(
  { event, data, file, step, level }: Omit<LogRecord, 'level'> & { level: string | null },
  timestamp: number,
): LogEntry {
  return { event, data, timestamp, file, step, level };
}
