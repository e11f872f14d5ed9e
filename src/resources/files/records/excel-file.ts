import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { DatasetPackageMissingError } from '../../../foundation/errors/dataset.errors.js';
import { FileInvalidError, FileNotFoundError } from '../../../foundation/errors/file.errors.js';
import { messageOf, SynapseError } from '../../../foundation/errors/synapse.error.js';

/** How a sheet is read. */
export interface ReadExcelOptions {
  /** Name of the sheet, or its number from 1. @defaultValue 1 */
  readonly sheet?: string | number;
}

/** A sheet is read whole: what is larger than this is no table of notes. */
const MAX_FILE_BYTES = 100 * 1024 * 1024;
const MAX_UNPACKED_BYTES = 1024 * 1024 * 1024;

/**
 * The rows of a sheet of an .xlsx file by the names in its first row: texts, numbers, booleans and dates; null for an empty cell. The sheet is in
 * memory while it is read. Needs the package `read-excel-file`.
 *
 * @throws {@link DatasetPackageMissingError}, {@link FileNotFoundError}, {@link FileInvalidError}.
 */
export async function* readExcel(
  path: string,
  { sheet = 1 }: ReadExcelOptions = {},
): AsyncGenerator<Record<string, unknown>> {
  const { readSheet } = await loadReader();
  await refuseBombs(path);
  const [names = [], ...rows] = await readSheet(path, sheet).catch((error: unknown) => {
    throw new FileInvalidError(resolve(path), `sheet ${sheet} cannot be read: ${messageOf(error)}`, error);
  });
  const columns = names.map((name) => (name === null ? '' : String(name).trim()));
  for (const row of rows) {
    if (row.every((cell) => cell === null)) continue;
    yield Object.fromEntries(columns.flatMap((name, index) => (name === '' ? [] : [[name, plain(row[index])]])));
  }
}

async function loadReader(): Promise<typeof import('read-excel-file/node')> {
  try {
    return await import('read-excel-file/node');
  } catch (error) {
    throw new DatasetPackageMissingError('Reading .xlsx files', 'read-excel-file', error);
  }
}

/** An .xlsx is a zip: its bytes say how large it becomes. */
async function refuseBombs(path: string): Promise<void> {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined) throw new FileNotFoundError('file', resolve(path));
  if (size > MAX_FILE_BYTES) throw new FileInvalidError(resolve(path), `it has more than ${MAX_FILE_BYTES} bytes`);
  const { ZipReader } = await import('../archives/zip-reader.js');
  try {
    const zip = new ZipReader(resolve(path));
    try {
      let unpacked = 0;
      for await (const entry of zip.entries()) unpacked += entry.size;
      if (unpacked > MAX_UNPACKED_BYTES)
        throw new FileInvalidError(resolve(path), 'it becomes too large when it is unpacked');
    } finally {
      zip.close();
    }
  } catch (error) {
    if (SynapseError.is(error) && error.code === 'SYN_FILE_INVALID') throw error;
    throw new FileInvalidError(resolve(path), `it is no .xlsx file: ${messageOf(error)}`, error);
  }
}

/** A date as JSON has it. */
function plain(cell: unknown): unknown {
  return cell instanceof Date ? cell.toISOString() : (cell ?? null);
}
