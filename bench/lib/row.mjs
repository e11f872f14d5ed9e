import { existsSync } from 'node:fs';

/** Thrown by a row's `setup` when the service it needs (Postgres, Ray) is not there: a named skip instead of a failure. */
export class BenchSkip extends Error {}

const KNOWN_KEYS = [
  'id',
  'case',
  'unit',
  'reach',
  'rounds',
  'iterations',
  'warmUp',
  'baseline',
  'setup',
  'ours',
  'base',
  'measure',
  'teardown',
];

/** The row with its defaults, or an error that names the file and what is wrong with it. */
export function checkedRow(row, file) {
  const wrong = problemOf(row);
  if (wrong) throw new Error(`bench/rows/${file}: ${wrong}`);
  const isAmount = row.measure !== undefined;
  return { case: '', unit: isAmount ? 'ms' : 'x', setup: () => ({}), teardown: () => undefined, ...row, isAmount };
}

function problemOf(row) {
  if (typeof row?.id !== 'string') return 'a row needs an id';
  const strange = Object.keys(row).filter((key) => !KNOWN_KEYS.includes(key));
  if (strange.length > 0) return `row '${row.id}' has unknown keys: ${strange.join(', ')}`;
  if (!(row.reach > 0)) return `row '${row.id}' needs a reach above 0`;
  if (row.measure)
    return row.ours || row.base ? `row '${row.id}' has measure, so it takes neither ours nor base` : undefined;
  if (!row.ours || !row.base) return `row '${row.id}' needs ours and base, or measure`;
  const baseline = new URL(`../baselines/${row.baseline}.mjs`, import.meta.url);
  return existsSync(baseline) ? undefined : `row '${row.id}': there is no bench/baselines/${row.baseline}.mjs`;
}
