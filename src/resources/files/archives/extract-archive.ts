import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ArchiveInvalidError, FileNotFoundError, FileWriteError } from '../../../foundation/errors/file.errors.js';
import { withAbortReason } from '../places/abort-reason.js';
import { placeBeside } from '../places/leftovers.js';
import { refuseToReplace } from '../places/replace-guard.js';
import { writeAtomically } from '../places/write-atomically.js';
import { archiveKindOf } from './archive-kind.js';
import { ArchiveFormat, type ExtractArchiveOptions } from './archive-options.js';
import type { extractZip as ExtractZip } from './zip-extractor.js';

/**
 * Extracts a zip or tar.gz into a folder, all of it or nothing: it is written beside the folder and moved there when it is whole.
 *
 * A member that would lead out of the folder, is there twice, lies below a file or link, or is no file, folder or link makes the whole archive one
 * that is not extracted. Of permissions, only whether a file can be executed is taken over.
 *
 * @returns The folder's absolute path.
 * @throws {@link FileNotFoundError}, {@link ArchiveInvalidError}, {@link ArchiveUnsafeError}, {@link ArchiveLimitError};
 * {@link FileWriteError} where the folder has something in it or cannot be written, or is or holds the archive, the working folder or the home
 * folder, which `overwrite` does not replace; the signal's reason.
 */
export async function extractArchive(
  archive: string,
  folder: string,
  options: ExtractArchiveOptions = {},
): Promise<string> {
  const source = existingArchive(archive);
  const target = resolve(folder);
  const format = options.format ?? formatByBytes(source);
  options.signal?.throwIfAborted();
  refuseToReplace(target, [{ what: 'the archive that is to be extracted', path: source }]);
  const isOccupied = occupied(target);
  if (isOccupied && options.overwrite !== true) {
    throw new FileWriteError(
      target,
      'something is there already. Choose another folder, or overwrite it (overwrite: true)',
    );
  }
  const unpack = await extractorOf(format);
  const fill = async (unfinished: string): Promise<void> => {
    await mkdir(unfinished);
    await unpack(source, unfinished, options);
  };
  await withAbortReason(options.signal, () => writeAtomically(target, fill, { move: isOccupied ? swap : rename }));
  return target;
}

/** Loaded when they are asked for: each run loads the package, and few runs unpack anything. */
async function extractorOf(format: ArchiveFormat): Promise<typeof ExtractZip> {
  if (format === ArchiveFormat.TarGz) return (await import('./tar-extractor.js')).extractTarGz;
  return (await import('./zip-extractor.js')).extractZip;
}

/** Names of an archive's members, in its order. @throws {@link FileNotFoundError}, {@link ArchiveInvalidError}. */
export async function listArchiveContents(archive: string): Promise<string[]> {
  const source = existingArchive(archive);
  if (formatByBytes(source) === ArchiveFormat.TarGz) return (await import('./tar-extractor.js')).listTarGz(source);
  const { ZipReader } = await import('./zip-reader.js');
  const zip = new ZipReader(source);
  try {
    const names: string[] = [];
    for await (const { name } of zip.entries()) names.push(name);
    return names;
  } finally {
    zip.close();
  }
}

/** An archive's own size in bytes. @throws {@link FileNotFoundError}. */
export function getArchiveSize(archive: string): number {
  return statSync(existingArchive(archive)).size;
}

function existingArchive(archive: string): string {
  const path = resolve(archive);
  if (!existsSync(path)) throw new FileNotFoundError('archive', path);
  if (!statSync(path).isFile()) throw new ArchiveInvalidError(path, 'it is a folder');
  return path;
}

function formatByBytes(path: string): ArchiveFormat {
  const kind = archiveKindOf(path);
  if (kind === undefined) throw new ArchiveInvalidError(path, 'it is neither a zip nor a tar.gz');
  return kind;
}

/** Puts the new folder in place of the old one, which is back where that fails. Of several at the same time, the last one wins. */
async function swap(unfinished: string, target: string): Promise<void> {
  const old = placeBeside(target, 'replaced');
  for (;;) {
    const hasMoved = await rename(target, old).then(() => true, ifMissing);
    try {
      await rename(unfinished, target);
      break;
    } catch (error) {
      // Another process has put its folder there in the meantime: that one is moved away, too.
      if (hasMoved) await rename(old, target).catch(() => rm(old, { recursive: true, force: true }));
      if (!isOccupiedError(error)) throw error;
    }
  }
  await rm(old, { recursive: true, force: true });
}

function ifMissing(error: NodeJS.ErrnoException): false {
  if (error.code === 'ENOENT') return false;
  throw error;
}

function isOccupiedError(error: unknown): boolean {
  return ['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
}

function occupied(folder: string): boolean {
  return existsSync(folder) && (!statSync(folder).isDirectory() || readdirSync(folder).length > 0);
}
