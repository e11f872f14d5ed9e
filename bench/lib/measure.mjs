import { loadavg } from 'node:os';
import { BenchSkip } from './row.mjs';

/** One round was seen 2 times off, the median of five by 2 %. */
const LEAST_ROUNDS = 5;
const LONG_ROUND_MS = 10_000;
const ROUNDS_WHEN_LONG = 3;

/**
 * Measures a row: ours and the baseline in turn, so that a load that comes and goes hits both.
 *
 * @returns what `--json` prints, and a verdict: ok, over, skipped or failed.
 */
export async function measureRow(row) {
  const load = loadavg()[0];
  const facts = {
    id: row.id,
    case: row.case,
    reach: row.reach,
    baseline: row.isAmount ? null : row.baseline,
    unit: row.unit,
  };
  let context;
  try {
    context = (await row.setup()) ?? {};
    const rounds = row.isAmount ? await amountRounds(row, context) : await ratioRounds(row, context);
    const ours = median(rounds.map((round) => round.ours));
    const base = row.isAmount ? null : median(rounds.map((round) => round.base));
    const ratio = row.isAmount ? ours : ours / base;
    const spread = spreadOf(rounds.map((round) => round.ratio));
    const figures = {
      ratio: rounded(ratio),
      spread: rounded(spread),
      ours: rounded(ours),
      base: base && rounded(base),
    };
    return { facts: { ...facts, ...figures, load: rounded(load) }, verdict: ratio <= row.reach ? 'ok' : 'over' };
  } catch (error) {
    const verdict = error instanceof BenchSkip ? 'skipped' : 'failed';
    return { facts: { ...facts, load: rounded(load), [verdict]: error.message }, verdict, error };
  } finally {
    if (context !== undefined) await row.teardown(context); // a setup that failed has cleaned up after itself
  }
}

async function ratioRounds(row, context) {
  for (const side of ['ours', 'base']) {
    await timed(row, side, context); // the first call pays for compiling and caches
    if (row.warmUp) await timeOfBatch(row[side], context, row.warmUp);
  }
  return collectRounds(row, async (number) => {
    const order = number % 2 === 0 ? ['ours', 'base'] : ['base', 'ours'];
    const times = {};
    for (const side of order) times[side] = await timed(row, side, context);
    return { ...times, ratio: times.ours / times.base };
  });
}

async function amountRounds(row, context) {
  return collectRounds(row, async () => {
    const amount = await row.measure(context);
    return { ours: amount, ratio: amount };
  });
}

async function collectRounds(row, round) {
  const rounds = [];
  let wanted = row.rounds ?? LEAST_ROUNDS;
  while (rounds.length < wanted) {
    const startedAt = performance.now();
    rounds.push(await round(rounds.length));
    if (row.rounds === undefined && performance.now() - startedAt > LONG_ROUND_MS) wanted = ROUNDS_WHEN_LONG;
  }
  return rounds;
}

/** Milliseconds that one piece of work takes: what the function says, or the time it takes in `iterations` calls, each. */
async function timed(row, side, context) {
  const work = row[side];
  if (row.iterations === undefined) {
    const startedAt = performance.now();
    const said = await work(context);
    return typeof said === 'number' ? said : performance.now() - startedAt;
  }
  return (await timeOfBatch(work, context, row.iterations)) / row.iterations;
}

async function timeOfBatch(work, context, iterations) {
  const startedAt = performance.now();
  const first = work(context);
  if (first instanceof Promise) {
    await first;
    for (let left = iterations - 1; left > 0; left--) await work(context);
  } else {
    for (let left = iterations - 1; left > 0; left--) work(context);
  }
  return performance.now() - startedAt;
}

/** The middle of several numbers; NaN where there are none. */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** How far the rounds lie apart, as a share of their median. */
function spreadOf(numbers) {
  return (Math.max(...numbers) - Math.min(...numbers)) / median(numbers);
}

const rounded = (number) => Number(number.toPrecision(4));
