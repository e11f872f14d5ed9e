import { extname } from 'node:path';
import { FileInvalidError } from '../../../../foundation/errors/file.errors.js';
import { isRecord } from '../../../../foundation/schema/json-safe.js';

type Row = Readonly<Record<string, unknown>>;

/** What a table says about units, by the names of their files. */
export class MetadataTable {
  /** As JSON: a text takes a fraction of what an object does. */
  readonly #rows = new Map<string, string>();
  readonly #unused = new Set<string>();

  /**
   * Reads a table by its ending: `.xlsx`, `.csv`, `.ndjson` or `.jsonl`.
   *
   * @param column - Which column names the unit's file. @defaultValue the first one
   * @throws {@link FileInvalidError} for a table without the column, with two rows for one unit, or of another kind.
   */
  static async read(path: string, column: string | null | undefined): Promise<MetadataTable> {
    const table = new MetadataTable();
    let number = 0;
    for await (const row of await rowsOf(path)) {
      number += 1;
      if (!isRecord(row)) throw new FileInvalidError(path, `row ${number} is no object`);
      const [first = ''] = Object.keys(row);
      table.#add(path, row, { number, column: column ?? first });
    }
    return table;
  }

  /** What is said about a unit, without the column that names it; undefined where nothing is. */
  find(...names: readonly string[]): Row | undefined {
    const name = names.find((one) => this.#rows.has(one));
    if (name === undefined) return undefined;
    this.#unused.delete(name);
    return JSON.parse(this.#rows.get(name) ?? '{}') as Row;
  }

  /** Names that no unit has. */
  get unused(): readonly string[] {
    return [...this.#unused];
  }

  #add(path: string, row: Row, { number, column }: { readonly number: number; readonly column: string }): void {
    const name = row[column];
    if (name === undefined) throw new FileInvalidError(path, `row ${number} has no column '${column}'`);
    if ((typeof name !== 'string' && typeof name !== 'number') || name === '') {
      throw new FileInvalidError(path, `row ${number} names no file in column '${column}'`);
    }
    const key = String(name);
    if (this.#rows.has(key)) throw new FileInvalidError(path, `row ${number} is the second one for '${key}'`);
    const { [column]: _name, ...rest } = row;
    this.#rows.set(key, JSON.stringify(rest));
    this.#unused.add(key);
  }
}

async function rowsOf(path: string): Promise<AsyncIterable<unknown>> {
  const { readCsv, readNdjson } = await import('../../../../resources/files/records/row-files.js');
  const ending = extname(path).toLowerCase();
  if (ending === '.csv') return readCsv(path);
  if (ending === '.ndjson' || ending === '.jsonl') return readNdjson(path);
  if (ending !== '.xlsx') throw new FileInvalidError(path, 'a table of metadata must be .xlsx, .csv or .ndjson');
  const { readExcel } = await import('../../../../resources/files/records/excel-file.js');
  return readExcel(path);
}
