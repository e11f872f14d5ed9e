import { readFileSync } from 'node:fs';

/** Reads a whole file and parses it. */
export function parseWhole(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}
