/**
 * `npm run bench [id…] [--json] [--no-build]`: measures this package against the shortest fast code for the same work.
 * Exits 1 when a row is over its reach or could not be measured. bench/README.md says how a row is written.
 */
import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runTool } from '../scripts/lib/project.mjs';
import { measureRow } from './lib/measure.mjs';
import { JsonReport, TableReport } from './lib/report.mjs';
import { checkedRow } from './lib/row.mjs';

const options = { json: { type: 'boolean', default: false }, 'no-build': { type: 'boolean', default: false } };
const { values, positionals } = parseArgs({ options, allowPositionals: true });

process.exitCode = await main();

async function main() {
  const rows = await readRows();
  const known = [...new Set(rows.map((row) => row.id))];
  const unknown = positionals.filter((id) => !known.includes(id));
  if (unknown.length > 0)
    return refuse(`no bench row has the id ${unknown.join(', ')}. Known ids: ${known.join(', ')}`);
  if (!values['no-build'] && !(await buildPackage()))
    return refuse('the package does not build, so there is nothing to measure');

  const report = values.json ? new JsonReport() : new TableReport();
  const outcomes = [];
  for (const row of rows.filter(({ id }) => positionals.length === 0 || positionals.includes(id))) {
    const outcome = await measureRow(row);
    report.add(outcome);
    outcomes.push(outcome);
  }
  report.end();
  return outcomes.every((outcome) => outcome.verdict === 'ok' || outcome.verdict === 'skipped') ? 0 : 1;
}

async function readRows() {
  const folder = new URL('./rows/', import.meta.url);
  const files = readdirSync(folder).filter((file) => file.endsWith('.mjs'));
  const modules = await Promise.all(
    files.sort().map(async (file) => [file, (await import(new URL(file, folder))).default]),
  );
  return modules.flatMap(([file, rows]) => [rows].flat().map((row) => checkedRow(row, file)));
}

async function buildPackage() {
  const { code, output } = await runTool('scripts/build.mjs', [], { capture: true });
  if (code !== 0) process.stderr.write(output);
  return code === 0;
}

function refuse(message) {
  process.stderr.write(`bench: ${message}\n`);
  return 1;
}
