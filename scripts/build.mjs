/**
 * Builds the package: `npm run build`, and `npm install` by way of `prepare`.
 *
 *   library       nest build (swc): src → dist, one ES module per source
 *   declarations  tsc: the types beside them; a type error fails the build
 *   threads       rolldown: dist/threads, what worker threads begin with, each as one file
 *   cli           rolldown: dist/cli, one bundle of the CLI and everything it loads, and its help texts, rendered by that bundle
 *
 * A step whose inputs are what they were last time is skipped.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { buildCli } from './build/cli.mjs';
import { BuildState } from './build/build-state.mjs';
import { fingerprint } from './build/fingerprint.mjs';
import { withBuildLock } from './build/build-lock.mjs';
import { buildDeclarations, buildLibrary } from './build/library.mjs';
import { buildThreads } from './build/threads.mjs';
import { inProject, projectNode, runsOnSupportedNode } from './lib/project.mjs';

if (runsOnSupportedNode()) {
  process.exitCode = (await withBuildLock(build)) ? 0 : 1;
} else {
  // npm was started by the machine's own, older Node.
  process.exitCode = spawnSync(projectNode(), [fileURLToPath(import.meta.url)], { stdio: 'inherit' }).status ?? 1;
}

async function build() {
  const tools = [
    'package.json',
    'node_modules/.package-lock.json',
    'tsconfig.json',
    'tsconfig.build.json',
    '.swcrc',
    'nest-cli.json',
  ];
  const inputs = ['src', 'scripts/build', ...tools].map((path) => inProject(path));
  const digest = fingerprint(inputs);
  const state = new BuildState();
  const types = step(state, 'declarations', digest, buildDeclarations);
  const code =
    (await step(state, 'library', digest, buildLibrary)) &&
    (await step(state, 'threads', digest, buildThreads)) &&
    (await step(state, 'cli', digest, buildCli));
  return (await types) && code;
}

/** Runs one step unless it is up to date, and says how it went. */
async function step(state, name, digest, work) {
  if (state.isCurrent(name, digest)) return true;
  const startedAt = performance.now();
  try {
    state.record(name, digest, await work());
    // On stderr: `npm run example` builds first and its stdout is the result.
    console.error(`build: ${name} ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
    return true;
  } catch (error) {
    console.error(`build: ${name} failed\n${error.message}`);
    return false;
  }
}
