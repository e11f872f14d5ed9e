import { BaseLogger, type LoggerOptions } from './base-logger.js';
import { logLine, metricsLine, progressLine } from './console-text.js';
import { isAtLeast, LogLevel } from './log-level.js';
import type { LogRecord } from './log-record.js';
import { type OutputStream, writeText } from './output-stream.js';
import type { ProgressData } from './progress-data.js';

/** What a {@link ConsoleLogger} can be given. */
export interface ConsoleLoggerOptions extends LoggerOptions {
  /** @defaultValue the process's standard output */
  readonly stream?: OutputStream;
  /** Least serious level to write; progress and metrics count as info. @defaultValue debug */
  readonly minimumLevel?: LogLevel;
}

/** Writes a line for each report, at once. Files that belong to events are not shown. */
export class ConsoleLogger extends BaseLogger {
  private readonly stream: OutputStream;
  private readonly minimumLevel: LogLevel;

  constructor({ stream = process.stdout, minimumLevel = LogLevel.Debug, ...options }: ConsoleLoggerOptions = {}) {
    super(options);
    this.stream = stream;
    this.minimumLevel = minimumLevel;
  }

  protected override onLog(record: LogRecord): void {
    this.write(record.level, () => logLine(record));
  }

  protected override onProgress(data: ProgressData, key: string | null): void {
    this.write(LogLevel.Info, () => progressLine(key, data.percent, data.time_remaining));
  }

  protected override onMetrics(key: string, metrics: Record<string, unknown>): void {
    this.write(LogLevel.Info, () => metricsLine(key, metrics));
  }

  private write(level: LogLevel, line: () => string): void {
    if (isAtLeast(level, this.minimumLevel)) void writeText(this.stream, `${line()}\n`);
  }
}
