import { spawn } from 'node:child_process';

/**
 * Runs the very Node that measures with `words`, and resolves to the milliseconds from its start to its end.
 *
 * @throws when it does not exit with 0, with what it said: a failing command is quick and would look good.
 */
export function runProcess(words, { env = {}, cwd } = {}) {
  return new Promise((settle, reject) => {
    const startedAt = performance.now();
    const child = spawn(process.execPath, words, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      const ms = performance.now() - startedAt;
      if (code === 0) settle(ms);
      else reject(new Error(`node ${words.join(' ')} exited with ${code}: ${output}`));
    });
  });
}
