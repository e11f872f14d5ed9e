import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatasetNotFoundError } from '../../../../foundation/errors/dataset.errors.js';
import { bySplit, splitName } from '../../io/dataset-parts.js';
import { foldersIn, isFolder } from '../../io/file-names.js';
import { isTaken, requireFile, requireFolder } from '../../io/plain-file.js';
import type { PairedPart } from '../paired-reader.js';

/** Fields of an object that VOC itself has, kept as attributes. */
export const VOC_FIELDS: readonly string[] = ['pose', 'truncated', 'difficult', 'occluded'];
/** File that names the classes in the order of their numbers; VOC itself has no place for it. */
export const CLASS_FILE = 'labels.txt';

/** The parts of a Pascal VOC data set. In its own layout all share a folder, and lists say which picture is in which. */
export interface VOCLayout {
  readonly parts: readonly PairedPart[];
  /** Part of a picture by its name without ending; empty where folders say it. */
  readonly splitOf: ReadonlyMap<string, string>;
}

/** Lists that name no part: pictures of two parts, or those of one class. */
const OTHER_LIST = /^trainval$|_(train|val|trainval|test)$/;

/**
 * Understood are `Annotations` beside `JPEGImages` (or `images`), folders for parts that have them, and documents beside their pictures.
 *
 * @throws {@link DatasetNotFoundError} where there is none of these.
 */
export function vocLayout(root: string): VOCLayout {
  requireFolder(root, 'Pascal VOC');
  if (isTaken(join(root, CLASS_FILE))) requireFile(root, join(root, CLASS_FILE));
  const whole = partIn(root, null);
  if (whole) return { parts: [whole], splitOf: splitsIn(root) };
  const below = foldersIn(root).flatMap((name) => partIn(join(root, name), splitName(name)) ?? []);
  if (below.length > 0) return { parts: below.sort(bySplit), splitOf: new Map() };
  throw new DatasetNotFoundError(root, 'it has no Annotations beside JPEGImages, and no XML documents beside pictures');
}

/** Whether there are XML documents where a VOC data set has them. */
export function looksLikeVOC(root: string): boolean {
  return (
    isFolder(root) &&
    (partIn(root, null) !== undefined || foldersIn(root).some((name) => partIn(join(root, name), name) !== undefined))
  );
}

function partIn(folder: string, split: string | null): PairedPart | undefined {
  const documents = join(folder, 'Annotations');
  if (isFolder(documents)) {
    const images = ['JPEGImages', 'images', 'Images'].map((name) => join(folder, name)).find(isFolder);
    return { split, folder, documents, images: images ?? join(folder, 'JPEGImages') };
  }
  const hasDocuments = readdirSync(folder).some((name) => name.endsWith('.xml'));
  return hasDocuments ? { split, folder, documents: folder, images: folder } : undefined;
}

function splitsIn(root: string): ReadonlyMap<string, string> {
  const folder = join(root, 'ImageSets', 'Main');
  const splits = new Map<string, string>();
  const names = isFolder(folder) ? readdirSync(folder).filter((name) => name.endsWith('.txt')) : [];
  for (const name of names.sort()) {
    const list = name.slice(0, -'.txt'.length);
    if (OTHER_LIST.test(list)) continue;
    requireFile(root, join(folder, name));
    for (const line of readFileSync(join(folder, name), 'utf8').split(/\r?\n/)) {
      const [stem = ''] = line.trim().split(/\s+/);
      if (stem !== '') splits.set(stem, splitName(list));
    }
  }
  return splits;
}
