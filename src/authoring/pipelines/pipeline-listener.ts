import { ConsoleListener } from '../reporting/console-listener.js';
import { humanLevel, humanLine, plainText } from '../reporting/console-text.js';
import { isAtLeast, LogLevel } from '../reporting/log-level.js';
import type { OutputStream } from '../reporting/output-stream.js';
import type { LogEventData, RunEvent } from '../reporting/run-event.js';
import type { RunObserver } from '../reporting/run-listener.js';
import { ProgressTracker } from './progress-tracker.js';
import { ProgressTree } from './progress-tree.js';

/** What a {@link PipelineListener} can be given. */
export interface PipelineListenerOptions {
  /** @defaultValue the process's standard error */
  readonly stream?: OutputStream;
  /** Where `NO_COLOR` and `TERM` are looked up. @defaultValue the process's environment */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

const REDRAW_INTERVAL_MS = 50;

/**
 * Shows the run of a pipeline to a person: as a tree on a terminal, with what its actions log above it; elsewhere as lines. The progress of
 * an action is told once, by the pipeline, and not by the action's own run as well.
 */
export class PipelineListener implements RunObserver {
  readonly #lines: ConsoleListener;
  readonly #tree: ProgressTree | undefined;
  #names: Iterable<string> = [];
  #tracker: ProgressTracker | undefined;
  #runId: string | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor({ stream = process.stderr, env = process.env }: PipelineListenerOptions = {}) {
    const canMoveCursor = stream.isTTY === true && env.TERM !== 'dumb';
    this.#lines = new ConsoleListener({ stream, env });
    this.#tree = canMoveCursor ? new ProgressTree(stream, { hasColor: !env.NO_COLOR }) : undefined;
  }

  /** @param names - Of the pipeline's actions, so that those are shown that have not begun. */
  expect(names: Iterable<string>): void {
    this.#names = names;
  }

  onEvent(event: RunEvent): void {
    const { type, run_id, data } = event;
    if (type === 'run.started' && String(data['action']).startsWith('pipeline:')) this.#runId ??= run_id;
    const isOwn = run_id === this.#runId;
    if (!isOwn && type !== 'log') return;
    if (!this.#tree) this.#lines.onEvent(event);
    else if (type === 'log') this.#log(this.#tree, data as unknown as LogEventData);
    else this.#show(event);
  }

  /** Shows a text that is not part of a run. */
  print(text: string): void {
    if (this.#tree) this.#tree.line(plainText(text), LogLevel.Info);
    else this.#lines.print(text);
  }

  /** Leaves the terminal in order. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#tree && this.#tracker) this.#tree.draw(this.#tracker.progress);
    this.#lines.close();
  }

  #show(event: RunEvent): void {
    this.#tracker ??= new ProgressTracker(event.run_id, this.#names);
    if (!this.#tracker.apply(event) || this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#tracker) this.#tree?.draw(this.#tracker.progress);
    }, REDRAW_INTERVAL_MS).unref();
  }

  #log(tree: ProgressTree, record: LogEventData): void {
    const level = humanLevel(record);
    if (isAtLeast(level, LogLevel.Info)) tree.line(humanLine(record), level);
  }
}
