import type { LogLevel } from './log-level.js';
import type { ProgressEventData } from './run-event.js';

/** Names one bar or one series of lines. */
export interface PhaseName {
  readonly runId: string;
  readonly key: string | null;
  /** What people are shown. */
  readonly label: string;
}

/** How runs are shown: as bars on a terminal, as lines anywhere else. */
export interface ConsoleView {
  /** Shows a text of one or more lines, for good. */
  line(text: string, level: LogLevel | string): void;
  progress(phase: PhaseName, data: ProgressEventData): void;
  metrics(phase: PhaseName, metrics: Record<string, unknown>): void;
  /** Nothing more comes of this run. */
  endRun(runId: string): void;
}
