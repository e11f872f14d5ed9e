import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ChecksumMismatchError, FileWriteError } from '../../../foundation/errors/file.errors.js';
import { StorageDownloadError } from '../../../foundation/errors/storage.errors.js';
import { SynapseError } from '../../../foundation/errors/synapse.error.js';
import { calculateChecksum } from '../../files/checksums/checksum.js';
import { checkAlgorithm } from '../../files/checksums/hash-algorithms.js';
import { PartialFile } from '../../files/downloads/partial-file.js';
import type { DownloadObjectOptions } from '../storage-options.js';
import type { ResumedRead } from './resumed-read.js';
import type { StorageCall } from './storage-call.js';

const PIECE_BYTES = 1024 * 1024;

/** What is downloaded, and for which call. */
export interface ObjectDownload {
  readonly url: string;
  readonly read: ResumedRead;
  readonly call: StorageCall;
}

/** Writes an object beside `target`, checks it, and gives it its name: all of it, or nothing. */
export async function downloadObject(
  { url, read, call }: ObjectDownload,
  target: string,
  options: DownloadObjectOptions,
): Promise<void> {
  if (options.digest) checkAlgorithm(options.digest.algorithm);
  const place = resolve(target);
  await onDisk(place, () => prepare(place));
  const part = new PartialFile(place, url);
  await onDisk(place, () => Promise.resolve(part.adopt()));
  try {
    await receive({ url, read, call }, part, place);
    await checkDigest(await part.close(), url, options);
    await onDisk(place, () => part.commit());
    call.meter.finish();
  } catch (thrown) {
    const isUseful = options.keepsPartial === true && (!SynapseError.is(thrown) || thrown.retryable);
    await (isUseful ? part.giveFree() : part.discard()).catch(() => undefined); // why it failed is what counts
    throw thrown;
  }
}

async function prepare(place: string): Promise<void> {
  await mkdir(dirname(place), { recursive: true });
  const facts = await stat(place).catch(() => undefined);
  if (facts?.isDirectory()) throw new FileWriteError(place, 'it is a folder; name the file');
}

async function receive({ url, read, call }: ObjectDownload, part: PartialFile, place: string): Promise<void> {
  let opened = await read.open({ start: part.size, etag: part.validator });
  if (part.size > 0 && (opened.etag === undefined || opened.etag !== part.validator)) {
    opened.body.destroy();
    part.size = 0;
    opened = await read.open({ start: 0 });
  }
  call.meter.expect(opened.sizeBytes);
  if (part.size > 0) call.meter.add(part.size);
  const start = part.size;
  await onDisk(place, () => part.begin(start, opened.etag));
  await appendAll(part, inPieces(read.bytes({ start })), place);
  if (opened.sizeBytes !== undefined && part.size !== opened.sizeBytes) {
    throw new StorageDownloadError(url, `${part.size} of ${opened.sizeBytes} bytes came`, { retryable: true });
  }
}

/** The disk writes one piece while the next comes. */
async function appendAll(part: PartialFile, pieces: AsyncIterable<Uint8Array>, place: string): Promise<void> {
  let writing = Promise.resolve();
  try {
    for await (const bytes of pieces) {
      await writing;
      writing = onDisk(place, () => part.append(bytes));
      writing.catch(() => undefined); // thrown where it is waited for
    }
  } finally {
    await writing;
  }
}

/**
 * Sockets bring many small pieces, each of which would be a call to the disk. They are gathered in two buffers by turns: a piece is valid until
 * the one after the next is asked for. What came before a failure is handed on first.
 */
async function* inPieces(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let [buffer, other] = [Buffer.allocUnsafe(PIECE_BYTES), Buffer.allocUnsafe(PIECE_BYTES)];
  let length = 0;
  try {
    for await (const piece of bytes) {
      for (let taken = 0; taken < piece.length;) {
        const part = piece.subarray(taken, taken + PIECE_BYTES - length);
        buffer.set(part, length);
        [taken, length] = [taken + part.length, length + part.length];
        if (length < PIECE_BYTES) continue;
        yield buffer;
        [buffer, other, length] = [other, buffer, 0];
      }
    }
  } catch (thrown) {
    if (length > 0) yield buffer.subarray(0, length);
    throw thrown;
  }
  if (length > 0) yield buffer.subarray(0, length);
}

async function checkDigest(path: string, url: string, { digest, signal }: DownloadObjectOptions): Promise<void> {
  if (digest === undefined) return;
  const found = await calculateChecksum(path, { algorithm: digest.algorithm, signal });
  if (found !== digest.value.toLowerCase()) throw new ChecksumMismatchError(url, digest.algorithm, digest.value, found);
}

/** The disk's own errors are told apart from those of the storage. */
async function onDisk<T>(place: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw SynapseError.is(thrown) ? thrown : FileWriteError.of(place, thrown);
  }
}
