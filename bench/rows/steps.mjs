import { StepResult } from '../../dist/index.js';
import { plainSteps } from '../baselines/plain-steps.mjs';
import { steppedRun } from '../lib/stepped-run.mjs';

const STEPS_A_ROUND = 200_000;
const failed = () => undefined;

/** As many steps, with the step of this number failing: ours and the baseline's. */
function stepsOf(count, failsAt) {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const common = { canSkip: () => false, rollback: () => undefined };
  const ours = (number) => ({
    ...common,
    name: `step_${number}`,
    progressWeight: 1,
    execute: number === failsAt ? () => StepResult.fail('no') : () => StepResult.ok(),
  });
  const plain = (number) => ({
    ...common,
    name: `step_${number}`,
    weight: 1,
    execute: number === failsAt ? () => ({ success: false, error: 'no' }) : () => ({ success: true }),
  });
  return { ours: numbers.map(ours), plain: numbers.map(plain) };
}

/** Keeps the last of what the baseline tells. */
const heard = {
  onEvent: (type, data) => (heard.last = [type, data]),
  onProgress: (percent) => (heard.percent = percent),
};

/** Steps that return at once: what a step costs is then the orchestrator's own work, its events and its progress, every one stored. */
const rowOf = (count) => ({
  id: 'steps',
  case: `${count.toLocaleString('en')} in a run`,
  reach: 40,
  baseline: 'plain-steps',
  iterations: STEPS_A_ROUND / count,
  setup: async () => {
    const steps = stepsOf(count);
    return { ...(await steppedRun(steps.ours)), plain: steps.plain };
  },
  ours: ({ run }) => run(),
  base: ({ plain }) => plainSteps(plain, {}, heard),
  teardown: ({ close }) => close(),
});

/** How much more a step costs among many than among few. */
const flatness = {
  id: 'steps',
  case: '10,000 to 100, each',
  unit: 'x',
  reach: 1.25,
  rounds: 9,
  setup: async () => ({
    few: await steppedRun(stepsOf(100).ours),
    many: await steppedRun(stepsOf(10_000).ours),
  }),
  measure: async ({ few, many }) => {
    const fewMs = await timeOf(few.run, STEPS_A_ROUND / 100);
    return (await timeOf(many.run, STEPS_A_ROUND / 10_000)) / fewMs;
  },
  teardown: async ({ few, many }) => {
    await few.close();
    await many.close();
  },
};

async function timeOf(work, times) {
  const startedAt = performance.now();
  for (let left = times; left > 0; left--) await work();
  return performance.now() - startedAt;
}

/** The last of 100 steps fails, and all are undone. */
const undo = {
  ...rowOf(100),
  id: 'undo',
  case: 'of 100 steps',
  setup: async () => {
    const steps = stepsOf(100, 100);
    return { ...(await steppedRun(steps.ours)), plain: steps.plain };
  },
  ours: ({ run }) => run().catch(failed),
  base: ({ plain }) => plainSteps(plain, {}, heard).catch(failed),
};

// Flatness first: what the other rows leave in the heap makes garbage collections longer, for the many more than for the few.
export default [flatness, ...[10, 100, 1_000, 10_000].map(rowOf), undo];
