import { closeSync, fstatSync, lstatSync, openSync, readSync, type Stats } from 'node:fs';
import { extname } from 'node:path';
import { FileInvalidError } from '../../../foundation/errors/file.errors.js';
import { messageOf } from '../../../foundation/errors/synapse.error.js';
import type { ListedFile } from './list-files.js';

/** Largest file that is read and compressed in one go: a few milliseconds. Larger ones are streamed. */
export const SMALL_BYTES = 128 * 1024;

/** A file as it stands on the disk, ready to be packed. */
export interface PackedFile extends ListedFile {
  readonly size: number;
  /** 0o755 for what can be executed, else 0o644: other permissions differ from machine to machine. */
  readonly permissions: number;
}

/** Kinds that gain nothing by compression, and cost most of its time. */
const COMPRESSED = new Set(
  '7z aac avif br bz2 docx flac gif gz heic jpeg jpg jxl lz4 m4a mkv mov mp3 mp4 npz ogg opus parquet png pptx rar tgz webm webp whl xlsx xz zip zst'
    .split(' ')
    .map((suffix) => `.${suffix}`),
);

export function isCompressed(name: string): boolean {
  return COMPRESSED.has(extname(name).toLowerCase());
}

/** Size and permissions of a listed file. @throws {@link FileInvalidError} where it is gone or became something else. */
export function packedFile(file: ListedFile): PackedFile {
  const facts: Stats | undefined = lstatSync(file.path, { throwIfNoEntry: false });
  const isSame = facts !== undefined && (file.isLink ? facts.isSymbolicLink() : facts.isFile());
  if (!isSame) throw new FileInvalidError(file.path, 'is gone, or its name is not UTF-8; nothing was packed');
  return { ...file, size: facts.size, permissions: (facts.mode & 0o111) === 0 ? 0o644 : 0o755 };
}

/**
 * The whole of a small file, or undefined where it has become a large one.
 *
 * Synchronous, since awaiting each of many small files costs more than reading them: see `TurnTaker`.
 */
export function readSmallFile(path: string): Buffer | undefined {
  try {
    return readWhole(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** What a file that is to be packed, and cannot be read, ends the packing with. */
export function unreadable(path: string, error: unknown): FileInvalidError {
  return new FileInvalidError(path, `cannot be read: ${messageOf(error)}; nothing was packed`, error);
}

function readWhole(path: string): Buffer | undefined {
  const file = openSync(path, 'r');
  try {
    const size = fstatSync(file).size;
    if (size > SMALL_BYTES) return undefined;
    const bytes = Buffer.allocUnsafe(size);
    let filled = 0;
    while (filled < size) {
      const read = readSync(file, bytes, filled, size - filled, filled);
      if (read === 0) break;
      filled += read;
    }
    return bytes.subarray(0, filled);
  } finally {
    closeSync(file);
  }
}
