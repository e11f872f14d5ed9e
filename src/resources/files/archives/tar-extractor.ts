import { createReadStream, statSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type ExtractEvents, type Header } from 'tar-stream';
import { ArchiveInvalidError, ArchiveUnsafeError } from '../../../foundation/errors/file.errors.js';
import { messageOf, SynapseError } from '../../../foundation/errors/synapse.error.js';
import { TurnTaker } from '../places/turn-taker.js';
import { isOfSystem } from '../places/write-atomically.js';
import type { ExtractArchiveOptions } from './archive-options.js';
import { MemberGuard } from './member-guard.js';
import { SMALL_BYTES } from './pack-source.js';
import { UnpackFolder } from './unpack-folder.js';

/** A member while it is read. */
type Entry = ExtractEvents['entry'][1];

const CHUNK_BYTES = 256 * 1024;

/** Extracts a tar.gz into an empty folder. */
export async function extractTarGz(archive: string, folder: string, options: ExtractArchiveOptions): Promise<void> {
  const archiveBytes = statSync(archive).size;
  const guard = new MemberGuard(archive, archiveBytes, options);
  const target = new UnpackFolder(folder, guard, options.allowsLinks ?? true);
  const turns = new TurnTaker(options.signal);
  const source = { readBytes: 0, check: (bytes: number) => guard.checkBytes(bytes), signal: options.signal };
  await eachTarEntry(archive, source, async (entry) => {
    await addEntry(archive, target, entry);
    options.onProgress?.(source.readBytes, archiveBytes);
    const turn = turns.next();
    if (turn) await turn;
  });
  target.finish();
}

/** Names of the members, in the archive's order. */
export async function listTarGz(archive: string): Promise<string[]> {
  const names: string[] = [];
  await eachTarEntry(archive, { readBytes: 0 }, async (entry) => {
    names.push(entry.header.name);
    entry.resume();
  });
  return names;
}

interface TarSource {
  /** How much of the archive has been read; it is counted here. */
  readBytes: number;
  /** Looks at the number of bytes that came out of it so far. */
  readonly check?: (unpackedBytes: number) => void;
  readonly signal?: AbortSignal;
}

async function eachTarEntry(archive: string, source: TarSource, take: (entry: Entry) => Promise<void>): Promise<void> {
  const entries = extract();
  const reading = pipeline(rawChunks(archive, source), createGunzip({ chunkSize: CHUNK_BYTES }), checked, entries, {
    signal: source.signal,
  });
  async function* checked(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let bytes = 0;
    for await (const chunk of chunks) {
      bytes += chunk.length;
      source.check?.(bytes);
      yield chunk;
    }
  }
  // Both sides end when one does, each with its own error: the reader's says why.
  const [read, taken] = await Promise.allSettled([reading, takeAll(entries, take)]);
  source.signal?.throwIfAborted();
  const failed = [read, taken]
    .filter((outcome) => outcome.status === 'rejected')
    .map(({ reason }) => reason as unknown);
  if (failed.length === 0) return;
  const ours = failed.find((error) => SynapseError.is(error) || isOfSystem(error));
  throw ours ?? new ArchiveInvalidError(archive, messageOf(failed[0]), failed[0]);
}

async function takeAll(entries: AsyncIterable<Entry>, take: (entry: Entry) => Promise<void>): Promise<void> {
  for await (const entry of entries) await take(entry);
}

async function* rawChunks(archive: string, source: TarSource): AsyncGenerator<Buffer> {
  for await (const chunk of createReadStream(archive, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
    source.readBytes += chunk.length;
    yield chunk;
  }
}

async function addEntry(archive: string, target: UnpackFolder, entry: Entry): Promise<void> {
  const { name, type, linkname, mode = 0, size = 0 } = entry.header;
  const isExecutable = (mode & 0o111) !== 0;
  if (isFile(type) && size > SMALL_BYTES) return target.addLarge(name, entry as AsyncIterable<Buffer>, isExecutable);
  const bytes = await wholeOf(entry);
  if (isFile(type)) target.addSmall(name, bytes, isExecutable);
  else if (type === 'directory') target.addFolder(name);
  else if (type === 'symlink') target.addLink(name, linkname ?? '');
  else throw new ArchiveUnsafeError(archive, name, `is a ${type ?? 'thing of unknown kind'}, which is never extracted`);
}

function isFile(type: Header['type']): boolean {
  return type === 'file' || type === 'contiguous-file';
}

async function wholeOf(entry: Entry): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of entry as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
