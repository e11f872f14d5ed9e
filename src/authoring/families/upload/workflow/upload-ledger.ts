import { closeSync, existsSync, fdatasyncSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { RuntimeContext } from '../../../context/runtime-context.js';

/**
 * What a step has done so far, a line for each thing, on the disk at once: a process may end at any line, and the next one goes on from there, or undoes
 * what is written.
 */
export class UploadLedger<T extends object> {
  readonly #path: string;
  #file: number | undefined;

  constructor({ workDir }: RuntimeContext, name: string) {
    this.#path = join(workDir, `upload-${name}.ledger`);
  }

  /** What was written, in that order; a line that a crash has cut off was not. */
  async *entries(): AsyncGenerator<T> {
    if (!existsSync(this.#path)) return;
    const lines = createInterface({ input: createReadStream(this.#path, 'utf8'), crlfDelay: Infinity });
    for await (const line of lines) {
      const entry = parsed<T>(line);
      if (entry) yield entry;
    }
  }

  /** Opens it for more. */
  open(): void {
    if (existsSync(this.#path)) this.#cutTornLine();
    this.#file ??= openSync(this.#path, 'a');
  }

  /** In the system's hands when it returns. */
  append(entry: T): void {
    if (this.#file === undefined) this.open();
    writeSync(this.#file as number, `${JSON.stringify(entry)}\n`);
  }

  /** Down on the disk, for the case that the machine goes, too. */
  sync(): void {
    if (this.#file !== undefined) fdatasyncSync(this.#file);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #cutTornLine(): void {
    const bytes = readFileSync(this.#path);
    const end = bytes.lastIndexOf(0x0a) + 1;
    if (end < bytes.length) truncateSync(this.#path, end);
  }
}

function parsed<T>(line: string): T | undefined {
  try {
    return line === '' ? undefined : (JSON.parse(line) as T);
  } catch {
    return undefined;
  }
}
