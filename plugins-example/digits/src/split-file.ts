import { readFile, writeFile } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import { type Digit, type DigitsSplit, isDigit } from './digits-dataset.js';
import { writeWholeFile } from './whole-file.js';

const FORMAT = 'digits-split/1';

/** A split, and the seed that it can be made again with. */
export interface SeededSplit extends DigitsSplit {
  readonly seed: number;
}

interface SplitDocument {
  readonly format: string;
  readonly seed: number;
  readonly training: readonly Digit[];
  readonly held_out: readonly Digit[];
}

/** Keeps the two parts of the data set in one JSON file: what `prepare` writes, and `train` and `evaluate` read. */
@Injectable()
export class SplitFile {
  async save(path: string, { seed, training, heldOut }: SeededSplit): Promise<void> {
    const document: SplitDocument = { format: FORMAT, seed, training, held_out: heldOut };
    await writeWholeFile(path, (temporary) => writeFile(temporary, JSON.stringify(document)));
  }

  /**
   * Reads a split back.
   *
   * @throws Error that names the file and the cure when there is none, or it is not such a file.
   */
  async load(path: string): Promise<SeededSplit> {
    const document = parse(await read(path));
    if (isSplit(document)) return { seed: document.seed, training: document.training, heldOut: document.held_out };
    throw new Error(
      `'${path}' is not a split of the digits (expected format '${FORMAT}'). Give the dataset_path that prepare returns.`,
    );
  }
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new Error(
      `No data set can be read from '${path}'. Prepare one first, and give the dataset_path that prepare returns.`,
      { cause: error },
    );
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // refused like any other file that is something else
  }
}

function isSplit(document: unknown): document is SplitDocument {
  if (typeof document !== 'object' || document === null) return false;
  const { format, seed, training, held_out } = document as Partial<SplitDocument>;
  return format === FORMAT && Number.isInteger(seed) && areDigits(training) && areDigits(held_out);
}

function areDigits(part: unknown): part is Digit[] {
  return Array.isArray(part) && part.length > 0 && part.every((digit) => isDigit(digit));
}
