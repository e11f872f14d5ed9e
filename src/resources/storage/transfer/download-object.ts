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
/** From here on a piece is written as it came. */
const LARGE_BYTES = PIECE_BYTES / 4;

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
  try {
    await onDisk(place, () => part.begin(start, opened.etag));
  } catch (thrown) {
    opened.body.destroy(); // nobody will read it
    throw thrown;
  }
  await appendAll(part, inPieces(read, start), place);
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
async function* inPieces(read: ResumedRead, start: number): AsyncGenerator<Uint8Array> {
  const gathered = new Gathered();
  let before: Uint8Array | undefined;
  try {
    for await (const piece of read.bytes({ start })) {
      if (piece.length < LARGE_BYTES) {
        yield* gathered.add(piece);
        read.giveBack(piece);
        continue;
      }
      yield* gathered.take();
      yield piece;
      if (before) read.giveBack(before);
      before = piece;
    }
  } catch (thrown) {
    yield* gathered.take();
    throw thrown;
  }
  yield* gathered.take();
}

/** Small pieces on their way to become large ones. */
class Gathered {
  #buffer = Buffer.allocUnsafe(0);
  #other = this.#buffer;
  #length = 0;

  /** What is full with it. */
  *add(piece: Uint8Array): Generator<Uint8Array> {
    for (let taken = 0; taken < piece.length;) {
      if (this.#buffer.length === 0) this.#buffer = Buffer.allocUnsafe(PIECE_BYTES);
      const part = piece.subarray(taken, taken + PIECE_BYTES - this.#length);
      this.#buffer.set(part, this.#length);
      [taken, this.#length] = [taken + part.length, this.#length + part.length];
      if (this.#length === PIECE_BYTES) yield* this.take();
    }
  }

  /** What there is. */
  *take(): Generator<Uint8Array> {
    if (this.#length === 0) return;
    const bytes = this.#buffer.subarray(0, this.#length);
    [this.#buffer, this.#other, this.#length] = [this.#other, this.#buffer, 0];
    yield bytes;
  }
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
