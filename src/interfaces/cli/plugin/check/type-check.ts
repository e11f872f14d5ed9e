import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PluginOutline } from '../../../../runtime/discovery/plugin-outline.js';
import { oneLine } from '../../table.js';
import { type CheckResult, checkResult, skippedCheck } from './check-result.js';
import { packageFolder } from './package-folder.js';
import { typeCheckProject } from './type-check-config.js';

/** Longest list of type errors that is shown. */
const MAX_PROBLEMS = 20;

const DIAGNOSTIC = /^(.+?)\((\d+),(\d+)\): error (TS\d+: .*)$/;

/**
 * Has TypeScript check the plugin's sources, the plugin's own where it has one, else this package's. TypeScript is optional: without
 * it the check is skipped.
 */
export async function checkTypes({ directory, scan }: PluginOutline): Promise<CheckResult> {
  const files = scan.files.filter((file) => /\.(?:m?ts|tsx)$/.test(file)).map((file) => join(directory, file));
  if (files.length === 0) return skippedCheck('types', 'The plugin has no TypeScript sources.');
  const typescript = packageFolder('typescript', directory);
  if (!typescript)
    return skippedCheck(
      'types',
      'TypeScript is not installed. Add it with `npm install --save-dev typescript @types/node`.',
    );
  const project = typeCheckProject(directory, files);
  if (!project)
    return skippedCheck('types', '@types/node is not installed. Add it with `npm install --save-dev @types/node`.');
  const compiler = compilerIn(typescript);
  if ('file' in project) return resultOf(await runCompiler(compiler, project.file, directory));
  const folder = mkdtempSync(join(tmpdir(), 'synapse-types-'));
  try {
    const file = join(folder, 'tsconfig.json');
    writeFileSync(file, JSON.stringify(project.config));
    return resultOf(await runCompiler(compiler, file, directory));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The script behind the package's `tsc`. */
function compilerIn(folder: string): string {
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { bin?: { tsc?: string } };
  return join(folder, bin?.tsc ?? 'bin/tsc');
}

interface CompilerOutput {
  readonly exitCode: number | null;
  readonly output: string;
}

function runCompiler(tsc: string, project: string, cwd: string): Promise<CompilerOutput> {
  const child = spawn(process.execPath, [tsc, '--noEmit', '--pretty', 'false', '--project', project], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, output }));
  });
}

function resultOf({ exitCode, output }: CompilerOutput): CheckResult {
  if (exitCode === 0) return checkResult('types', []);
  const problems = output.split('\n').flatMap((line) => {
    const match = DIAGNOSTIC.exec(line);
    return match ? [`${match[1]}:${match[2]}:${match[3]}: ${match[4]}`] : [];
  });
  if (problems.length === 0) return checkResult('types', [`tsc ended with code ${exitCode}: ${oneLine(output)}`]);
  const more = problems.length - MAX_PROBLEMS;
  return checkResult('types', [...problems.slice(0, MAX_PROBLEMS), ...(more > 0 ? [`… and ${more} more`] : [])]);
}
