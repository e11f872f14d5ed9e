import { ReportingValueError } from '../../foundation/errors/reporting.errors.js';
import { plainText } from '../reporting/console-text.js';
import { type OutputStream, writeText } from '../reporting/output-stream.js';
import type { ActionProgress, PipelineProgress } from '../reporting/progress-models.js';
import { percentOf, ProgressTree, shortId } from './progress-tree.js';

/** How progress is shown. */
export interface DisplayOptions {
  /** Whether each action has a line. @defaultValue true */
  readonly showActions?: boolean;
  /** Most redraws a second, above 0. @defaultValue 4 */
  readonly refreshRate?: number;
  /** @defaultValue the process's standard error */
  readonly stream?: OutputStream;
  /** Where `NO_COLOR` and `TERM` are looked up. @defaultValue the process's environment */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * Shows how far a pipeline is, as it comes: as a tree on a terminal, elsewhere as a line for each change of state.
 *
 * @returns The last progress.
 * @throws {@link ReportingValueError} for a stream that ends without any.
 */
export async function displayProgress(
  progress: AsyncIterable<PipelineProgress> | Iterable<PipelineProgress>,
  options: DisplayOptions = {},
): Promise<PipelineProgress> {
  const { stream = process.stderr, env = process.env } = options;
  const canMoveCursor = stream.isTTY === true && env.TERM !== 'dumb';
  const show = canMoveCursor ? treeDisplay(stream, options, !env.NO_COLOR) : lineDisplay(stream, options);
  let last: PipelineProgress | undefined;
  for await (const update of progress) {
    last = update;
    show(update, false);
  }
  if (!last) throw new ReportingValueError('No progress updates received: the stream has ended without any.');
  show(last, true);
  return last;
}

/** Prints a run that is over, or its state so far: what it is, when it ran, each action, and what went wrong. */
export function printProgressSummary(progress: PipelineProgress, stream: OutputStream = process.stdout): void {
  const { runId, status, startedAt, completedAt, error } = progress;
  const facts = [
    ['Run', runId],
    ['Status', status],
    ['Progress', `${percentOf(progress).toFixed(1)}%`],
    ['Started', startedAt ?? '-'],
    ['Ended', completedAt ?? '-'],
    ['Duration', durationOf(progress)],
    ...(error === null ? [] : [['Error', error]]),
  ];
  const rows = [...progress.actions.values()].map((action, index) => [
    String(index + 1),
    action.name,
    WORDS[action.status],
    tailOf(action),
  ]);
  const text = [...columnsOf(facts), '', ...columnsOf([['#', 'ACTION', 'STATUS', 'PROGRESS'], ...rows])];
  void writeText(stream, `${text.join('\n')}\n`);
}

type Show = (progress: PipelineProgress, isLast: boolean) => void;

/** Redraws no more often than it may, but for the last. */
function treeDisplay(stream: OutputStream, { showActions, refreshRate = 4 }: DisplayOptions, hasColor: boolean): Show {
  const tree = new ProgressTree(stream, { showActions, hasColor });
  const intervalMs = 1000 / Math.max(refreshRate, 0.001);
  let drawnAtMs = -Infinity;
  return (progress, isLast) => {
    const nowMs = performance.now();
    if (!isLast && nowMs - drawnAtMs < intervalMs) return;
    drawnAtMs = nowMs;
    tree.draw(progress);
  };
}

/** A line for each change of state, since lines cannot be taken back. */
function lineDisplay(stream: OutputStream, { showActions = true }: DisplayOptions): Show {
  const shown = new Map<string, string>();
  const tell = (key: string, text: string): void => {
    if (shown.get(key) === text) return;
    shown.set(key, text);
    void writeText(stream, `${plainText(text)}\n`);
  };
  return (progress) => {
    const { runId, status, actions, error } = progress;
    if (showActions) {
      for (const [name, action] of actions) {
        if (action.status !== 'pending')
          tell(name, `  ${name}: ${action.status}${action.error ? `: ${action.error}` : ''}`);
      }
    }
    tell('', `Pipeline ${shortId(runId)}: ${status}${error === null ? '' : `: ${error}`}`);
  };
}

const WORDS: Readonly<Record<ActionProgress['status'], string>> = {
  pending: '-',
  running: '...',
  completed: 'OK',
  failed: 'FAIL',
  skipped: 'SKIP',
};

function tailOf({ message, error, progress, status }: ActionProgress): string {
  const words = error ?? message;
  if (words !== null && words !== '') return words;
  return status === 'pending' ? '-' : `${(progress * 100).toFixed(0)}%`;
}

function durationOf({ startedAt, completedAt }: PipelineProgress): string {
  if (startedAt === null || completedAt === null) return '-';
  return `${((Date.parse(completedAt) - Date.parse(startedAt)) / 1000).toFixed(1)}s`;
}

function columnsOf(rows: readonly (readonly string[])[]): string[] {
  const cells = rows.map((row) => row.map((cell) => plainText(cell).replaceAll('\n', ' ')));
  const widths = (cells[0] ?? []).map((_cell, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
