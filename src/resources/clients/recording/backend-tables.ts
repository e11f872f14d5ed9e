import type { PlatformRecord } from '../backend/platform-records.js';
import type { RecordedRequest } from './recorded-request.js';
import type { ServerAnswer } from './server-answer.js';

/** The lists of a {@link BackendServer}, by the paths they are under. */
export const BACKEND_TABLES = [
  'data_collections',
  'data_units',
  'data_files',
  'models',
  'serve_applications',
  'sdk/assignments',
  'sdk/tasks',
  'sdk/ground_truth_events',
] as const;
export type BackendTable = (typeof BACKEND_TABLES)[number];

const NOT_FOUND: ServerAnswer = { status: 404, body: { detail: 'Not found.' } };
const OF_THE_LIST = new Set(['page', 'page_size', 'expand']);

/** Records by table, with the lists, filters and pages of the platform. */
export class BackendTables {
  readonly #tables = new Map<string, Map<number, PlatformRecord>>();
  #lastId = 0;

  /** Adds a record; without an id, it gets the next one. */
  add(table: BackendTable, fields: Readonly<Record<string, unknown>>): PlatformRecord {
    const id = typeof fields['id'] === 'number' ? fields['id'] : ++this.#lastId;
    this.#lastId = Math.max(this.#lastId, id);
    const record = { ...fields, id };
    this.#table(table).set(id, record);
    return record;
  }

  all(table: BackendTable): PlatformRecord[] {
    return [...this.#table(table).values()];
  }

  /** The page of a list that a request asks for. */
  list(table: BackendTable, { query, path }: RecordedRequest, base: string): ServerAnswer {
    const filters = Object.entries(query).filter(([key]) => !OF_THE_LIST.has(key));
    const found = this.all(table).filter((record) => filters.every(([key, value]) => String(record[key]) === value));
    const size = Number(query['page_size'] ?? 100);
    const page = Number(query['page'] ?? 1);
    const end = page * size;
    const next = new URL(path, base);
    for (const [key, value] of Object.entries({ ...query, page: String(page + 1) })) next.searchParams.set(key, value);
    const results = found.slice(end - size, end);
    return {
      status: 200,
      body: { count: found.length, next: end < found.length ? next.href : null, previous: null, results },
    };
  }

  /** Reads, changes or removes one record. */
  one(table: BackendTable, id: number, { method, body }: RecordedRequest): ServerAnswer {
    const records = this.#table(table);
    const record = records.get(id);
    if (!record) return NOT_FOUND;
    if (method === 'GET') return { status: 200, body: record };
    if (method === 'DELETE') {
      records.delete(id);
      return { status: 204 };
    }
    const changed = { ...record, ...(body as object), id };
    records.set(id, changed);
    return { status: 200, body: changed };
  }

  /** Makes one record of an object, or several of a list. */
  create(table: BackendTable, body: unknown): ServerAnswer {
    const make = (fields: unknown): PlatformRecord => this.add(table, { ...(fields as object), id: undefined });
    return { status: 201, body: Array.isArray(body) ? body.map(make) : make(body) };
  }

  #table(name: string): Map<number, PlatformRecord> {
    const table = this.#tables.get(name) ?? new Map<number, PlatformRecord>();
    this.#tables.set(name, table);
    return table;
  }
}
