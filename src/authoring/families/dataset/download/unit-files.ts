import { createHash } from 'node:crypto';
import { isRecord } from '../../../../foundation/schema/json-safe.js';
import type { DataUnit } from '../../../../resources/clients/backend/platform-records.js';

/** A file of a data unit, and where its bytes are. */
export interface UnitFile {
  /** Path on this machine, or URL. */
  readonly source: string;
  readonly isUrl: boolean;
  /** Name without folders and ending. */
  readonly stem: string;
  /** Ending with its dot, or nothing. */
  readonly ending: string;
}

/** File systems take 255 bytes; this leaves room for ids and endings. */
const MAX_STEM_BYTES = 180;

/**
 * The files of a data unit in their order; those that the platform knows nothing of are left out.
 *
 * @throws TypeError for a unit whose files are no object.
 */
export function filesOf({ files = {} }: DataUnit): UnitFile[] {
  if (!isRecord(files)) throw new TypeError(`files must be an object, got ${JSON.stringify(files)}`);
  return Object.values(files).flatMap((entry) => {
    const source = sourceOf(entry);
    return source === undefined ? [] : [unitFile(source)];
  });
}

/** What the platform calls a unit. */
export function idOf({ id, data_unit_id }: DataUnit): string {
  return String(id ?? data_unit_id ?? 'unit');
}

/** The name of a unit's document: that of its first file, else its id. */
export function baseNameOf(unit: DataUnit, [first]: readonly UnitFile[]): string {
  return first?.stem ?? safeStem(idOf(unit), '0');
}

function sourceOf(entry: unknown): string | undefined {
  const values = isRecord(entry) ? [entry['path'], entry['url']] : [entry];
  return values.find((value): value is string => typeof value === 'string' && value !== '');
}

function unitFile(source: string): UnitFile {
  const isUrl = /^https?:\/\//i.test(source);
  const last = lastSegment(isUrl ? (URL.parse(source)?.pathname ?? '') : source);
  const name = isUrl ? decoded(last) : last;
  const dot = name.lastIndexOf('.');
  const ending = dot > 0 && /^\.[\w-]{1,32}$/.test(name.slice(dot)) ? name.slice(dot) : '';
  const stem = safeStem(ending === '' ? name : name.slice(0, dot), source);
  return { source, isUrl, stem, ending };
}

function lastSegment(path: string): string {
  return (
    path
      .replace(/[/\\]+$/, '')
      .split(/[/\\]/)
      .at(-1) ?? ''
  );
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** A name that is one name on any file system, whatever a stranger has put into it. */
function safeStem(name: string, source: string): string {
  const safe = name.replace(/[\p{Cc}/\\:*?"<>|]/gu, '_');
  const digest = createHash('sha256').update(source).digest('hex').slice(0, 12);
  if (safe === '' || safe === '.' || safe === '..') return digest;
  if (Buffer.byteLength(safe) <= MAX_STEM_BYTES) return safe;
  return `${Buffer.from(safe)
    .subarray(0, MAX_STEM_BYTES - 16)
    .toString('utf8')
    .replace(/\uFFFD+$/, '')}_${digest}`;
}
