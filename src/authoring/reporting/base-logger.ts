import { LoggerFinishedError, ReportingValueError } from '../../foundation/errors/reporting.errors.js';
import { type Clock, systemClock } from './clock.js';
import { isLogLevel, LogLevel } from './log-level.js';
import { copyOfEntries, kindOf, type LogAttachments, type LogRecord } from './log-record.js';
import { checkProgress, type ProgressData, type ProgressReport } from './progress-data.js';
import { roundToCents } from './round.js';

/** What a logger can be given. */
export interface LoggerOptions {
  /** @defaultValue the machine's clocks */
  readonly clock?: Clock;
}

/** What is known about one phase. */
interface Phase {
  startedAtMs: number | undefined;
  last: ProgressData | undefined;
}

/** Progress without a key, and that of the empty key, share this slot. */
const DEFAULT_SLOT = '__default__';

/**
 * What an action reports through: log events, progress and metrics, kept per key and handed to the hooks of a subclass.
 *
 * Every method checks, in this order, that the logger is not finished, the types, then the values.
 */
export abstract class BaseLogger {
  protected readonly clock: Clock;
  private readonly phases = new Map<string, Phase>();
  private readonly metrics = new Map<string, Record<string, unknown>>();
  private warnings: Set<string> | undefined;
  private step: string | null = null;
  private stepAtHand: (() => string | null) | undefined;
  private finished = false;

  constructor({ clock = systemClock }: LoggerOptions = {}) {
    this.clock = clock;
  }

  /** Whether the logger takes no more reports. */
  get isFinished(): boolean {
    return this.finished;
  }

  /** Sets the step that later reports belong to; null for none. Steps do not nest. Allowed at any time. */
  setStep(step: string | null): void {
    this.step = step;
  }

  /** The step that reports belong to now. */
  getStep(): string | null {
    return this.stepAtHand === undefined ? this.step : this.stepAtHand();
  }

  /** @internal While steps run side by side, `stepAtHand` says to which of them the code that reports belongs. */
  followStep(stepAtHand: (() => string | null) | undefined): void {
    this.stepAtHand = stepAtHand;
  }

  /**
   * Logs an event of any name. `data` is copied one level deep.
   *
   * @throws {@link LoggerFinishedError} after the end; {@link ReportingValueError} for an unknown level or data without names.
   */
  log(level: LogLevel, event: string, data: Record<string, unknown>, attachments?: LogAttachments): void {
    this.requireActive();
    if (!isLogLevel(level)) {
      const known = Object.values(LogLevel).join(', ');
      const got = typeof level === 'string' ? `"${String(level)}"` : kindOf(level);
      throw new ReportingValueError(`level must be a LogLevel, got ${got}. Known levels: ${known}.`);
    }
    this.onLog({
      event,
      data: copyOfEntries('data', data),
      file: attachments?.file ?? null,
      step: attachments?.step ?? this.getStep(),
      level,
    });
  }

  /** Logs a sentence at level info. */
  info(message: string): void {
    this.log(LogLevel.Info, LogLevel.Info, { message });
  }

  /** Logs a sentence at level debug. */
  debug(message: string): void {
    this.log(LogLevel.Debug, LogLevel.Debug, { message });
  }

  /** Logs a sentence at level warning. */
  warning(message: string): void {
    this.log(LogLevel.Warning, LogLevel.Warning, { message });
  }

  /** Logs a sentence at level error. */
  error(message: string): void {
    this.log(LogLevel.Error, LogLevel.Error, { message });
  }

  /** Logs a sentence at level critical. */
  critical(message: string): void {
    this.log(LogLevel.Critical, LogLevel.Critical, { message });
  }

  /**
   * Reports how far a phase has come. A `current` of 0 starts the phase's clock again.
   *
   * @param current - 0 to `total`; fractions are fine.
   * @param total - Above 0.
   * @param step - The phase. Without one it is the current step, and without that the run as a whole.
   * @param category - Deprecated name of `step`; counts least.
   */
  setProgress(current: number, total: number, step?: string | null, category?: string | null): void {
    this.requireActive();
    checkProgress(current, total);
    if (category !== undefined && category !== null) this.warnOfCategory(step, true);
    const key = step ?? this.getStep() ?? category ?? null;
    const phase = this.phaseOf(key);
    const now = this.clock.monotonicMs();
    if (current === 0 || phase.startedAtMs === undefined) phase.startedAtMs = now;
    phase.last = this.reportProgress(
      { key, current, total, elapsedSeconds: (now - phase.startedAtMs) / 1000 },
      phase.last,
    );
  }

  /** Reports that a phase failed. It may go on: the next `setProgress` sets it running again. */
  setProgressFailed(category?: string | null): void {
    this.requireActive();
    const key = this.failedKey(category ?? null);
    const phase = this.phaseOf(key);
    const { startedAtMs } = phase;
    const elapsed = startedAtMs === undefined ? null : roundToCents((this.clock.monotonicMs() - startedAtMs) / 1000);
    phase.last = this.reportFailure(key, elapsed, phase.last);
  }

  /**
   * Merges `value` into the metrics of a key.
   *
   * @param step - The key. Without one it is the current step, and without that `category`, its deprecated name.
   * @throws {@link ReportingValueError} without a key, or when `value` is not an object.
   */
  setMetrics(value: Record<string, unknown>, step?: string | null, category?: string | null): void {
    this.requireActive();
    const entries = copyOfEntries('value', value);
    if (category !== undefined && category !== null) this.warnOfCategory(step, false);
    const key = step ?? this.getStep() ?? category ?? '';
    if (key === '') {
      throw new ReportingValueError('step must be specified or set via set_step(): metrics need a key, e.g. "train".');
    }
    const merged = { ...this.metrics.get(key), ...entries };
    this.metrics.set(key, merged);
    this.onMetrics(key, { ...merged });
  }

  /** The last progress of a key, or null. */
  getProgress(key: string | null = null): ProgressData | null {
    return this.phases.get(slotOf(key))?.last ?? null;
  }

  /** A copy of the metrics of one key, or of all. */
  getMetrics(): Record<string, Record<string, unknown>>;
  getMetrics(key: string): Record<string, unknown>;
  getMetrics(key?: string): Record<string, unknown> {
    if (key !== undefined) return { ...this.metrics.get(key) };
    return Object.fromEntries([...this.metrics].map(([name, values]) => [name, { ...values }]));
  }

  /** Ends the logger: later reports are refused. May be called again, and the hook then runs again. */
  finish(): void | Promise<void> {
    this.finished = true;
    return this.onFinish();
  }

  /** Takes a logged event. */
  protected abstract onLog(record: LogRecord): void;

  /** Takes progress of `key`; null stands for the run as a whole. */
  protected onProgress(_data: ProgressData, _key: string | null): void {
    // A logger that only logs has nothing to do.
  }

  /** Takes all metrics of `key` so far, as a copy of its own. */
  protected onMetrics(_key: string, _metrics: Record<string, unknown>): void {
    // A logger that only logs has nothing to do.
  }

  /** Called at each `finish()`. */
  protected onFinish(): void | Promise<void> {
    // Most loggers hold nothing back.
  }

  /** Turns a report into the data that is kept and handed on. Values are those of the original, case C25. */
  protected reportProgress(report: ProgressReport, _previous: ProgressData | undefined): ProgressData {
    const { current, total, elapsedSeconds } = report;
    const data: ProgressData = {
      percent: roundToCents((current / total) * 100),
      time_remaining: current === 0 ? null : roundToCents((elapsedSeconds / current) * (total - current)),
      elapsed_time: roundToCents(elapsedSeconds),
      status: 'running',
    };
    this.onProgress(data, report.key);
    return data;
  }

  /** As {@link reportProgress}, for a failure. The original forgets how far the phase had come; {@link RunLogger} does not. */
  protected reportFailure(
    key: string | null,
    elapsed: number | null,
    _previous: ProgressData | undefined,
  ): ProgressData {
    const data: ProgressData = { percent: 0, time_remaining: null, elapsed_time: elapsed, status: 'failed' };
    this.onProgress(data, key);
    return data;
  }

  /** The key a failure is reported for. The original looks at its argument only, case C25. */
  protected failedKey(category: string | null): string | null {
    return category;
  }

  /** Tells developers, once per text, that they use an old name. */
  protected onDeprecation(text: string): void {
    process.emitWarning(text, 'DeprecationWarning');
  }

  private requireActive(): void {
    if (this.finished) throw new LoggerFinishedError();
  }

  private phaseOf(key: string | null): Phase {
    const slot = slotOf(key);
    let phase = this.phases.get(slot);
    if (phase === undefined) this.phases.set(slot, (phase = { startedAtMs: undefined, last: undefined }));
    return phase;
  }

  private warnOfCategory(step: string | null | undefined, isProgress: boolean): void {
    let text = "The 'category' parameter is deprecated. Use 'step' instead.";
    if (isProgress && typeof step === 'string') text += " 'step' takes precedence when both are provided.";
    else if (isProgress && this.getStep() !== null) text += ' Current step takes precedence over category.';
    const warnings = (this.warnings ??= new Set());
    if (warnings.has(text)) return;
    warnings.add(text);
    this.onDeprecation(text);
  }
}

function slotOf(key: string | null): string {
  return key === null || key === '' ? DEFAULT_SLOT : key;
}
