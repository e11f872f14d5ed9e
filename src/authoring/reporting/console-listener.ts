import { type Clock, systemClock } from './clock.js';
import { humanLevel, humanLine, plainText } from './console-text.js';
import type { ConsoleView, PhaseName } from './console-view.interface.js';
import { isAtLeast, LogLevel } from './log-level.js';
import type { OutputStream } from './output-stream.js';
import { PlainView } from './plain-view.js';
import {
  isTerminal,
  type LogEventData,
  type MetricsEventData,
  type ProgressEventData,
  type RunEvent,
} from './run-event.js';
import type { RunObserver } from './run-listener.js';
import { safeJson } from './safe-json.js';
import { stepText } from './step-text.js';
import { TerminalView } from './terminal-view.js';

/** What a {@link ConsoleListener} can be given. */
export interface ConsoleListenerOptions {
  /** @defaultValue the process's standard error */
  readonly stream?: OutputStream;
  /** Least serious level to show. @defaultValue info */
  readonly minimumLevel?: LogLevel;
  /** Where `NO_COLOR` and `TERM` are looked up. @defaultValue the process's environment */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** @defaultValue the machine's clocks */
  readonly clock?: Clock;
}

/** Step events that a person should notice. */
const BAD_STEP_EVENTS: ReadonlySet<string> = new Set(['step.failed', 'step.retrying', 'step.rollback_failed']);

/**
 * Shows runs to a person: on a terminal a bar for each phase and logs above them, elsewhere lines, with progress
 * thinned out. Texts from plugins cannot control the terminal.
 */
export class ConsoleListener implements RunObserver {
  private readonly view: ConsoleView;
  private readonly minimumLevel: LogLevel;
  /** Names of the actions of the runs under way, for progress without a key. */
  private readonly runs = new Map<string, string>();
  private readonly keyed = new Set<string>();

  constructor({
    stream = process.stderr,
    minimumLevel = LogLevel.Info,
    env = process.env,
    clock = systemClock,
  }: ConsoleListenerOptions = {}) {
    const canMoveCursor = stream.isTTY === true && env.TERM !== 'dumb';
    const hasColor = canMoveCursor && !env.NO_COLOR;
    this.view = canMoveCursor ? new TerminalView(stream, clock, hasColor) : new PlainView(stream, clock);
    this.minimumLevel = minimumLevel;
  }

  /** Takes one event. */
  onEvent(event: RunEvent): void {
    const { type, run_id, data } = event;
    if (type === 'run.started') {
      this.runs.set(run_id, typeof data.action === 'string' ? data.action : 'run');
    } else if (type === 'log') {
      this.showLog(data as unknown as LogEventData);
    } else if (type === 'progress') {
      this.showProgress(run_id, data as unknown as ProgressEventData);
    } else if (type === 'metrics') {
      const { key, metrics } = data as unknown as MetricsEventData;
      this.view.metrics(this.phaseOf(run_id, key), metrics);
    } else if (isTerminal(type)) {
      this.endRun(event);
    } else if (type !== 'checkpoint') {
      this.showStep(event);
    }
  }

  /** Shows a text that is not part of a run, without tearing the bars. */
  print(text: string, level: LogLevel = LogLevel.Info): void {
    this.view.line(plainText(text), level);
  }

  /** Leaves the terminal in order; bars that are not done stay as they are. */
  close(): void {
    for (const runId of this.runs.keys()) this.view.endRun(runId);
    this.runs.clear();
    this.keyed.clear();
  }

  private showLog(record: LogEventData): void {
    const level = humanLevel(record);
    if (isAtLeast(level, this.minimumLevel)) this.view.line(humanLine(record), level);
  }

  private showProgress(runId: string, data: ProgressEventData): void {
    if (data.key !== null) this.keyed.add(runId);
    // The event that ends the overall progress says nothing new where phases have bars of their own.
    else if (data.overall === 100 && this.keyed.has(runId)) return;
    this.view.progress(this.phaseOf(runId, data.key), data);
  }

  private showStep({ type, data }: RunEvent): void {
    const level = BAD_STEP_EVENTS.has(type) ? LogLevel.Warning : LogLevel.Info;
    if (isAtLeast(level, this.minimumLevel)) this.view.line(`${level.toUpperCase()}: ${stepText(type, data)}`, level);
  }

  private endRun({ run_id, data }: RunEvent): void {
    this.view.endRun(run_id);
    this.runs.delete(run_id);
    this.keyed.delete(run_id);
    if (data.lost !== undefined) {
      this.view.line(
        `WARNING: events were lost, because neither the run store nor the disk took them: ${safeJson(data.lost)}`,
        LogLevel.Warning,
      );
    }
  }

  private phaseOf(runId: string, key: string | null): PhaseName {
    if (!this.runs.has(runId)) this.runs.set(runId, 'run');
    return { runId, key, label: key === null || key === '' ? (this.runs.get(runId) ?? 'run') : key };
  }
}
