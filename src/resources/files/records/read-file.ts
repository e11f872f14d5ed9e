import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import mime from 'mime';
import { FileInvalidError, FileNotFoundError } from '../../../foundation/errors/file.errors.js';
import { UsageError } from '../../../foundation/errors/run.errors.js';

const DEFAULT_CHUNK_BYTES = 50 * 1024 * 1024;

/**
 * The bytes of a file, piece by piece; each but the last has `chunkBytes` of them.
 *
 * @param chunkBytes - Bytes of a piece. Default: 52,428,800 (50 MiB).
 * @throws {@link FileNotFoundError} at the first piece, {@link UsageError}.
 */
export async function* readFileInChunks(path: string, chunkBytes = DEFAULT_CHUNK_BYTES): AsyncGenerator<Buffer> {
  if (!Number.isSafeInteger(chunkBytes) || chunkBytes <= 0) {
    throw new UsageError(`chunkBytes must be a whole number above 0, got ${chunkBytes}.`);
  }
  try {
    yield* createReadStream(path, { highWaterMark: chunkBytes }) as AsyncIterable<Buffer>;
  } catch (error) {
    throw missing(path, error);
  }
}

/**
 * A file as a `data:` URL; text that is one already comes back as it is. The whole file is in memory.
 *
 * @throws {@link FileInvalidError} where the name does not say what kind of file it is; {@link FileNotFoundError}.
 */
export async function convertFileToBase64(path: string): Promise<string> {
  if (path.startsWith('data:')) return path;
  // What is packed in it counts for the original, not that it is packed.
  const type = /\.(tar\.gz|tgz)$/i.test(path) ? 'application/x-tar' : mime.getType(path);
  if (type === null) throw new FileInvalidError(resolve(path), 'has no suffix that says what kind of file it is');
  const bytes = await readFile(path).catch((error: unknown) => {
    throw missing(path, error);
  });
  return `data:${type};base64,${bytes.toString('base64')}`;
}

function missing(path: string, error: unknown): unknown {
  const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
  return isMissing ? new FileNotFoundError('file', resolve(path), error) : error;
}
