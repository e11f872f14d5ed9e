import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type Header, pack, type Pack } from 'tar-stream';
import { FileInvalidError } from '../../../foundation/errors/file.errors.js';
import { SynapseError } from '../../../foundation/errors/synapse.error.js';
import { TurnTaker } from '../places/turn-taker.js';
import { isOfSystem } from '../places/write-atomically.js';
import type { PackOptions } from './archive-options.js';
import { piecesOf } from './deflate-pieces.js';
import { linkTarget } from './list-files.js';
import { type PackedFile, readSmallFile, SMALL_BYTES } from './pack-source.js';

type HeaderArgument = Partial<Header> & Pick<Header, 'name'>;

const READ_BYTES = 256 * 1024;
/** Byte of a gzip header that says on which system it was made, and the value for "unknown". */
const SYSTEM_AT = 9;
const SYSTEM_UNKNOWN = 255;

/** Writes the files to a tar.gz, in the order they come. */
export async function writeTarGz(path: string, files: readonly PackedFile[], options: PackOptions): Promise<void> {
  const archive = pack();
  const gzip = createGzip({ level: options.level ?? 6, chunkSize: READ_BYTES });
  const written = pipeline(chunksOf(archive), gzip, withoutSystem, createWriteStream(path, { flags: 'wx' }), {
    signal: options.signal,
  });
  const fed = feed(archive, files, options).catch((error: unknown) => {
    archive.destroy(error as Error);
    throw error;
  });
  // Both end when one does, each with its own error: a file that cannot be read says why, and so does a disk.
  const outcomes = await Promise.allSettled([fed, written]);
  options.signal?.throwIfAborted();
  const failed = outcomes
    .filter(({ status }) => status === 'rejected')
    .map((outcome) => (outcome as PromiseRejectedResult).reason as unknown);
  if (failed.length > 0) throw failed.find((error) => SynapseError.is(error) || isOfSystem(error)) ?? failed[0];
}

async function feed(archive: Pack, files: readonly PackedFile[], options: PackOptions): Promise<void> {
  const turns = new TurnTaker(options.signal);
  for (const [index, file] of files.entries()) {
    const small = file.isLink || file.size > SMALL_BYTES ? undefined : readSmallFile(file.path);
    if (file.isLink) await addWhole(archive, { ...headerOf(file), type: 'symlink', linkname: linkTarget(file.path) });
    else if (small) await addWhole(archive, { ...headerOf(file), size: small.length }, small);
    else await addLarge(archive, file, options.signal);
    options.onProgress?.(index + 1, files.length);
    const turn = turns.next();
    if (turn) await turn;
  }
  archive.finalize();
}

/** The same for whoever packs, wherever and whenever. */
function headerOf({ name, permissions, isLink }: PackedFile): HeaderArgument {
  return { name, mode: isLink ? 0o777 : permissions, mtime: new Date(0), uid: 0, gid: 0, uname: '', gname: '' };
}

/** Waits until the archive's reader has taken it: no more than a few members are in memory. */
function addWhole(archive: Pack, header: HeaderArgument, bytes: Buffer = Buffer.alloc(0)): Promise<void> {
  return new Promise((resolve, reject) => {
    archive.entry(header, bytes, (error) => (error ? reject(error) : resolve()));
  });
}

/** The size stands in front of the bytes: a file that has another one by then is an error. */
async function addLarge(archive: Pack, file: PackedFile, signal?: AbortSignal): Promise<void> {
  const ended = Promise.withResolvers<void>();
  const entry = archive.entry({ ...headerOf(file), size: file.size }, (error) =>
    error ? ended.reject(error) : ended.resolve(undefined),
  );
  entry.on('error', ended.reject);
  const read = { crc: 0, size: 0 };
  try {
    for await (const piece of piecesOf(file.path, read, signal)) {
      if (read.size > file.size) break;
      // A copy, since the entry may hold it for longer than the piece is valid.
      if (!entry.write(Buffer.from(piece))) await Promise.race([once(entry, 'drain'), ended.promise]);
    }
    if (read.size !== file.size)
      throw new FileInvalidError(file.path, 'has changed its size while it was packed; nothing was packed');
    entry.end(null);
  } catch (error) {
    ended.reject(error);
  }
  await ended.promise;
}

async function* chunksOf(archive: Pack): AsyncGenerator<Buffer> {
  for await (const chunk of archive as unknown as AsyncIterable<Buffer>) yield chunk;
}

async function* withoutSystem(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let isFirst = true;
  for await (const chunk of source) {
    if (isFirst) chunk[SYSTEM_AT] = SYSTEM_UNKNOWN;
    isFirst = false;
    yield chunk;
  }
}
