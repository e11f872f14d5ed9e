import { createReadStream, type ReadStream, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { StorageNotFoundError, StorageUploadError } from '../../../foundation/errors/storage.errors.js';
import type { UploadOptions } from '../storage-options.js';
import { contentTypeOf } from './storage-content.js';

/** A local file on its way into a storage. */
export interface LocalFile {
  /** Absolute. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Permission bits, for storages that have such. */
  readonly mode: number;
  readonly modifiedAt: Date;
  readonly contentType: string;
  /** Whether what a failed upload has sent is kept for the next one of the same file and key. */
  readonly keepsPartial: boolean;
}

/** What is thrown where other bytes were read than those of the file that the upload began with. */
export function changedWhileRead({ path }: LocalFile): RangeError {
  return new RangeError(`'${path}' was changed while it was read; upload it again when nobody writes it`);
}

/** @throws RangeError where a file is, by its facts as they are now, another one than the upload began with. */
export function expectUnchanged(file: LocalFile, { size, mtime }: Pick<Stats, 'size' | 'mtime'>): void {
  if (size !== file.sizeBytes || mtime.getTime() !== file.modifiedAt.getTime()) throw changedWhileRead(file);
}

/** The facts of a file that is to be uploaded to `url`. */
export async function localFileAt(
  path: string,
  key: string,
  options: UploadOptions & { readonly url: string },
): Promise<LocalFile> {
  const facts = await stat(path).catch((thrown: NodeJS.ErrnoException) => {
    throw thrown.code === 'ENOENT' || thrown.code === 'ENOTDIR' ? StorageNotFoundError.source(path, thrown) : thrown;
  });
  if (!facts.isFile()) throw new StorageUploadError('it is not a file', { source: path, target: options.url });
  const { size: sizeBytes, mode, mtime: modifiedAt } = facts;
  const contentType = await contentTypeOf(key, options.contentType);
  return { path, sizeBytes, mode: mode & 0o777, modifiedAt, contentType, keepsPartial: options.keepsPartial ?? false };
}

/** Read at once, and written. */
export const PIECE_BYTES = 1024 * 1024;

/** No more than a file needs: large buffers for thousands of small files make the collector work more than the disk. */
export function pieceBytesOf(sizeBytes: number): number {
  return Math.min(PIECE_BYTES, sizeBytes + 1);
}

/** The bytes of a file, for storages that take a stream. */
export function streamOf({ path, sizeBytes }: LocalFile): ReadStream {
  return createReadStream(path, { highWaterMark: pieceBytesOf(sizeBytes) });
}
