import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { DatasetInvalidError, DatasetNotFoundError } from '../../../foundation/errors/dataset.errors.js';
import { isFile, isFolder } from '../io/file-names.js';
import { ImageHeaderReader } from '../io/image-header.js';
import type { ImageSize } from '../model/annotated-image.js';
import { isRecord } from '../../../foundation/schema/json-safe.js';
import type { JsonRecord } from '../model/json-value.js';

/** Endings that the original looks for, in its order; capitals are others. */
const ENDINGS = ['.jpg', '.jpeg', '.png', '.bmp', '.webp'];

/** A part of a data set in the original's layout. */
export interface OriginalPart {
  readonly split: string | null;
  readonly folder: string;
}

/** The folders of parts that have to be there, and the one that may. @throws {@link DatasetNotFoundError} for the first that is missing. */
export function originalParts(root: string, isCategorized: boolean): readonly OriginalPart[] {
  if (!isCategorized) return [{ split: null, folder: root }];
  const parts = ['train', 'valid', 'test'].map((split) => ({ split, folder: join(root, split) }));
  return parts.filter(({ split, folder }) => (split !== 'test' ? required(folder) !== '' : isFolder(folder)));
}

/** The folder itself. @throws {@link DatasetNotFoundError} where there is none. */
export function required(folder: string): string {
  if (isFolder(folder)) return folder;
  throw new DatasetNotFoundError(folder, 'this folder has to be there');
}

/** A picture by its name without ending; undefined where there is none. */
export function originalImage(folder: string, stem: string): string | undefined {
  return ENDINGS.map((ending) => stem + ending).find((name) => isFile(join(folder, name)));
}

/** The size of a picture. @throws {@link DatasetInvalidError} where it is none. */
export function sizeOfImage(headers: ImageHeaderReader, root: string, path: string): ImageSize {
  const size = headers.sizeOf(path);
  if (size) return size;
  throw new DatasetInvalidError({ file: relative(root, path) }, 'it is no picture of a known kind');
}

/** A document. @throws {@link DatasetInvalidError} where it is no JSON object. */
export function originalDocument(root: string, path: string): JsonRecord {
  const file = relative(root, path);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new DatasetInvalidError({ file }, `it is not JSON: ${String((error as Error).message)}`, error);
  }
  if (isRecord(value)) return value;
  throw new DatasetInvalidError({ file }, 'it is not a JSON object');
}
