import { readFileSync, readSync } from 'node:fs';
import { UsageError } from '../../foundation/errors/run.errors.js';
import { messageOf } from '../../foundation/errors/synapse.error.js';

/** The value of JSON text. @throws {@link UsageError} that names the flag and the place of the fault. */
function parseJson(flag: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new UsageError(
      `${flag} is not valid JSON: ${messageOf(error)}. Expected e.g. '{"epochs":3}'; quote it for the shell.`,
      {
        cause: error,
      },
    );
  }
}

/**
 * The value of a flag that takes JSON, `@file` with JSON in it, or `-` for standard input.
 *
 * @throws {@link UsageError} when the file cannot be read or the text is no JSON.
 */
export function readJsonArgument(flag: string, argument: string): unknown {
  if (argument === '-') return parseJson(`${flag} -`, readInput(flag, 0));
  if (argument.startsWith('@')) return parseJson(`${flag} ${argument}`, readInput(flag, argument.slice(1)));
  return parseJson(flag, argument);
}

function readInput(flag: string, file: string | number): string {
  try {
    return file === 0 ? readStandardInput() : readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${flag} cannot read ${file === 0 ? 'standard input' : `'${file}'`}: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}

/** All of standard input. A pipe that is in non-blocking mode has nothing to give at times, which is not its end. */
function readStandardInput(): string {
  const chunks: Buffer[] = [];
  const chunk = Buffer.alloc(64 * 1024);
  for (;;) {
    try {
      const length = readSync(0, chunk);
      if (length === 0) return Buffer.concat(chunks).toString('utf8');
      chunks.push(Buffer.from(chunk.subarray(0, length)));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EOF') return Buffer.concat(chunks).toString('utf8'); // how Windows says that a pipe has ended
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
