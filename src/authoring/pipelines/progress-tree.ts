import { ActionStatus, RunStatus } from '../../foundation/config/enums.js';
import { durationText, plainText } from '../reporting/console-text.js';
import { type OutputStream, writeText } from '../reporting/output-stream.js';
import { type Paint, paintOf, renderBar } from '../reporting/progress-bar.js';
import type { ActionProgress, PipelineProgress } from '../reporting/progress-models.js';
import type { ProgressEventData } from '../reporting/run-event.js';

const DEFAULT_COLUMNS = 80;
const DEFAULT_ROWS = 24;

/** Signs of an action's state. */
const SIGNS: Readonly<Record<ActionStatus, string>> = {
  pending: '·',
  running: '▸',
  completed: '✓',
  failed: '✗',
  skipped: '↷',
};

/** What a {@link ProgressTree} shows besides the pipeline. */
export interface ProgressTreeOptions {
  /** Whether each action has a line. @defaultValue true */
  readonly showActions?: boolean;
  readonly hasColor?: boolean;
}

/** A pipeline at the lower end of a terminal: one bar for all of it, and below it a branch for each action. Everything else scrolls above. */
export class ProgressTree {
  readonly #stream: OutputStream;
  readonly #paint: Paint;
  readonly #showActions: boolean;
  #drawnLines = 0;
  #last: PipelineProgress | undefined;

  constructor(stream: OutputStream, { showActions = true, hasColor = false }: ProgressTreeOptions = {}) {
    this.#stream = stream;
    this.#paint = paintOf(hasColor);
    this.#showActions = showActions;
  }

  /** Draws the tree anew, in one write. */
  draw(progress: PipelineProgress, above: readonly string[] = []): void {
    this.#last = progress;
    const erase = this.#drawnLines > 0 ? `\u001b[${this.#drawnLines}A\r\u001b[J` : '';
    const lines = this.#fitting(this.#linesOf(progress));
    this.#drawnLines = lines.length;
    void writeText(this.#stream, `${erase}${[...above, ...lines].map((line) => `${line}\n`).join('')}`);
  }

  /** Shows a text for good, above the tree. */
  line(text: string, level: string): void {
    const painted = this.#paint.level(level, text);
    if (this.#last) this.draw(this.#last, [painted]);
    else void writeText(this.#stream, `${painted}\n`);
  }

  #linesOf(progress: PipelineProgress): string[] {
    const actions = [...progress.actions.values()];
    const columns = (this.#stream.columns || DEFAULT_COLUMNS) - 1;
    const head = renderBar(headOf(progress), columns, this.#paint);
    if (!this.#showActions) return [head];
    const rows = actions.map((action, index) => this.#rowOf(action, index === actions.length - 1, columns));
    return [head, ...rows];
  }

  #rowOf(action: ActionProgress, isLast: boolean, columns: number): string {
    const label = `${isLast ? '└─' : '├─'} ${SIGNS[action.status]} ${plainText(action.name)}`;
    if (action.status === ActionStatus.Running) {
      const data = barData(action.progress * 100, 'running');
      return renderBar({ label, data, metrics: action.message ?? '' }, columns, this.#paint);
    }
    const words = [label, ...wordsOf(action)].join('  ').replaceAll('\n', ' ');
    const line = words.length > columns ? `${words.slice(0, columns - 1)}…` : words;
    return action.status === ActionStatus.Failed ? this.#paint.level('error', line) : line;
  }

  /** A block higher than the screen could not be erased: the cursor stops at the upper edge. */
  #fitting(lines: readonly string[]): readonly string[] {
    const room = Math.max(2, (this.#stream.rows || DEFAULT_ROWS) - 2);
    if (lines.length <= room) return lines;
    const left = lines.length - room + 1;
    return [...lines.slice(0, room - 1), `… and ${left} more`];
  }
}

/**
 * How far a run is, in percent: completed actions, and while it runs what those that run have done. Skipped ones were not completed, but
 * a run that is completed is at 100.
 */
export function percentOf({ status, actions, completedActions, totalActions }: PipelineProgress): number {
  if (status === RunStatus.Completed) return 100;
  if (totalActions === 0) return 0;
  const running = [...actions.values()].filter((action) => action.status === ActionStatus.Running);
  const begun = status === RunStatus.Running ? running.reduce((sum, { progress }) => sum + progress, 0) : 0;
  return ((completedActions + begun) / totalActions) * 100;
}

/** The first eight signs of a run's id. */
export function shortId(runId: string): string {
  return runId.length > 8 ? `${runId.slice(0, 8)}…` : runId;
}

function headOf(progress: PipelineProgress): Parameters<typeof renderBar>[0] {
  const { runId, status, completedActions, totalActions } = progress;
  const ended = status === RunStatus.Failed || status === RunStatus.Cancelled ? 'failed' : 'running';
  const state = status === RunStatus.Completed ? 'completed' : ended;
  const data = { ...barData(percentOf(progress), state), current: completedActions, total: totalActions };
  return {
    label: `Pipeline ${shortId(plainText(runId))}`,
    data,
    metrics: status === RunStatus.Cancelled ? status : '',
  };
}

function barData(percent: number, status: ProgressEventData['status']): ProgressEventData {
  const rest = { key: null, overall: percent, current: null, total: null, time_remaining: null, elapsed_time: null };
  return { percent, status, ...rest };
}

function wordsOf({ status, startedAt, completedAt, message, error }: ActionProgress): string[] {
  const seconds = startedAt && completedAt ? (Date.parse(completedAt) - Date.parse(startedAt)) / 1000 : undefined;
  const isTimed = seconds !== undefined && !Number.isNaN(seconds);
  const time = isTimed ? [seconds < 60 ? `${seconds.toFixed(1)}s` : durationText(seconds)] : [];
  const words = [message, error].filter((word) => word !== null && word !== '').map((word) => plainText(String(word)));
  return [status, ...time, ...words];
}
