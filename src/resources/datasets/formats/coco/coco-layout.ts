import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { DatasetNotFoundError } from '../../../../foundation/errors/dataset.errors.js';
import { splitName } from '../../io/dataset-parts.js';
import { foldersIn, isFile, isFolder } from '../../io/file-names.js';
import { fileProblem, isTaken, requireFile } from '../../io/plain-file.js';

/** A COCO file, and where its pictures may be. */
export interface COCOFile {
  readonly path: string;
  readonly split: string | null;
  /** Folders to look in, the likeliest first. */
  readonly imageFolders: readonly string[];
}

const SPLIT_WORD = /(?:^|[^a-z])(train|valid|validation|val|test)/i;
const HEAD_BYTES = 65_536;

/**
 * COCO files of a path: the file itself; those in `annotations`, in the folder, or in folders for parts.
 *
 * @throws {@link DatasetNotFoundError} where there is none.
 */
export function cocoFiles(source: string): readonly COCOFile[] {
  if (isTaken(source)) requireFile(dirname(source), source);
  if (isFile(source)) return [cocoFile(source, dirname(source), false)];
  const found = [join(source, 'annotations'), source].flatMap((folder) =>
    jsonFilesIn(folder).filter(looksLikeCOCOFile),
  );
  if (found.length > 0) return found.map((path) => cocoFile(path, source, found.length > 1));
  const below = isFolder(source)
    ? foldersIn(source).flatMap((name) => jsonFilesIn(join(source, name)).filter(looksLikeCOCOFile))
    : [];
  if (below.length > 0)
    return below.map((path) => ({
      path,
      split: splitName(basename(dirname(path))),
      imageFolders: [dirname(path), join(dirname(path), 'images')],
    }));
  const odd = unreadableIn(source).map(({ path, problem }) => `; ${relative(source, path)} ${problem}`);
  throw new DatasetNotFoundError(
    source,
    `there is no JSON file with images and annotations, neither in it nor in its folder annotations${odd.join('')}`,
  );
}

/** Names like those of COCO files in their usual places that are no files, e.g. pipes and links that lead nowhere. */
export function unreadableIn(source: string): readonly { readonly path: string; readonly problem: string }[] {
  const paths = [join(source, 'annotations'), source].flatMap(jsonPathsIn);
  return paths.flatMap((path) => {
    const problem = fileProblem(path);
    return problem === undefined || isFolder(path) ? [] : [{ path, problem }];
  });
}

/** Whether there is a COCO file at the path or in its usual places. */
export function looksLikeCOCO(path: string): boolean {
  if (isFile(path)) return path.endsWith('.json') && looksLikeCOCOFile(path);
  if (!isFolder(path)) return false;
  try {
    return cocoFiles(path).length > 0;
  } catch (error) {
    if (error instanceof DatasetNotFoundError) return false;
    throw error;
  }
}

/** Whether the beginning of the file has a key of a COCO file at its outermost level, or nearly so. */
function looksLikeCOCOFile(path: string): boolean {
  const descriptor = openSync(path, 'r');
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    const text = head.toString('utf8', 0, readSync(descriptor, head));
    return (
      /^\ufeff?\s*\{/.test(text) &&
      /"(images|categories|annotations)"\s*:\s*\[/.test(text) &&
      !/"(bounding_box|classification)"\s*:/.test(text)
    );
  } finally {
    closeSync(descriptor);
  }
}

function cocoFile(path: string, root: string, isOneOfSeveral: boolean): COCOFile {
  const rest = basename(path, '.json').replace(/^(instances|person_keypoints|annotations)_?/, '');
  const [, word = isOneOfSeveral ? rest : ''] = SPLIT_WORD.exec(basename(path)) ?? [];
  const split = word === '' ? null : splitName(word.toLowerCase());
  const names = split === null ? [] : [word, split, `${word}2017`, `${word}2014`];
  const folders = [...names.map((name) => join(root, 'images', name)), ...names.map((name) => join(root, name))];
  const all = [...folders, join(root, 'images'), root, dirname(path)];
  return { path, split, imageFolders: [...new Set(all)].filter(isFolder) };
}

function jsonFilesIn(folder: string): readonly string[] {
  return jsonPathsIn(folder).filter(isFile);
}

function jsonPathsIn(folder: string): readonly string[] {
  if (!isFolder(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith('.json') && name !== 'loss-report.json');
  return names.sort().map((name) => join(folder, name));
}
