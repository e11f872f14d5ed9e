import { statfs } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { FileWriteError } from '../../../foundation/errors/file.errors.js';
import { TurnTaker } from '../places/turn-taker.js';
import type { ExtractArchiveOptions } from './archive-options.js';
import { MemberGuard } from './member-guard.js';
import { SMALL_BYTES } from './pack-source.js';
import { UnpackFolder } from './unpack-folder.js';
import { type ZipEntry, ZipReader } from './zip-reader.js';

/** Extracts a zip into an empty folder. */
export async function extractZip(archive: string, folder: string, options: ExtractArchiveOptions): Promise<void> {
  const zip = new ZipReader(archive);
  try {
    const guard = new MemberGuard(archive, zip.bytes, options);
    const entries = await checkedEntries(zip, guard);
    await checkFreeSpace(folder, entries);
    const target = new UnpackFolder(folder, guard, options.allowsLinks ?? true);
    const turns = new TurnTaker(options.signal);
    for (const [index, entry] of entries.entries()) {
      if (entry.size <= SMALL_BYTES) addSmall(zip, target, entry);
      else await addLarge(zip, target, entry, options.signal);
      options.onProgress?.(index + 1, entries.length);
      const turn = turns.next();
      if (turn) await turn;
    }
    target.finish();
  } finally {
    zip.close();
  }
}

/** The list of members, when what it says of all of them is within the limits: nothing has been written by then. */
async function checkedEntries(zip: ZipReader, guard: MemberGuard): Promise<ZipEntry[]> {
  const entries: ZipEntry[] = [];
  let size = 0;
  let compressedSize = 0;
  for await (const entry of zip.entries()) {
    entries.push(entry);
    size += entry.size;
    compressedSize += entry.compressedSize;
    guard.checkCount(entries.length);
  }
  // Members that share their bytes are how a small archive says that it holds petabytes.
  if (compressedSize > zip.bytes) throw zip.invalid('its members overlap');
  guard.checkBytes(size);
  return entries;
}

async function checkFreeSpace(folder: string, entries: readonly ZipEntry[]): Promise<void> {
  const needed = entries.reduce((sum, { size }) => sum + size, 0);
  const { bavail, bsize } = await statfs(folder);
  if (needed > bavail * bsize) {
    throw new FileWriteError(folder, `${needed} bytes are to be extracted, and ${bavail * bsize} are free`);
  }
}

function addSmall(zip: ZipReader, target: UnpackFolder, entry: ZipEntry): void {
  if (entry.kind === 'folder') return target.addFolder(entry.name);
  const bytes = zip.readSmall(entry);
  checkBytes(zip, entry, bytes.length, crc32(bytes));
  if (entry.kind === 'link') target.addLink(entry.name, Buffer.from(bytes).toString());
  else target.addSmall(entry.name, bytes, entry.isExecutable);
}

async function addLarge(zip: ZipReader, target: UnpackFolder, entry: ZipEntry, signal?: AbortSignal): Promise<void> {
  if (entry.kind !== 'file') throw zip.invalid(`its ${entry.kind} '${entry.name}' has ${entry.size} bytes`);
  const checked = async function* (): AsyncGenerator<Buffer> {
    let crc = 0;
    let size = 0;
    for await (const chunk of zip.readLarge(entry)) {
      signal?.throwIfAborted();
      crc = crc32(chunk, crc);
      size += chunk.length;
      if (size > entry.size) break;
      yield chunk;
    }
    checkBytes(zip, entry, size, crc);
  };
  await target.addLarge(entry.name, checked(), entry.isExecutable);
}

function checkBytes(zip: ZipReader, entry: ZipEntry, size: number, crc: number): void {
  if (size !== entry.size) throw zip.invalid(`'${entry.name}' has other than the ${entry.size} bytes it should have`);
  if (crc !== entry.crc) throw zip.invalid(`the bytes of '${entry.name}' do not fit its CRC`);
}
