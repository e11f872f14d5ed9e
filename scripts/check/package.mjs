import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { inProject, runCommand, runTool } from '../lib/project.mjs';

/** Whether the packed package is one that others can install, import and type-check: publint and "are the types wrong" on the tarball. */
export async function checkPackage() {
  mkdirSync(inProject('.cache'), { recursive: true });
  const folder = mkdtempSync(inProject('.cache', 'pack-'));
  try {
    const packed = await runCommand('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
      capture: true,
    });
    if (packed.code !== 0) {
      console.error(packed.output);
      return false;
    }
    const tarball = join(folder, tarballNameIn(packed.output));
    const publint = await runTool('node_modules/publint/src/cli.js', ['run', tarball, '--strict']);
    // The package is ESM: what CommonJS or pre-`exports` resolution would find is not promised.
    const attw = await runTool('node_modules/@arethetypeswrong/cli/dist/index.js', [
      tarball,
      '--profile',
      'esm-only',
      '--no-emoji',
    ]);
    return publint.code === 0 && attw.code === 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function tarballNameIn(output) {
  const [, name] = /"filename":\s*"([^"]+)"/.exec(output);
  return name;
}
