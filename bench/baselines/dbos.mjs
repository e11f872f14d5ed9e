import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BenchSkip } from '../lib/row.mjs';

const PACKAGE = '@dbos-inc/dbos-sdk';
const VERSION = '5.3.0';

/**
 * The same work by another engine for durable workflows on Postgres: a workflow of so many steps, each of which returns `result`.
 *
 * @returns a function that executes one workflow, and one that ends the engine. @throws BenchSkip when it cannot be installed.
 */
export async function dbosWorkflow(databaseUrl, stepCount, result) {
  const { DBOS } = await installed();
  const workflow = DBOS.registerWorkflow(
    async () => {
      for (let step = 0; step < stepCount; step++) {
        await DBOS.runStep(() => Promise.resolve(result), { name: `upload_${step}` });
      }
      return result;
    },
    { name: 'upload' },
  );
  DBOS.setConfig({ name: 'bench', systemDatabaseUrl: databaseUrl, logLevel: 'error', runAdminServer: false });
  await DBOS.launch();
  return { run: () => workflow(), close: () => DBOS.shutdown() };
}

/** The engine's package, installed once into the user's cache: it is nobody's dependency. */
async function installed() {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const folder = join(cache, 'synapse-bench', `dbos-${VERSION}`);
  const entry = join(folder, 'node_modules', PACKAGE, 'dist/src/index.js');
  if (!existsSync(entry)) {
    try {
      const words = [
        'install',
        '--prefix',
        folder,
        '--no-audit',
        '--no-fund',
        '--ignore-scripts',
        `${PACKAGE}@${VERSION}`,
      ];
      execFileSync('npm', words, { stdio: 'ignore' });
    } catch {
      throw new BenchSkip(`needs ${PACKAGE} ${VERSION}, which npm could not install`);
    }
  }
  return import(pathToFileURL(entry).href);
}
