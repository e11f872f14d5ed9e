import { basename, dirname, join, resolve, sep } from 'node:path';
import { DatasetNotFoundError } from '../../../../foundation/errors/dataset.errors.js';
import { bySplit, splitName } from '../../io/dataset-parts.js';
import { foldersIn, isFolder } from '../../io/file-names.js';
import { YOLOTask } from '../../registry/format-definition.js';
import type { PairedPart } from '../paired-reader.js';
import { hasYOLOConfig, type YOLOConfig } from './yolo-config.js';

const IMAGE_FOLDERS = ['images', 'img', 'imgs'];
/** Keys of dataset.yaml that are read, and no parts of the data set. */
const READ_KEYS = ['path', 'names', 'nc', 'task', 'kpt_shape', 'kpt_names', 'yaml_file'];
/** All keys that are no parts. */
const OTHER_KEYS = new Set([...READ_KEYS, 'flip_idx', 'download']);

/**
 * The parts of a YOLO data set. Understood are the folders that its dataset.yaml names, `images` beside `labels` (flat, or each with
 * folders for parts), and folders for parts that have both.
 *
 * @throws {@link DatasetNotFoundError} where there are no labels in any of these.
 */
export function yoloParts(root: string, { entries }: Pick<YOLOConfig, 'entries'>): readonly PairedPart[] {
  const named = Object.entries(entries).flatMap(([key, value]) =>
    OTHER_KEYS.has(key) ? [] : namedParts(root, entries['path'], key, value),
  );
  const parts = named.length > 0 ? onePerFolder(root, named) : partsBySight(root);
  if (parts.length > 0) return parts.toSorted(bySplit);
  throw new DatasetNotFoundError(root, expectedIn(root));
}

/** Keys of dataset.yaml that are understood here: those of parts that are there, or that commonly name one, and the others that are read. */
export function readKeys(root: string, { entries }: Pick<YOLOConfig, 'entries'>): ReadonlySet<string> {
  const isPart = ([key, value]: [string, unknown]): boolean =>
    !OTHER_KEYS.has(key) && namedParts(root, entries['path'], key, value).length > 0;
  const parts = Object.entries(entries).filter(isPart);
  return new Set([...READ_KEYS, 'train', 'val', 'valid', 'test', ...parts.map(([key]) => key)]);
}

/** @throws {@link DatasetNotFoundError} where the folder is no data set, but holds one for each of several tasks. */
export function refuseSeveralTasks(root: string): void {
  if (!hasYOLOConfig(root) && severalTasks(root).length > 0) throw new DatasetNotFoundError(root, expectedIn(root));
}

/** Whether the folder has the labels of a YOLO data set, whatever its classes are called. */
export function looksLikeYOLO(root: string): boolean {
  return (
    isFolder(root) &&
    (partsBySight(root).length > 0 || severalTasks(root).length > 0) &&
    (hasYOLOConfig(root) || severalTasks(root).length > 0)
  );
}

function expectedIn(root: string): string {
  if (!isFolder(root)) return 'there is no such folder';
  const tasks = severalTasks(root);
  if (tasks.length > 0) return `it holds a data set for each of several tasks; name one of them: ${tasks.join(', ')}`;
  return 'it has no images beside labels, neither itself nor in folders train, valid or test';
}

/** Folders of a conversion that had shapes of several tasks. */
function severalTasks(root: string): readonly string[] {
  return Object.values(YOLOTask).filter((task) => hasYOLOConfig(join(root, task)));
}

function namedParts(root: string, base: unknown, key: string, value: unknown): PairedPart[] {
  // Files that trainers come with have a key `test` without a value.
  const paths = (Array.isArray(value) ? (value as unknown[]) : [value]).filter(
    (path) => typeof path === 'string' && path !== '',
  ) as string[];
  return paths.flatMap((path) => {
    const bases = [...(typeof base === 'string' ? [resolve(root, base)] : []), root];
    // Some exports name folders as seen from one that is not there.
    const candidates = bases.flatMap((one) => [resolve(one, path), resolve(one, path.replace(/^(\.\.\/)+/, ''))]);
    const images = candidates.find(
      (folder) => isWithin(folder, root) && (isFolder(folder) || isFolder(labelsBeside(folder))),
    );
    return images === undefined
      ? []
      : [{ split: splitName(key), folder: dirname(images), images, documents: labelsBeside(images) }];
  });
}

function isWithin(folder: string, root: string): boolean {
  return folder === root || folder.startsWith(root + sep);
}

/** The folder that a trainer takes labels from: the last `images` of the path is replaced. */
function labelsBeside(images: string): string {
  const segments = images.split(sep);
  const last = segments.findLastIndex((segment) => IMAGE_FOLDERS.includes(segment));
  return last === -1 ? join(images, 'labels') : segments.with(last, 'labels').join(sep);
}

/** A folder that is named for several parts is one; the flat one, which has to be named for two, has none. */
function onePerFolder(root: string, parts: readonly PairedPart[]): readonly PairedPart[] {
  const unique = parts.filter((part, index) => parts.findIndex(({ images }) => images === part.images) === index);
  const isFlat = unique.length === 1 && parts.length > 1 && dirname(unique[0]?.images ?? '') === root;
  return isFlat ? unique.map((part) => ({ ...part, split: null })) : unique;
}

function partsBySight(root: string): readonly PairedPart[] {
  const documents = join(root, 'labels');
  if (isFolder(documents)) {
    const images = join(root, imageFolderIn(root));
    // A label file that is a link to a folder is no part.
    const below = foldersIn(documents).filter((name) => !name.endsWith('.txt'));
    if (below.length === 0) return [{ split: null, folder: root, images, documents }];
    return below.map((name) => ({
      split: splitName(name),
      folder: root,
      images: join(images, name),
      documents: join(documents, name),
    }));
  }
  const folders = foldersIn(root).filter(
    (name) => isFolder(join(root, name, 'labels')) && !hasYOLOConfig(join(root, name)),
  );
  return folders.map((name) => {
    const folder = join(root, name);
    return {
      split: splitName(basename(name)),
      folder,
      images: join(folder, imageFolderIn(folder)),
      documents: join(folder, 'labels'),
    };
  });
}

function imageFolderIn(folder: string): string {
  return IMAGE_FOLDERS.find((name) => isFolder(join(folder, name))) ?? 'images';
}
