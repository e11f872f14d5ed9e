import { statSync } from 'node:fs';
import type { ArchiveFilter } from '../archives/archive-filter.js';
import { linkTarget, listFiles, type ListedFile } from '../archives/list-files.js';
import { calculateChecksum, type ChecksumOptions } from './checksum.js';
import { createHasher, HashAlgorithm } from './hash-algorithms.js';

/** How the digest of a folder is calculated. */
export interface DirectoryChecksumOptions extends ChecksumOptions {
  /** Which files count. @defaultValue every file */
  readonly filter?: ArchiveFilter;
}

/**
 * The digest of a folder: of its files' names, contents and whether they can be executed, nothing else.
 *
 * It is the digest of one line for each file and link, sorted by name, each ended by a NUL: `<kind> <digest> <name>`, in UTF-8. The kind is `f` for a
 * file, `x` for one that can be executed, `l` for a link; the digest is that of the content, for a link of the path in it. Empty folders,
 * times and owners do not count.
 *
 * @throws {@link FileNotFoundError} where there is no folder; the signal's reason.
 */
export async function calculateDirectoryChecksum(
  folder: string,
  options: DirectoryChecksumOptions = {},
): Promise<string> {
  const { algorithm = HashAlgorithm.Md5, filter, signal, prefix = '' } = options;
  const hasher = await createHasher(algorithm);
  for (const file of await listFiles(folder, { filter, signal })) {
    hasher.update(Buffer.from(await lineOf(file, { ...options, prefix: undefined })));
  }
  return prefix + hasher.digest();
}

async function lineOf(file: ListedFile, options: ChecksumOptions): Promise<string> {
  if (file.isLink) {
    const hasher = await createHasher(options.algorithm ?? HashAlgorithm.Md5);
    hasher.update(Buffer.from(linkTarget(file.path)));
    return `l ${hasher.digest()} ${file.name}\0`;
  }
  const kind = (statSync(file.path).mode & 0o111) === 0 ? 'f' : 'x';
  return `${kind} ${await calculateChecksum(file.path, options)} ${file.name}\0`;
}
