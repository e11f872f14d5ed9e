import { writeFileSync } from 'node:fs';

/** Named in full: only with its encoding does Node write a file in one call. */
const NEW_FILE = { flag: 'wx', encoding: 'utf8' } as const;

/** Writes a file that is not there yet; one that is, is an error with the code EEXIST. */
export function writeNew(path: string, text: string): void {
  writeFileSync(path, text, NEW_FILE);
}
