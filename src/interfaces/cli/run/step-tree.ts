import type { RunSummary } from '../../../runtime/run-store/run-record.js';
import { oneLine } from '../table.js';
import { durationText, msText, statusText } from './run-text.js';
import type { StepReport } from './step-report.js';

/** One line of a tree, and those that hang on it. */
interface Branch {
  readonly cells: readonly string[];
  readonly below: readonly string[];
}

/** The steps of a run and the runs that are parts of it, as a tree for people. Empty where there are none. */
export function stepTree(steps: readonly StepReport[], children: readonly RunSummary[]): string {
  const told = new Set(steps.map(({ run_id }) => run_id));
  const others = children.filter(({ id }) => !told.has(id));
  const branches = [...steps.map(stepBranch), ...others.map(childBranch)];
  const width = (column: number): number => Math.max(...branches.map(({ cells }) => cells[column]?.length ?? 0));
  const widths = [0, 1, 2, 3].map(width);
  return branches
    .flatMap(({ cells, below }, index) => {
      const isLast = index === branches.length - 1;
      const line = cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
      const inner = below.map(
        (text, at) => `${isLast ? '   ' : '│  '}${at === below.length - 1 ? '└─' : '├─'} ${text}`,
      );
      return [`${isLast ? '└─' : '├─'} ${line}`, ...inner].map((text) => `${text.trimEnd()}\n`);
    })
    .join('');
}

function stepBranch({ step, state, attempt, duration_ms, error, undo, undo_error, run_id }: StepReport): Branch {
  const cells = [
    step,
    state,
    attempt > 0 ? `attempt ${attempt}` : '',
    duration_ms === undefined ? '' : msText(duration_ms),
  ];
  const undone = undo === 'done' ? 'undone' : `not undone: ${undo_error ?? ''}`;
  return {
    cells,
    below: [
      ...(run_id === undefined ? [] : [`run ${run_id}`]),
      ...(error === undefined ? [] : [`error: ${oneLine(error)}`]),
      ...(undo === undefined ? [] : [oneLine(undone)]),
    ],
  };
}

function childBranch(run: RunSummary): Branch {
  const { id, action, attempt, error, undo } = run;
  return {
    cells: [action, statusText(run), `attempt ${attempt}`, durationText(run)],
    below: [
      `run ${id}`,
      ...(error ? [`error: ${oneLine(error.message)}`] : []),
      ...(undo === undefined ? [] : [`undo: ${undo}`]),
    ],
  };
}
