import { createReadStream, createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type Header, pack, type Pack } from 'tar-stream';
import { TurnTaker } from '../places/turn-taker.js';
import type { PackOptions } from './archive-options.js';
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
  // What was fed wrongly ends the writing too: the first error is the one that says why.
  const [feeding, writing] = await Promise.allSettled([fed, written]);
  if (options.signal?.aborted) throw options.signal.reason;
  if (feeding.status === 'rejected') throw feeding.reason;
  if (writing.status === 'rejected') throw writing.reason;
}

async function feed(archive: Pack, files: readonly PackedFile[], options: PackOptions): Promise<void> {
  const turns = new TurnTaker(options.signal);
  for (const [index, file] of files.entries()) {
    const small = file.isLink || file.size > SMALL_BYTES ? undefined : readSmallFile(file.path);
    if (file.isLink) await addWhole(archive, { ...headerOf(file), type: 'symlink', linkname: linkTarget(file.path) });
    else if (small) await addWhole(archive, { ...headerOf(file), size: small.length }, small);
    else await addLarge(archive, file);
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

/** A file that grows is cut at the size that its header names; one that has become shorter is an error. */
async function addLarge(archive: Pack, file: PackedFile): Promise<void> {
  const ended = Promise.withResolvers<void>();
  const entry = archive.entry({ ...headerOf(file), size: file.size }, (error) =>
    error ? ended.reject(error) : ended.resolve(undefined),
  );
  entry.on('error', ended.reject);
  try {
    for await (const chunk of createReadStream(file.path, { end: file.size - 1, highWaterMark: READ_BYTES })) {
      if (!entry.write(chunk)) await Promise.race([once(entry, 'drain'), ended.promise]);
    }
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
