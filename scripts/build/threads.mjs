import { rmSync, writeFileSync } from 'node:fs';
import { inProject, projectRoot } from '../lib/project.mjs';
import { thirdPartyNotices } from './cli-bundle.mjs';

const NOTICES = 'dist/threads/THIRD-PARTY-LICENSES.txt';

/** What worker threads begin with, each as one file: a thread that loads two hundred is late for its work. */
const WORKERS = { 'convert-worker': 'dist/resources/datasets/parallel/convert-worker.js' };

/** Builds of packages for other places that leave out what is not used, and do the same. */
const LEANER = { yaml: inProject('node_modules/yaml/browser/index.js') };

/** Bundles the files of {@link WORKERS} with all that they load. */
export async function buildThreads() {
  const { rolldown } = await import('rolldown');
  rmSync(inProject('dist/threads'), { recursive: true, force: true });
  const moduleIds = [];
  for (const [name, entry] of Object.entries(WORKERS)) {
    const bundle = await rolldown({
      input: inProject(entry),
      cwd: projectRoot,
      platform: 'node',
      resolve: { alias: LEANER },
    });
    const { output } = await bundle.write({
      file: inProject(`dist/threads/${name}.js`),
      format: 'esm',
      codeSplitting: false,
      // Errors tell the other side their class by its name.
      keepNames: true,
    });
    await bundle.close();
    moduleIds.push(...output.flatMap((chunk) => Object.keys(chunk.modules ?? {})));
  }
  writeFileSync(inProject(NOTICES), thirdPartyNotices(moduleIds));
  return [...Object.keys(WORKERS).map((name) => `dist/threads/${name}.js`), NOTICES];
}
