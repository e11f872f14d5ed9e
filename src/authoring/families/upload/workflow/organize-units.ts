import { FileInvalidError } from '../../../../foundation/errors/file.errors.js';
import type { FileSpecification } from '../../../../resources/clients/backend/platform-records.js';
import { byCodePoint } from '../../../../resources/datasets/model/class-order.js';
import type { MetadataTable } from './metadata-table.js';
import type { SourceFile } from './source-files.js';
import type { PlannedFile, PlannedUnit } from './upload-plan.js';

/** What units are made of. */
export interface UnitMaterial {
  readonly files: AsyncIterable<SourceFile>;
  readonly specifications: readonly FileSpecification[];
  readonly table?: MetadataTable;
  /** Path of the table below the folder, where it lies in it: it is no file of a unit. */
  readonly tableKey?: string;
}

type Group = Record<string, PlannedFile>;

/** Below which folders files are looked for. */
interface Layout {
  readonly placed: readonly string[];
  /** Whether all files are of the only specification, whatever their folder. */
  readonly isFlat: boolean;
}

/**
 * Puts files together that belong together: those that have the same path, but for the ending, below the folders of their specifications. Where there
 * is one specification and no folder of its name, all files are of that one.
 *
 * Of each file one text is held until its unit has been taken: its path and a few bytes.
 *
 * @throws {@link FileInvalidError} for files that no specification has a place for; while the units are taken, for two that have the same place.
 */
export async function organizeUnits(material: UnitMaterial): Promise<Iterable<PlannedUnit>> {
  const { specifications } = material;
  const found: string[] = [];
  let hasFolders = false;
  const placed = specifications.map(({ name }) => name);
  for await (const { key, size } of material.files) {
    if (key === material.tableKey || isHidden(key)) continue;
    hasFolders ||= placed.some((name) => key.startsWith(`${name}/`));
    found.push(flat(`${key}\0${size}`));
  }
  const layout = { placed, isFlat: !hasFolders && placed.length === 1 };
  sortByUnit(found, layout);
  return unitsOf(found, layout, material);
}

/** Has each text begin with the name of its unit and the number of its specification, and puts them in that order. */
function sortByUnit(found: string[], layout: Layout): void {
  let strays = 0;
  let firstStray = '';
  for (const [index, text] of found.entries()) {
    const key = part(text, 0);
    const slot = slotOf(key, layout);
    if (slot < 0 && ++strays === 1) firstStray = key;
    const below = key.slice(folderOf(slot, layout).length);
    const name = below.replace(/\.[^./]*$/, '') || below;
    found[index] = flat([name, String.fromCharCode(slot + 1), below.slice(name.length), part(text, 1)].join('\0'));
  }
  if (found.length === 0 || strays > 0) refuse(strays, firstStray, layout.placed);
  found.sort(byCodePoint);
}

function* unitsOf(found: readonly string[], layout: Layout, material: UnitMaterial): Generator<PlannedUnit> {
  let index = 0;
  let group: { readonly name: string; readonly files: Group } | undefined;
  for (const text of found) {
    const name = part(text, 0);
    const slot = part(text, 1).charCodeAt(0) - 1;
    if (group && group.name !== name) yield unitOf(group, index++, material);
    if (group?.name !== name) group = { name, files: {} };
    const file = { key: folderOf(slot, layout) + name + part(text, 2), size: Number(part(text, 3)) };
    put(group.files, layout.placed[slot] ?? '', file);
  }
  if (group) yield unitOf(group, index, material);
}

/** Number of the specification that a file is of; -1 for one that has no place. */
function slotOf(key: string, { placed, isFlat }: Layout): number {
  return isFlat ? 0 : placed.findIndex((name) => key.startsWith(`${name}/`));
}

function folderOf(slot: number, { placed, isFlat }: Layout): string {
  return isFlat || slot < 0 ? '' : `${placed[slot] ?? ''}/`;
}

/** What a text holds between two zeros, which no name of a file has. */
function part(text: string, index: number): string {
  return text.split('\0')[index] ?? '';
}

function unitOf(
  { name, files }: { readonly name: string; readonly files: Group },
  index: number,
  { specifications, table }: UnitMaterial,
): PlannedUnit {
  const first = files[primaryOf(specifications)]?.key ?? Object.values(files)[0]?.key ?? name;
  const meta = table?.find(...namesFor(name, first));
  const isUnknown = table !== undefined && meta === undefined;
  const problems = [...missingFiles(files, specifications), ...(isUnknown ? ['the table says nothing about it'] : [])];
  return {
    index,
    name,
    files,
    meta: { origin_file_name: first.slice(first.lastIndexOf('/') + 1), ...meta },
    ...(problems.length > 0 && { problems }),
  };
}

function put(files: Group, slot: string, file: PlannedFile): void {
  const other = files[slot];
  if (other) {
    throw new FileInvalidError(
      file.key,
      `${other.key} has the same name but for its ending, and a unit has one '${slot}'`,
    );
  }
  files[slot] = file;
}

/** One piece of memory: a text that was put together otherwise holds on to all that it was made of. */
function flat(text: string): string {
  return Buffer.from(text).toString();
}

function refuse(strays: number, firstStray: string, placed: readonly string[]): never {
  const first = firstStray || 'the folder';
  const folders = placed.map((name) => `${name}/`).join(', ') || '(the collection has no file specification)';
  const reason = strays === 0 ? 'it has no files' : `${strays} files are in none of the folders of the collection`;
  throw new FileInvalidError(first, `${reason}. Expected: ${folders}`);
}

function missingFiles(files: Group, specifications: readonly FileSpecification[]): string[] {
  return specifications
    .filter(({ name, is_required = false }) => is_required && !files[name])
    .map(({ name }) => `it has no file '${name}'`);
}

function primaryOf(specifications: readonly FileSpecification[]): string {
  return (specifications.find(({ is_primary = false }) => is_primary) ?? specifications[0])?.name ?? '';
}

/** A table may name a unit by its path, with or without the ending, or by the last part of it. */
function namesFor(name: string, key: string): string[] {
  const last = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
  return [key, name, last(key), last(name)];
}

function isHidden(key: string): boolean {
  return key.split('/').some((part) => part.startsWith('.')) || /(^|\/)Thumbs\.db$/.test(key);
}
