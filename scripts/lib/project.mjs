import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute path of the repository. */
export const projectRoot = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** A path inside the repository. */
export const inProject = (...parts) => join(projectRoot, ...parts);

/**
 * The Node that the repository brings as its dev dependency, or the running one where that is missing (`npm install --ignore-scripts`).
 * npm may start a script on the machine's own, older Node.
 */
export function projectNode() {
  const own = inProject('node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node');
  return existsSync(own) ? own : process.execPath;
}

/** Whether the running Node can load what the scripts import (rolldown, the package's own output). */
export function runsOnSupportedNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 15);
}

/** The environment of child tools: the repository's Node and tools first on the PATH. */
function toolEnvironment(extra = {}) {
  const binFolder = inProject('node_modules/.bin');
  const separator = process.platform === 'win32' ? ';' : ':';
  return {
    ...process.env,
    PATH: [dirname(projectNode()), binFolder, process.env.PATH ?? ''].join(separator),
    ...extra,
  };
}

/**
 * Runs a JavaScript tool of node_modules on the repository's Node.
 *
 * @param script - Path of the tool's JavaScript file inside the repository.
 * @param options.capture - Collects stdout and stderr instead of showing them.
 * @returns its exit code (128 for a signal) and, with `capture`, its output.
 */
export function runTool(script, args = [], { capture = false, env = {} } = {}) {
  return runCommand(projectNode(), [inProject(script), ...args], { capture, env });
}

/**
 * Runs jest. Its CommonJS sandbox loads ESM-only packages such as Nest 12 by way of Node's module classes, which need the flag; as an
 * argument it reaches jest's workers and not the processes that tests start.
 */
export function runJest(args, options = {}) {
  return runCommand(
    projectNode(),
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      inProject('node_modules/jest/bin/jest.js'),
      ...args,
    ],
    options,
  );
}

/** Runs any command in the repository; see {@link runTool}. */
export function runCommand(command, args = [], { capture = false, env = {}, cwd = projectRoot } = {}) {
  return new Promise((settle, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: toolEnvironment(env),
      stdio: capture ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    });
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('close', (code) => settle({ code: code ?? 128, output }));
  });
}
