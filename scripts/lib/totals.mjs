import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const VARIABLE = 'SYNAPSE_TEST_TOTALS';
const NOTHING = { passed: 0, failed: 0, skipped: 0, failures: [] };

/** Sums up the totals of test runs in child processes: they find the file to write to in their environment. */
export class TotalsCollector {
  #folder = mkdtempSync(join(tmpdir(), 'synapse-totals-'));
  #file = join(this.#folder, 'totals.ndjson');

  /** What a child process needs in its environment to report here. */
  get env() {
    return { [VARIABLE]: this.#file };
  }

  /** How many test runs have reported. */
  get count() {
    return linesOf(this.#file).length;
  }

  get sum() {
    return sumOf(this.#file);
  }

  add(totals) {
    appendFileSync(this.#file, `${JSON.stringify({ ...NOTHING, ...totals })}\n`);
  }

  [Symbol.dispose]() {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** The sum of what test runs have reported into a file. */
export function sumOf(file) {
  return linesOf(file).reduce(plus, NOTHING);
}

function linesOf(file) {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** Hands the totals of a test run to the collector it was started by, or prints them when there is none. */
export function reportTotals(totals) {
  const file = process.env[VARIABLE];
  if (file) appendFileSync(file, `${JSON.stringify(totals)}\n`);
  else printClosingLine(totals);
}

function plus(a, b) {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
    failures: [...a.failures, ...b.failures],
  };
}

/**
 * `N passed, N failed`, alone on the last line; what was skipped stands on the line before it, and before that the name of each failure:
 * of a long log, often only the end is kept.
 *
 * @param tellsSkipped - Whether to say how many were skipped. @defaultValue where there are some
 */
export function printClosingLine({ passed, failed, skipped, failures }, tellsSkipped = skipped > 0) {
  if (failures.length > 0) process.stdout.write(`\n${failures.map((name) => `failed: ${name}`).join('\n')}\n`);
  if (tellsSkipped) process.stdout.write(`\n${skipped} skipped`);
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
}
