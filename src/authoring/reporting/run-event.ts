/** Every kind of event a run's stream can hold. The last three end it. */
export type RunEventType =
  | 'run.started'
  | 'log'
  | 'progress'
  | 'metrics'
  | 'step.started'
  | 'step.completed'
  | 'step.skipped'
  | 'step.failed'
  | 'step.retrying'
  | 'step.rolled_back'
  | 'step.rollback_failed'
  | 'checkpoint'
  | TerminalEventType;

/** A run that ends has exactly one of these, as its last event. */
export type TerminalEventType = 'run.completed' | 'run.failed' | 'run.cancelled';

/** One entry of a run's ordered stream, as it is stored and as it travels. */
export interface RunEvent<D extends object = Record<string, unknown>> {
  /** From 1, without gaps, per run. Given after coalescing, when the event is handed to the store. */
  readonly seq: number;
  readonly type: RunEventType;
  readonly run_id: string;
  /** From 1; a resumed run counts on. */
  readonly attempt: number;
  /** When it happened: ISO 8601, UTC, milliseconds. */
  readonly time: string;
  readonly data: D;
}

/** Data of a `log` event: the original's event name and payload, unchanged. */
export interface LogEventData {
  readonly event: string;
  readonly data: Record<string, unknown>;
  /** Path of a file that belongs to the event, or null. */
  readonly file: string | null;
  /** Step during which it was logged, or null. */
  readonly step: string | null;
  readonly level: string;
}

/** Data of a `progress` event. Times are seconds with two decimals, as in the original. */
export interface ProgressEventData {
  /** Phase the numbers are for, or null for the run as a whole. */
  readonly key: string | null;
  /** 0 to 100, two decimals; below 100 until the phase is really done. */
  readonly percent: number;
  /** Weighted over all phases; never goes back within an attempt, and is 100 exactly once, at the end of a completed run. */
  readonly overall: number;
  readonly current: number | null;
  readonly total: number | null;
  readonly time_remaining: number | null;
  readonly elapsed_time: number | null;
  readonly status: 'running' | 'failed' | 'completed';
}

/** Data of a `metrics` event: all values of the key so far. */
export interface MetricsEventData {
  readonly key: string;
  readonly metrics: Record<string, unknown>;
}

/** Whether `type` ends a run. */
export function isTerminal(type: RunEventType): type is TerminalEventType {
  return type === 'run.completed' || type === 'run.failed' || type === 'run.cancelled';
}
