/**
 * `npm run check [-- stage…]`: every gate a change has to pass, the quick ones first. All stages run even when one fails, so that one
 * run shows everything there is to mend; the exit code is 0 only when all of them passed.
 */
import { checkApi } from './check/api-report.mjs';
import { checkPackage } from './check/package.mjs';
import { runTool } from './lib/project.mjs';
import { reportTotals, TotalsCollector } from './lib/totals.mjs';

const totals = new TotalsCollector();
const tool =
  (script, ...args) =>
  async () =>
    (await runTool(script, args)).code === 0;

/** Name → work that says whether the stage passed. */
const STAGES = {
  types: tool('node_modules/typescript/bin/tsc', '--noEmit'),
  lint: tool('node_modules/eslint/bin/eslint.js', '.'),
  format: tool('node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'),
  'folder order': tool('node_modules/dependency-cruiser/bin/dependency-cruiser.mjs', 'src'),
  build: tool('scripts/build.mjs'),
  tests: async () => (await runTool('scripts/test.mjs', [], { env: totals.env })).code === 0,
  'dead code': tool('node_modules/knip/bin/knip.js'),
  'api report': checkApi,
  package: checkPackage,
};

/** Stages that look at dist/, and would only repeat what the build said. */
const NEED_THE_BUILD = ['tests', 'api report', 'package'];

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in STAGES));
if (unknown.length > 0) {
  console.error(`check: no stage ${unknown.join(', ')}. Stages: ${Object.keys(STAGES).join(', ')}`);
  process.exitCode = 2;
} else {
  await runStages(Object.keys(STAGES).filter((name) => asked.length === 0 || asked.includes(name)));
}

async function runStages(names) {
  const failed = [];
  for (const name of names) {
    if (failed.includes('build') && NEED_THE_BUILD.includes(name)) {
      console.log(`check: ${name} skipped, the build failed`);
      failed.push(name);
    } else if (!(await runStage(name))) failed.push(name);
  }
  console.log(failed.length === 0 ? '\ncheck: all stages passed' : `\ncheck: failed: ${failed.join(', ')}`);
  // The tests count themselves; every other gate that fails counts as one failure.
  const gates = failed.filter((name) => name !== 'tests').map((name) => `check: ${name}`);
  totals.add({ failed: gates.length, failures: gates });
  reportTotals(totals.sum);
  totals[Symbol.dispose]();
  process.exitCode = failed.length === 0 ? 0 : 1;
}

async function runStage(name) {
  console.log(`\ncheck: ${name}`);
  const startedAt = performance.now();
  const passed = await STAGES[name]().catch((error) => {
    console.error(error);
    return false;
  });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`check: ${name} ${passed ? 'passed' : 'FAILED'} in ${seconds} s`);
  return passed;
}
