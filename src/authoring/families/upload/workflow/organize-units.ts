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

/**
 * Puts files together that belong together: those that have the same path, but for the ending, below the folders of their specifications. Where there
 * is one specification and no folder of its name, all files are of that one.
 *
 * @throws {@link FileInvalidError} for files that no specification has a place for.
 */
export async function organizeUnits(material: UnitMaterial): Promise<PlannedUnit[]> {
  const { specifications, table } = material;
  const groups = await groupsOf(material);
  const names = [...groups.keys()].sort(byCodePoint);
  return names.map((name, index) => {
    const files = groups.get(name) ?? {};
    const first = files[primaryOf(specifications)]?.key ?? Object.values(files)[0]?.key ?? name;
    const meta = table?.find(...namesFor(name, first));
    const isUnknown = table !== undefined && meta === undefined;
    const problems = [
      ...missingFiles(files, specifications),
      ...(isUnknown ? ['the table says nothing about it'] : []),
    ];
    return {
      index,
      name,
      files,
      meta: { origin_file_name: first.slice(first.lastIndexOf('/') + 1), ...meta },
      ...(problems.length > 0 && { problems }),
    };
  });
}

async function groupsOf({ files, specifications, tableKey }: UnitMaterial): Promise<Map<string, Group>> {
  const found: SourceFile[] = [];
  for await (const file of files) if (file.key !== tableKey && !isHidden(file.key)) found.push(file);
  const placed = specifications.map(({ name }) => name);
  const hasFolders = found.some(({ key }) => placed.some((name) => key.startsWith(`${name}/`)));
  const [only] = placed;
  const isFlat = !hasFolders && placed.length === 1 && only !== undefined;
  const groups = new Map<string, Group>();
  const strays: string[] = [];
  for (const file of found) {
    const slot = isFlat ? only : placed.find((name) => file.key.startsWith(`${name}/`));
    if (slot === undefined) strays.push(file.key);
    else put(groups, file, { slot, below: isFlat ? file.key : file.key.slice(slot.length + 1) });
  }
  if (groups.size === 0 || strays.length > 0) refuse(strays, placed);
  return groups;
}

function put(
  groups: Map<string, Group>,
  { key, size }: SourceFile,
  { slot, below }: { slot: string; below: string },
): void {
  const name = below.replace(/\.[^./]*$/, '') || below;
  const group = groups.get(name) ?? {};
  if (group[slot]) {
    throw new FileInvalidError(
      key,
      `${group[slot].key} has the same name but for its ending, and a unit has one '${slot}'`,
    );
  }
  group[slot] = { key, size };
  groups.set(name, group);
}

function refuse(strays: readonly string[], placed: readonly string[]): never {
  const [first = 'the folder'] = strays;
  const folders = placed.map((name) => `${name}/`).join(', ') || '(the collection has no file specification)';
  const reason =
    strays.length === 0 ? 'it has no files' : `${strays.length} files are in none of the folders of the collection`;
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
