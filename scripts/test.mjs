/**
 * `npm test [-- jest's arguments]`: builds, then runs the unit, docs and end-to-end tests, and without arguments the workspaces' own.
 * The last line is `N passed, N failed`.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { inProject, runCommand, runJest, runTool } from './lib/project.mjs';
import { reportTotals, TotalsCollector } from './lib/totals.mjs';

const args = process.argv.slice(2);
const totals = new TotalsCollector();

const code = await runAll();
// A run that broke before its tests were counted must not end in a line that says all is well.
if (code !== 0 && totals.sum.failed === 0)
  totals.add({ failed: 1, failures: ['a run that ended before its tests were counted'] });
reportTotals(totals.sum);
totals[Symbol.dispose]();
process.exitCode = code;

async function runAll() {
  const built = await runTool('scripts/build.mjs');
  if (built.code !== 0) return built.code;
  const projects = args.some((arg) => arg.startsWith('--selectProjects')) ? [] : ['--selectProjects', 'unit', 'e2e'];
  const jest = await runJest([...args, ...projects], { env: totals.env });
  const workspaces = args.length === 0 ? await runWorkspaces() : 0;
  return jest.code || workspaces;
}

/** The tests of every plugin in plugins-example that has a `test` script. */
async function runWorkspaces() {
  let firstFailure = 0;
  for (const workspace of workspacesWithTests()) {
    console.log(`\n${workspace}: npm test`);
    const before = totals.count;
    const { code } = await runCommand('npm', ['test', '--silent', '--workspace', workspace], { env: totals.env });
    const isCounted = totals.count > before;
    if (!isCounted) {
      totals.add({ failed: 1, failures: [`${workspace}: not counted`] });
      console.error(
        `${workspace}: its tests were not counted; does its test script use scripts/closing-line.reporter.mjs?`,
      );
    }
    firstFailure ||= code || (isCounted ? 0 : 1);
  }
  return firstFailure;
}

function workspacesWithTests() {
  const folder = inProject('plugins-example');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .map((name) => `plugins-example/${name}`)
    .filter((workspace) => {
      const manifest = inProject(workspace, 'package.json');
      return existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).scripts?.test !== undefined;
    });
}
