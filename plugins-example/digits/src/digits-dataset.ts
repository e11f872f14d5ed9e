import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Injectable } from '@nestjs/common';
import { seededRandom, shuffled } from './seeded-random.js';

/** Pixels of one picture: 8 by 8, row by row. */
export const PIXELS = 64;
/** Value of the darkest pixel; the lightest is 0. */
export const DARKEST = 16;
/** How many digits there are to tell apart. */
export const CLASSES = 10;

const DATA_FILE = join(import.meta.dirname, '../data/digits.csv.gz');
const DATA_SHA256 = '09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22';

/** One picture and what it shows. */
export interface Digit {
  /** 64 values, 0 to 16. */
  readonly pixels: readonly number[];
  /** 0 to 9. */
  readonly label: number;
}

/** The pictures to learn from and those to be measured by. */
export interface DigitsSplit {
  readonly training: readonly Digit[];
  readonly heldOut: readonly Digit[];
}

/** The 1,797 handwritten digits of the data folder. */
@Injectable()
export class DigitsDataset {
  #digits: readonly Digit[] | undefined;

  /** All pictures, in the order of the file. Read once. */
  all(): readonly Digit[] {
    this.#digits ??= parseDigits(readChecked());
    return this.#digits;
  }

  /** Holds out a fifth of the pictures. The same seed gives the same two parts, in the same order. */
  split(seed: number): DigitsSplit {
    const digits = shuffled(this.all(), seededRandom(seed));
    const heldOut = Math.round(digits.length / 5);
    return { training: digits.slice(heldOut), heldOut: digits.slice(0, heldOut) };
  }
}

/**
 * Reads lines of 64 pixels and a label.
 *
 * @throws Error that names the line when one is not of that form.
 */
export function parseDigits(csv: string): Digit[] {
  return csv
    .trim()
    .split('\n')
    .map((line, index) => {
      const values = line.split(',').map(Number);
      const digit = { label: values.pop() ?? NaN, pixels: values };
      if (isDigit(digit)) return digit;
      throw new Error(
        `Line ${index + 1} of the digits is not ${PIXELS} numbers 0 to ${DARKEST} and a digit: ${line.slice(0, 40)}`,
      );
    });
}

/** Whether `value` is a picture of the right size and a digit. */
export function isDigit(value: unknown): value is Digit {
  if (typeof value !== 'object' || value === null) return false;
  const { pixels, label } = value as Partial<Digit>;
  const isPicture =
    Array.isArray(pixels) && pixels.length === PIXELS && pixels.every((pixel) => isBetween(pixel, DARKEST));
  return isPicture && isBetween(label, CLASSES - 1);
}

/** A file that was cut short or changed would train a classifier that is silently worse. */
function readChecked(): string {
  const bytes = readFileSync(DATA_FILE);
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== DATA_SHA256) {
    throw new Error(`${DATA_FILE} is damaged: its SHA-256 is ${found}. Restore it from the repository.`);
  }
  return gunzipSync(bytes).toString('utf8');
}

function isBetween(value: unknown, highest: number): boolean {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= highest;
}
