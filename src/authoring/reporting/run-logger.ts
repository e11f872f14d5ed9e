import { BaseLogger } from './base-logger.js';
import { LogLevel } from './log-level.js';
import type { LogRecord } from './log-record.js';
import { MAX_UNFINISHED_PERCENT, ProgressModel } from './overall-progress.js';
import type { ProgressData, ProgressReport, ProgressStatus } from './progress-data.js';
import { roundToCents } from './round.js';
import type { ProgressEventData } from './run-event.js';
import type { RunEventStream } from './run-event-stream.js';

/**
 * The logger of a run: what is reported becomes events of the run's stream.
 *
 * Where the original's numbers mislead, this logger differs from a standalone one: a failure keeps the last percentage and
 * belongs to the current step, 100 is said only of a phase that is done, which then is `completed`, and there is
 * no estimate from a single report.
 */
export class RunLogger extends BaseLogger {
  private model: ProgressModel | undefined;
  private hasProgress = false;
  private hasEnded = false;

  constructor(private readonly stream: RunEventStream) {
    super(stream);
  }

  /**
   * Announces the phases of the run and what they weigh in its overall progress.
   *
   * @param weights - Per key, a number from 0 on; keys that are not announced weigh 1 from their first report on.
   */
  declare(weights: Readonly<Record<string, number>>): void {
    (this.model ??= new ProgressModel()).declare(weights);
  }

  /** Announces steps by what they weigh together; each is a phase of the run from its start to its end. */
  expectSteps(totalWeight: number): void {
    (this.model ??= new ProgressModel()).expect(totalWeight);
  }

  /** A step that was expected starts, or starts again. */
  beginStep(name: string, weight: number): void {
    this.model?.begin(name, weight);
  }

  /** A step that was expected is done, whatever it has reported of itself. Emits nothing. */
  endStep(name: string, weight: number): void {
    this.model?.end(name, weight);
  }

  /**
   * Ends the logger with its run. When the run completed and progress had been reported, this reports the one overall 100.
   * Further calls do nothing.
   */
  close(status: 'completed' | 'failed' | 'cancelled'): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    if (status === 'completed' && this.hasProgress) {
      const last = this.getProgress();
      this.stream.emit('progress', {
        key: null,
        percent: 100,
        overall: 100,
        current: null,
        total: null,
        time_remaining: 0,
        elapsed_time: last?.elapsed_time ?? null,
        status: 'completed',
      } satisfies ProgressEventData);
    }
    if (!this.isFinished) void this.finish();
  }

  /**
   * Logs a sentence of the framework's own, also when the action has finished its logger: what the framework has to say
   * about a run must not depend on that. After the end of the run it is ignored.
   */
  notice(message: string, level: LogLevel = LogLevel.Warning): void {
    this.onLog({ event: level, data: { message }, file: null, step: this.getStep(), level });
  }

  protected override onLog(record: LogRecord): void {
    this.stream.emit('log', record);
  }

  protected override onMetrics(key: string, metrics: Record<string, unknown>): void {
    this.stream.emit('metrics', { key, metrics });
  }

  protected override reportProgress(report: ProgressReport, previous: ProgressData | undefined): ProgressData {
    const { key, current, total, elapsedSeconds } = report;
    const isDone = current === total;
    const rounded = roundToCents((current / total) * 100);
    // The first report starts the phase's clock, so before the second one nothing is known about its pace.
    const isTimed = current > 0 && (previous !== undefined || isDone);
    return this.emitProgress({
      key,
      percent: isDone ? 100 : Math.min(rounded, MAX_UNFINISHED_PERCENT),
      overall: 0,
      current,
      total,
      time_remaining: isTimed ? roundToCents((elapsedSeconds / current) * (total - current)) : null,
      elapsed_time: roundToCents(elapsedSeconds),
      status: isDone ? 'completed' : 'running',
    });
  }

  protected override reportFailure(
    key: string | null,
    elapsed: number | null,
    previous: ProgressData | undefined,
  ): ProgressData {
    return this.emitProgress({
      key,
      percent: previous?.percent ?? 0,
      overall: 0,
      current: null,
      total: null,
      time_remaining: null,
      elapsed_time: elapsed,
      status: 'failed' satisfies ProgressStatus,
    });
  }

  protected override failedKey(category: string | null): string | null {
    return category ?? this.getStep();
  }

  private emitProgress(data: { -readonly [K in keyof ProgressEventData]: ProgressEventData[K] }): ProgressData {
    this.hasProgress = true;
    data.overall = (this.model ??= new ProgressModel()).update(data.key, data.percent);
    this.stream.emit('progress', data);
    return data;
  }
}
