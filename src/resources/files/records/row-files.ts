import { createReadStream, createWriteStream } from 'node:fs';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { FileInvalidError, FileNotFoundError } from '../../../foundation/errors/file.errors.js';
import { messageOf, reasonIn } from '../../../foundation/errors/synapse.error.js';
import { writeAtomically } from '../places/write-atomically.js';

/** Longest line of NDJSON, or record of CSV, in characters: more is no table, but a mistake or an attack. */
const MAX_RECORD_CHARS = 64 * 1024 * 1024;

/** A row of a table: every value is text, or what it is to become as text. */
export type CsvRow = Readonly<Record<string, unknown>>;

/** How a table is read. */
export interface ReadCsvOptions {
  /** What is between two values. @defaultValue `,` */
  readonly delimiter?: string;
}

/** How a table is written. */
export interface WriteCsvOptions extends ReadCsvOptions {
  /** Columns, in order. @defaultValue the names of the first row */
  readonly columns?: readonly string[];
  /**
   * Puts a `'` in front of texts that a spreadsheet would take for a formula (`=`, `+`, `-`, `@`, tab, return). A table of strangers' words may
   * otherwise execute something where it is opened; a program that reads it sees the `'`, negative numbers included. @defaultValue false
   */
  readonly escapesFormulas?: boolean;
}

/**
 * The rows of a CSV file, one at a time, by the names in its first line. Memory does not grow with the file.
 *
 * @throws {@link FileNotFoundError}; {@link FileInvalidError} that names the line.
 */
export async function* readCsv(path: string, options: ReadCsvOptions = {}): AsyncGenerator<Record<string, string>> {
  const { parse } = await import('csv-parse');
  const { delimiter = ',' } = options;
  const parser = parse({
    columns: true,
    bom: true,
    delimiter,
    skip_empty_lines: true,
    max_record_size: MAX_RECORD_CHARS,
  });
  const file = createReadStream(path);
  file.once('error', (error) => parser.destroy(error));
  try {
    yield* file.pipe(parser) as AsyncIterable<Record<string, string>>;
  } catch (error) {
    throw readError(path, error);
  } finally {
    file.destroy();
    parser.destroy();
  }
}

/** Writes rows to a CSV file, one at a time, in one step. @throws {@link FileWriteError}; what the rows throw. */
export async function writeCsv(
  path: string,
  rows: Iterable<CsvRow> | AsyncIterable<CsvRow>,
  options: WriteCsvOptions = {},
): Promise<void> {
  await writeAtomically(path, (unfinished) => fillCsv(unfinished, rows, options));
}

/** Writes rows to a CSV file that is not there yet; for callers that move it to its place themselves. */
export async function fillCsv(
  unfinished: string,
  rows: Iterable<CsvRow> | AsyncIterable<CsvRow>,
  { columns, delimiter = ',', escapesFormulas = false }: WriteCsvOptions,
): Promise<void> {
  const { stringify } = await import('csv-stringify');
  const table = stringify({
    header: true,
    delimiter,
    escape_formulas: escapesFormulas,
    cast: { boolean: (value) => String(value) },
    ...(columns && { columns: [...columns] }),
  });
  await pipeline(Readable.from(rows), table, createWriteStream(unfinished, { flags: 'wx' }));
}

/**
 * The values of an NDJSON file, one for each line that is not empty. Memory does not grow with the file.
 *
 * @throws {@link FileNotFoundError}; {@link FileInvalidError} that names the line.
 */
export async function* readNdjson(path: string): AsyncGenerator {
  let line = 0;
  let rest = '';
  try {
    for await (const chunk of createReadStream(path, { encoding: 'utf8' }) as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > MAX_RECORD_CHARS) throw new Error(`it has a line of more than ${MAX_RECORD_CHARS} characters`);
      for (const text of lines) {
        line += 1;
        if (text.trim() !== '') yield parsed(text, line);
      }
    }
    if (rest.trim() !== '') yield parsed(rest, line + 1);
  } catch (error) {
    throw readError(path, error);
  }
}

/** Writes values to an NDJSON file, one line each, in one step. @throws {@link FileWriteError}; what the values throw. */
export async function writeNdjson(path: string, values: Iterable<unknown> | AsyncIterable<unknown>): Promise<void> {
  await writeAtomically(path, (unfinished) => fillNdjson(unfinished, values));
}

/** Writes values to an NDJSON file that is not there yet; for callers that move it to its place themselves. */
export async function fillNdjson(
  unfinished: string,
  values: Iterable<unknown> | AsyncIterable<unknown>,
): Promise<void> {
  async function* lines(): AsyncGenerator<string> {
    for await (const value of values) yield `${JSON.stringify(value)}\n`;
  }
  await pipeline(Readable.from(lines()), createWriteStream(unfinished, { flags: 'wx' }));
}

function parsed(text: string, line: number): unknown {
  try {
    return JSON.parse(line === 1 ? text.replace(/^\uFEFF/, '') : text) as unknown;
  } catch (error) {
    throw new Error(`line ${line} is no JSON: ${messageOf(error)}`, { cause: error });
  }
}

function readError(path: string, error: unknown): unknown {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new FileNotFoundError('file', resolve(path), error);
  return new FileInvalidError(resolve(path), reasonIn(error), error);
}
