import { join } from 'node:path';
import { DatasetNotFoundError } from '../../../../foundation/errors/dataset.errors.js';
import { bySplit, type DatasetPart, splitName } from '../../io/dataset-parts.js';
import { firstFileName, foldersIn, isFolder } from '../../io/file-names.js';
import { requireFolder } from '../../io/plain-file.js';

/** Folders of a DM data set: itself, or one for each part that has documents. */
function dmParts(root: string): DatasetPart[] {
  if (isFolder(join(root, 'json'))) return [{ split: null, folder: root }];
  const names = isFolder(root) ? foldersIn(root).filter((name) => isFolder(join(root, name, 'json'))) : [];
  return names.map((name) => ({ split: splitName(name), folder: join(root, name) })).sort(bySplit);
}

/** @throws {@link DatasetNotFoundError} where nothing of a DM data set is to be seen. */
export function requiredDmParts(root: string): DatasetPart[] {
  requireFolder(root, 'DM');
  const parts = dmParts(root);
  if (parts.length > 0) return parts;
  throw new DatasetNotFoundError(root, 'it has no folder json, nor train/json, valid/json or test/json');
}

/** The first document of a DM data set, to see which version it is. */
export function firstDocument(root: string): string | undefined {
  for (const { folder } of dmParts(root)) {
    const name = firstFileName(join(folder, 'json'), ['.json']);
    if (name !== undefined) return join(folder, 'json', name);
  }
  return undefined;
}
