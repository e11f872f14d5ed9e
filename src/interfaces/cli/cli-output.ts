import { Injectable } from '@nestjs/common';
import { writeSync } from 'node:fs';
import { plainText } from '../../authoring/reporting/console-text.js';
import { errorToJson } from '../../foundation/errors/error-json.js';
import { SynapseError } from '../../foundation/errors/synapse.error.js';
import { EXIT_CODES } from './exit-codes.js';

/** Where a command's answer goes: results to stdout, everything else to stderr. */
@Injectable()
export class CliOutput {
  /** The one line of a result. `undefined` has no JSON form and is printed as `null`. */
  result(value: unknown): void {
    this.text(`${typeof value === 'string' ? value : (JSON.stringify(value) ?? 'null')}\n`);
  }

  /** Text for stdout, as it is. */
  text(text: string): void {
    writeAll(1, text);
  }

  /** A remark for the person at the terminal. */
  note(text: string): void {
    writeAll(2, `${text}\n`);
  }

  /** Says what went wrong, and has the process end with the code of its kind. */
  error(thrown: unknown, { isVerbose = process.argv.includes('--verbose') } = {}): void {
    const json = errorToJson(thrown, { withStack: isVerbose });
    // The message may quote a plugin, whose text must not move the cursor.
    const causeCode = json.details?.cause_code;
    const code = typeof causeCode === 'string' ? `${json.code}: ${causeCode}` : json.code;
    this.note(plainText(`Error [${code}]: ${json.message}`));
    if (isVerbose) {
      const error = SynapseError.is(thrown) ? thrown : undefined;
      this.note(error?.remoteStack ?? json.stack ?? '');
    }
    process.exitCode = EXIT_CODES[json.kind];
  }
}

/**
 * Writes straight to the file descriptor: complete before the process ends, and past the guard that keeps plugins off stdout.
 * A pipe whose reader is slow is retried, one whose reader is gone is let go.
 */
function writeAll(descriptor: number, text: string): void {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') return;
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
