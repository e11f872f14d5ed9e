import { randomUUID } from 'node:crypto';
import { BackendSender, type BackendSenderOptions, type Undelivered } from './backend-sender.js';
import { BaseLogger, type LoggerOptions } from './base-logger.js';
import type { LogRecord } from './log-record.js';
import { type LoggerBackend, toLogEntry } from './logger-backend.interface.js';
import type { ProgressData } from './progress-data.js';

/** What a {@link BackendLogger} can be given. */
export interface BackendLoggerOptions extends LoggerOptions, BackendSenderOptions {}

/**
 * Reports to a platform, in the background. `finish()` resolves when the platform has everything; when that takes too
 * long, the rest is written to a file, and {@link undelivered} says so.
 */
export class BackendLogger extends BaseLogger {
  private readonly sender: BackendSender | undefined;
  private readonly idPrefix = randomUUID();
  private count = 0;

  /**
   * @param backend - The platform; null to keep progress and metrics only.
   * @param jobId - The platform's job that the reports belong to.
   */
  constructor(backend: LoggerBackend | null, jobId: string, options: BackendLoggerOptions = {}) {
    super(options);
    this.sender = backend === null ? undefined : new BackendSender(backend, jobId, options);
  }

  /** How many reports the platform has not acknowledged yet. */
  get waiting(): number {
    return this.sender?.waiting ?? 0;
  }

  /** What the platform did not get, once the logger is finished. */
  get undelivered(): Undelivered | undefined {
    return this.sender?.undelivered;
  }

  protected override onLog(record: LogRecord): void {
    this.sender?.log(this.nextId(), toLogEntry(record, this.clock.now() / 1000));
  }

  protected override onProgress(data: ProgressData, key: string | null): void {
    this.sender?.progress(this.nextId(), key, data);
  }

  protected override onMetrics(key: string, metrics: Record<string, unknown>): void {
    this.sender?.metrics(this.nextId(), key, metrics);
  }

  protected override async onFinish(): Promise<void> {
    await this.sender?.finish();
  }

  private nextId(): string {
    return `${this.idPrefix}:${++this.count}`;
  }
}
