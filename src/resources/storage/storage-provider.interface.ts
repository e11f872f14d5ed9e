import { basename, resolve } from 'node:path';
import { Readable } from 'node:stream';
import {
  StorageFailedError,
  StorageNotFoundError,
  StorageUploadError,
} from '../../foundation/errors/storage.errors.js';
import { messageOf } from '../../foundation/errors/synapse.error.js';
import { normalizeKey, normalizeObjectKey } from './storage-key.js';
import type {
  DownloadObjectOptions,
  ListOptions,
  ObjectChecksumOptions,
  ReadOptions,
  StorageCallOptions,
  StorageEntry,
  TransferOptions,
  UploadOptions,
  WriteOptions,
} from './storage-options.js';
import { isNotFound, StoragePath } from './storage-path.js';
import { StoragePrimitives } from './storage-primitives.js';
import { checkedRange, ResumedRead, withFinish } from './transfer/resumed-read.js';
import { localFileAt } from './transfer/local-file.js';
import { StorageCall } from './transfer/storage-call.js';
import { contentTypeOf, countedBytes, sizeOfBody, type StorageBody } from './transfer/storage-content.js';

/**
 * A place files are kept, as actions see it in `ctx.storage`. Also the token a host provides its own under.
 *
 * Files lie under keys: paths relative to the root of the storage, `/` between their parts. A key that would lead out of the root is refused with
 * `StorageKeyError` by every method. Memory does not grow with the size of a file, every call can be cancelled, and what fails in passing is tried again.
 *
 * To write a provider, extend this class with the abstract members of {@link StoragePrimitives}; `describeStorageProvider` of
 * `nest-synapse/testing` is the suite that it has to pass.
 */
export abstract class StorageProvider extends StoragePrimitives {
  /**
   * Copies a local file into the storage, in place of what is there.
   *
   * @param target - Its key; the root stands for the file's own name.
   * @returns Its URL.
   * @throws {@link StorageNotFoundError} where there is no such file, {@link StorageUploadError}, `StoragePermissionError`, `StorageConnectionError`.
   */
  async upload(source: string, target: string, options: UploadOptions = {}): Promise<string> {
    const key = normalizeObjectKey(normalizeKey(target) || basename(source));
    const path = resolve(source);
    return this.#write(key, { source: path }, options, async (call) => {
      const file = await localFileAt(path, key, { ...options, url: this.urlOf(key) });
      call.meter.expect(file.sizeBytes);
      await this.putFile(key, file, call);
    });
  }

  /**
   * Writes bytes, text or a stream under a key, in place of what is there: all of it, or nothing.
   *
   * @returns Its URL.
   * @throws As {@link StorageProvider.upload}; also what the stream throws.
   */
  async write(target: string, body: StorageBody, options: WriteOptions = {}): Promise<string> {
    const key = normalizeObjectKey(target);
    const sizeBytes = options.sizeBytes ?? sizeOfBody(body);
    return this.#write(key, {}, options, async (call) => {
      call.meter.expect(sizeBytes);
      const contentType = await contentTypeOf(key, options.contentType);
      await this.putObject(key, { body: countedBytes(body, call, sizeBytes), sizeBytes, contentType }, call);
    });
  }

  /**
   * Copies an object to a local file, written beside its target and renamed; a broken connection is followed by another one that goes on.
   *
   * @throws {@link StorageNotFoundError}, `StorageDownloadError`, `ChecksumMismatchError`, `FileWriteError`, and as any call.
   */
  async download(key: string, target: string, options: DownloadObjectOptions = {}): Promise<void> {
    const wanted = normalizeObjectKey(key);
    await this.#do('download', wanted, options, async (call) => {
      const { downloadObject } = await import('./transfer/download-object.js');
      await downloadObject({ url: this.urlOf(wanted), read: this.#read(wanted, call), call }, target, options);
    });
  }

  /**
   * The bytes of an object, or a range of them, as a stream; destroy it to stop before its end.
   *
   * @throws {@link StorageNotFoundError} before the first byte; later errors come out of the stream.
   */
  async read(key: string, options: ReadOptions = {}): Promise<Readable> {
    const wanted = normalizeObjectKey(key);
    const range = checkedRange(options);
    if (range.end !== undefined && range.end <= range.start) {
      await this.stat(wanted, options);
      return Readable.from([]);
    }
    return this.#do('reading', wanted, options, async (call) => {
      const read = this.#read(wanted, call);
      const { sizeBytes } = await read.open(range);
      const endsAt = Math.min(range.end ?? Infinity, sizeBytes ?? Infinity);
      call.meter.expect(endsAt === Infinity ? undefined : Math.max(0, endsAt - range.start));
      return Readable.from(withFinish(read.bytes(range), call), { objectMode: false });
    });
  }

  /** Whether a file or folder is there. */
  async exists(key: string, options: StorageCallOptions = {}): Promise<boolean> {
    const wanted = normalizeKey(key);
    try {
      return (await this.#stat(wanted, options)) !== undefined;
    } catch (thrown) {
      if (isNotFound(thrown)) return false; // not even the place that it would be in
      throw thrown;
    }
  }

  /** What lies under a key. @throws {@link StorageNotFoundError} */
  async stat(key: string, options: StorageCallOptions = {}): Promise<StorageEntry> {
    const wanted = normalizeKey(key);
    const found = await this.#stat(wanted, options);
    if (found === undefined) throw StorageNotFoundError.object(wanted, this.urlOf(wanted));
    return found;
  }

  /**
   * What lies below a folder, in the order of keys; of a file, the file alone. Where there is nothing, the list is empty.
   *
   * @param prefix - A folder's key: `a` stands for `a/…` and not for `ab`.
   */
  async *list(prefix = '', options: ListOptions = {}): AsyncGenerator<StorageEntry> {
    const folder = normalizeKey(prefix);
    const call = this.#call('list', folder, options);
    try {
      yield* this.#entries(folder, options.recursive ?? true, call);
    } catch (thrown) {
      throw call.errorOf(thrown);
    }
  }

  /** The files that match a pattern, e.g. `train/*.jpg`; `**` stands for any folders, and names with a dot in front match as others do. */
  async *glob(pattern: string, options: StorageCallOptions = {}): AsyncGenerator<StorageEntry> {
    const { globMatcher } = await import('./storage-glob.js');
    const { folder, matches } = await globMatcher(pattern);
    for await (const entry of this.list(folder, options)) if (matches(entry.key)) yield entry;
  }

  /** Removes a file; resolves to whether there was one. Folders are left alone: see {@link StorageProvider.deletePrefix}. */
  async delete(key: string, options: StorageCallOptions = {}): Promise<boolean> {
    const wanted = normalizeObjectKey(key);
    return this.#do('removal', wanted, options, (call) => call.retry(() => this.removeObject(wanted, call)));
  }

  /** Removes all files below a folder, never those of the whole storage; resolves to how many there were. */
  async deletePrefix(prefix: string, options: StorageCallOptions = {}): Promise<number> {
    const folder = normalizeObjectKey(prefix);
    return this.#do('removal', folder, options, (call) => this.removeFolder(folder, call));
  }

  /** The digest of an object's bytes, in lower-case hex; they are read for it. */
  async checksum(key: string, options: ObjectChecksumOptions = {}): Promise<string> {
    const { calculateChecksumFromStream } = await import('../files/checksums/checksum.js');
    const stream = await this.read(key, options);
    return calculateChecksumFromStream(stream as AsyncIterable<Buffer>, { algorithm: options.algorithm });
  }

  /** Copies a file within the storage, in place of what is there. @returns The URL of the copy. */
  async copy(from: string, to: string, options: TransferOptions = {}): Promise<string> {
    return this.#transfer('copy', from, to, options);
  }

  /** Moves a file within the storage, in place of what is there. @returns Its new URL. */
  async move(from: string, to: string, options: TransferOptions = {}): Promise<string> {
    return this.#transfer('move', from, to, options);
  }

  /** The URL under which others find the object; says nothing about whether it exists. */
  getUrl(key: string): string {
    return this.urlOf(normalizeKey(key));
  }

  /** A place in the storage, to ask, join, read and write. */
  getPath(key = ''): StoragePath {
    return new StoragePath(this, key);
  }

  /** How many files lie below a folder; 1 for a file, 0 where there is nothing. */
  async getPathFileCount(key = '', options: StorageCallOptions = {}): Promise<number> {
    let count = 0;
    for await (const { kind } of this.list(key, options)) if (kind === 'file') count++;
    return count;
  }

  /** How many bytes the files below a folder have. */
  async getPathTotalSize(key = '', options: StorageCallOptions = {}): Promise<number> {
    let total = 0;
    for await (const { sizeBytes } of this.list(key, options)) total += sizeBytes;
    return total;
  }

  /** Gives back connections that are kept. Calls that are under way may fail. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async *#entries(folder: string, recursive: boolean, call: StorageCall): AsyncGenerator<StorageEntry> {
    call.signal?.throwIfAborted();
    let isEmpty = true;
    for await (const entry of this.listObjects(folder, recursive, call)) {
      call.signal?.throwIfAborted();
      isEmpty = false;
      yield entry;
    }
    if (!isEmpty || folder === '') return;
    const file = await call.retry(() => this.statObject(folder, call));
    if (file?.kind === 'file') yield file;
  }

  async #transfer(work: 'copy' | 'move', from: string, to: string, options: TransferOptions): Promise<string> {
    const [source, target] = [normalizeObjectKey(from), normalizeObjectKey(to)];
    return this.#do(work, source, options, async (call) => {
      const found = await call.retry(() => this.statObject(source, call));
      if (found?.kind !== 'file') throw StorageNotFoundError.object(source, this.urlOf(source));
      call.meter.expect(found.sizeBytes);
      if (source !== target)
        await (work === 'copy' ? this.copyObject : this.moveObject).call(this, source, target, call);
      call.meter.finish();
      return this.urlOf(target);
    });
  }

  async #write(
    key: string,
    facts: Readonly<Record<string, unknown>>,
    options: TransferOptions,
    work: (call: StorageCall) => Promise<void>,
  ): Promise<string> {
    const url = this.urlOf(key);
    const call = new StorageCall(options, (thrown) => {
      const told = this.translate(thrown, { work: `upload of ${url}`, key });
      const isTold = told !== undefined && !isNotFound(told);
      return isTold
        ? told
        : new StorageUploadError(messageOf(told ?? thrown), { ...facts, target: url }, { cause: thrown });
    });
    return caught(call, async () => {
      await work(call);
      call.meter.finish();
      return url;
    });
  }

  #stat(key: string, options: StorageCallOptions): Promise<StorageEntry | undefined> {
    return this.#do('look', key, options, (call) => call.retry(() => this.statObject(key, call)));
  }

  #read(key: string, call: StorageCall): ResumedRead {
    const { idleTimeoutMs } = this;
    return new ResumedRead((range) => this.openObject(key, range, call), call, { url: this.urlOf(key), idleTimeoutMs });
  }

  #do<T>(work: string, key: string, options: TransferOptions, act: (call: StorageCall) => Promise<T>): Promise<T> {
    const call = this.#call(work, key, options);
    return caught(call, () => act(call));
  }

  #call(verb: string, key: string, options: TransferOptions): StorageCall {
    const work = `${verb} of ${this.urlOf(key)}`;
    return new StorageCall(
      options,
      (thrown) => this.translate(thrown, { work, key }) ?? new StorageFailedError(work, thrown),
    );
  }
}

async function caught<T>(call: StorageCall, work: () => Promise<T>): Promise<T> {
  try {
    call.signal?.throwIfAborted();
    return await work();
  } catch (thrown) {
    throw call.errorOf(thrown);
  }
}
