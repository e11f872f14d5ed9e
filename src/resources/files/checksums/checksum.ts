import { resolve } from 'node:path';
import { ChecksumMismatchError, FileInvalidError, FileNotFoundError } from '../../../foundation/errors/file.errors.js';
import { createHasher, HashAlgorithm, hexLengthOf } from './hash-algorithms.js';
import { forEachPiece, type PieceOptions } from './read-pieces.js';

/** How a digest is calculated. */
export interface ChecksumOptions extends PieceOptions {
  /** @defaultValue 'md5', as the platform names its files; it is no protection against somebody who wants equal digests */
  readonly algorithm?: HashAlgorithm;
  /** Put in front of the digest, e.g. `dev-`. @defaultValue nothing */
  readonly prefix?: string;
}

/**
 * The digest of a file, in lower-case hex. Memory does not grow with the file.
 *
 * @throws {@link FileNotFoundError}; {@link UsageError} for an unknown algorithm; the signal's reason.
 */
export async function calculateChecksum(path: string, options: ChecksumOptions = {}): Promise<string> {
  const hasher = await createHasher(options.algorithm ?? HashAlgorithm.Md5);
  await forEachPiece(path, (piece) => hasher.update(piece), options).catch((error: unknown) => {
    throw readErrorOf(path, error);
  });
  return (options.prefix ?? '') + hasher.digest();
}

/** The digest of bytes, in lower-case hex. */
export async function calculateChecksumFromBytes(bytes: Uint8Array, options: ChecksumOptions = {}): Promise<string> {
  const hasher = await createHasher(options.algorithm ?? HashAlgorithm.Md5);
  hasher.update(bytes);
  return (options.prefix ?? '') + hasher.digest();
}

/** The digest of what a stream still holds, in lower-case hex. The stream is read to its end. */
export async function calculateChecksumFromStream(
  stream: AsyncIterable<Uint8Array | string>,
  options: ChecksumOptions = {},
): Promise<string> {
  const hasher = await createHasher(options.algorithm ?? HashAlgorithm.Md5);
  for await (const chunk of stream) {
    options.signal?.throwIfAborted();
    hasher.update(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  }
  return (options.prefix ?? '') + hasher.digest();
}

/**
 * Whether a file has this digest. Case does not matter, and neither does what is in front of the first dash, e.g. `dev-`.
 *
 * @throws As {@link calculateChecksum}.
 */
export async function verifyChecksum(path: string, expected: string, options: ChecksumOptions = {}): Promise<boolean> {
  const wanted = digestIn(expected);
  const found = await calculateChecksum(path, { ...options, prefix: undefined });
  return wanted === found;
}

/**
 * Makes sure that a file has this digest.
 *
 * @throws {@link ChecksumMismatchError} where it has another; as {@link calculateChecksum}.
 */
export async function expectChecksum(path: string, expected: string, options: ChecksumOptions = {}): Promise<void> {
  const algorithm = options.algorithm ?? HashAlgorithm.Md5;
  const found = await calculateChecksum(path, { ...options, prefix: undefined });
  if (digestIn(expected) !== found) throw new ChecksumMismatchError(path, algorithm, expected, found);
}

/** Whether text can be a digest of this algorithm at all. */
export function isDigest(text: string, algorithm: HashAlgorithm): boolean {
  return text.length === hexLengthOf(algorithm) && /^[0-9a-f]+$/i.test(text);
}

function digestIn(text: string): string {
  const dash = text.indexOf('-');
  return text.slice(dash + 1).toLowerCase();
}

function readErrorOf(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return new FileNotFoundError('file', resolve(path), error);
  if (code === 'EISDIR')
    return new FileInvalidError(resolve(path), 'is a folder; calculateDirectoryChecksum takes one', error);
  return error;
}
