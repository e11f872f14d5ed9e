import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { inProject } from '../lib/project.mjs';
import { buildCliBundle } from './cli-bundle.mjs';

/** The CLI's bundle, and beside it the help texts that the launcher prints without loading it. */
export async function buildCli() {
  const outputs = await buildCliBundle({
    main: inProject('dist/interfaces/cli/main.js'),
    'render-help': inProject('dist/interfaces/cli/render-help.js'),
  });
  const { renderHelp } = await import(pathToFileURL(inProject('dist/cli/render-help.js')).href);
  const { version } = JSON.parse(readFileSync(inProject('package.json'), 'utf8'));
  writeFileSync(inProject('dist/cli/help.json'), JSON.stringify({ version, help: await renderHelp() }));
  return [...outputs, 'dist/cli/help.json'];
}
