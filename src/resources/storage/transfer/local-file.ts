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
