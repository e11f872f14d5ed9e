import type { StorageEntry } from './storage-options.js';
import { type LocalFile, streamOf } from './transfer/local-file.js';
import type { ByteRange, OpenedObject } from './transfer/resumed-read.js';
import type { StorageCall } from './transfer/storage-call.js';
import { countedBytes, type StorageContent } from './transfer/storage-content.js';

/** Longest silence of a service where its configuration says nothing of it, in seconds. */
export const DEFAULT_IDLE_TIMEOUT_S = 60;

/** What was being done when something was thrown. */
export interface FailedWork {
  /** E.g. `upload of s3://bucket/key`. */
  readonly work: string;
  readonly key: string;
}

/**
 * What a kind of storage has to bring; `StorageProvider` makes the rest of it. Keys come in their one form (see `normalizeKey`), so they stay inside
 * the root as long as a provider only puts its root before them. A part of a key may have any character but NUL and `/`: quote it where
 * the protocol needs that.
 *
 * Primitives throw what their library throws, and `translate` says what that means. They end when `call.signal` aborts. A request that may
 * be made twice and is not covered by the class above (see each primitive) goes through `call.retry`.
 */
export abstract class StoragePrimitives {
  /** Longest silence while bytes are expected, in milliseconds. */
  protected readonly idleTimeoutMs: number = DEFAULT_IDLE_TIMEOUT_S * 1000;

  /** The URL of a key, or of the root for an empty one, without a slash at its end. */
  protected abstract urlOf(key: string): string;

  /**
   * What a vendor's error means: one of the `Storage…Error`s; `StorageConnectionError` for what may succeed when it is tried again.
   * Undefined where nothing better can be said than its own message.
   */
  protected abstract translate(thrown: unknown, failed: FailedWork): Error | undefined;

  /** What lies under the key, a folder included; undefined where there is nothing. The root is a folder, if it is there. Tried again. */
  protected abstract statObject(key: string, call: StorageCall): Promise<StorageEntry | undefined>;

  /**
   * Opens a range of an object, with the facts of the whole. Where there is none, or a folder, it throws `StorageNotFoundError.object`. Tried again, also in
   * the middle of the bytes.
   */
  protected abstract openObject(key: string, range: ByteRange, call: StorageCall): Promise<OpenedObject>;

  /**
   * Writes an object from its first byte to its last, in place of what is there: until all of it has arrived, readers see the old one or none. A body that
   * throws, or a signal that aborts, leaves things as they were. Not tried again, since a stream can be read once.
   */
  protected abstract putObject(key: string, content: StorageContent, call: StorageCall): Promise<void>;

  /**
   * What lies below a folder, in the order of keys (`compareKeys`), page by page: all files, or with `recursive: false` the files and folders directly in it.
   * Nothing where there is no such folder. Not tried again as a whole: pages go through `call.retry`.
   */
  protected abstract listObjects(folder: string, recursive: boolean, call: StorageCall): AsyncIterable<StorageEntry>;

  /** Removes a file; false where there is none, a folder included. Tried again. */
  protected abstract removeObject(key: string, call: StorageCall): Promise<boolean>;

  /** Writes a file. Override it where a file can be sent better than as a stream, e.g. in parts. */
  protected putFile(key: string, file: LocalFile, call: StorageCall): Promise<void> {
    return call.retry(() => {
      call.meter.restart();
      const { sizeBytes, contentType } = file;
      const stream = streamOf(file);
      const body = countedBytes(stream as AsyncIterable<Buffer>, call, sizeBytes);
      return call.during(stream, () => this.putObject(key, { body, sizeBytes, contentType }, call));
    });
  }

  /** Copies a file within the storage. Override it where the storage can do that by itself. */
  protected async copyObject(from: string, to: string, call: StorageCall): Promise<void> {
    const contentType = (await this.statObject(from, call))?.contentType ?? 'application/octet-stream';
    const { body, sizeBytes } = await call.retry(() => this.openObject(from, { start: 0 }, call));
    const bytes = countedBytes(body as AsyncIterable<Buffer>, call, sizeBytes);
    await call.during(body, () => this.putObject(to, { body: bytes, sizeBytes, contentType }, call));
  }

  /** Moves a file within the storage. Override it where the storage can do that in one step. */
  protected async moveObject(from: string, to: string, call: StorageCall): Promise<void> {
    await this.copyObject(from, to, call);
    await call.retry(() => this.removeObject(from, call));
  }

  /** Removes all files below a folder, and the folder where there are such; how many files. Override it where the storage can take many at once. */
  protected async removeFolder(folder: string, call: StorageCall): Promise<number> {
    let count = 0;
    for await (const { key } of this.listObjects(folder, true, call)) {
      if (await call.retry(() => this.removeObject(key, call))) count++;
    }
    return count;
  }
}
