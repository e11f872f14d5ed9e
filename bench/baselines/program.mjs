import { execFileSync } from 'node:child_process';

/** A program of the system that does the same work, its start included. */
export function program(name, words, cwd) {
  return execFileSync(name, words, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
}
