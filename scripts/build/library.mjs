import { existsSync, rmSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { inProject, projectRoot, runTool } from '../lib/project.mjs';
import { filesUnder } from './fingerprint.mjs';

/** Folders in dist/ that other steps make. */
const BUNDLES = ['cli', 'threads'];
const OUTPUT_SUFFIX = { scripts: /\.js(\.map)?$/, declarations: /\.d\.ts(\.map)?$/ };

/** `nest build`: the sources as ESM with decorator metadata, one file each, in dist/. */
export async function buildLibrary() {
  const { code, output } = await runTool('node_modules/@nestjs/cli/bin/nest.js', ['build'], { capture: true });
  if (code !== 0 || !existsSync(inProject('dist/index.js'))) throw new Error(`nest build failed\n${output}`);
  return pruneAndList('scripts');
}

/** `tsc`: the type declarations beside them. This is also where a type error stops the build: swc does not look at types. */
export async function buildDeclarations() {
  const args = ['-p', 'tsconfig.build.json', '--emitDeclarationOnly'];
  const { code, output } = await runTool('node_modules/typescript/bin/tsc', args, { capture: true });
  if (code !== 0) throw new Error(`the sources have type errors\n${output}`);
  return pruneAndList('declarations');
}

/** Removes what a deleted source left behind, and lists the rest. */
function pruneAndList(kind) {
  const suffix = OUTPUT_SUFFIX[kind];
  const outputs = filesUnder(inProject('dist')).filter(
    (file) => suffix.test(file) && !BUNDLES.some((folder) => file.startsWith(inProject('dist', folder) + sep)),
  );
  return outputs
    .filter((file) => {
      const source = join(projectRoot, 'src', relative(inProject('dist'), file).replace(suffix, '.ts'));
      if (existsSync(source)) return true;
      rmSync(file);
      return false;
    })
    .map((file) => relative(projectRoot, file));
}
