import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Bucket, FileMetadata } from '@google-cloud/storage';
import { StorageNotFoundError } from '../../../../foundation/errors/storage.errors.js';
import { compareKeys, isPlainKey } from '../../storage-key.js';
import type { StorageEntry } from '../../storage-options.js';
import { DEFAULT_IDLE_TIMEOUT_S, type FailedWork } from '../../storage-primitives.js';
import { StorageProvider } from '../../storage-provider.interface.js';
import { abortable } from '../../transfer/abortable.js';
import { abortableBytes } from '../../transfer/abortable-bytes.js';
import type { LocalFile } from '../../transfer/local-file.js';
import type { RequestScope } from '../../transfer/outgoing-requests.js';
import type { ByteRange, OpenedObject } from '../../transfer/resumed-read.js';
import { answeredInTime, SendingWatch } from '../../transfer/silence.js';
import type { StorageCall } from '../../transfer/storage-call.js';
import type { StorageContent } from '../../transfer/storage-content.js';
import { connectToGcs, type GcsConnection } from './gcs-connection.js';
import { GcsFileUpload, PIECE_BYTES, PIECE_PATIENCE } from './gcs-file-upload.js';
import { lostSession, meaningOfGcsFailure, statusOf } from './gcs-failure.js';
import type { GCSStorageConfig } from './gcs-storage-config.js';

const PAGE_SIZE = 1_000;
const REMOVALS_AT_ONCE = 16;
/** So much is sent at once, so that its answer is not waited for longer than that of other requests. */
const SMALL_BYTES = 1024 * 1024;

interface Page {
  readonly files: readonly FileMetadata[];
  readonly prefixes: readonly string[];
  readonly next: string | undefined;
}

/**
 * Storage in a bucket of Google Cloud Storage. What is larger than a piece goes up by a resumable upload, piece by piece, each of which is sent again when it
 * did not arrive. With `keepsPartial`, and after a crash, the next upload of the same file and key from this machine goes on there. Folders are what keys begin with; objects whose keys cannot be written as paths (`a//b`, `a/`) are not listed.
 */
export class GCSStorage extends StorageProvider {
  readonly bucket: string;
  protected override readonly idleTimeoutMs: number;
  readonly #config: GCSStorageConfig;
  #connection: Promise<GcsConnection> | undefined;

  constructor(config: GCSStorageConfig) {
    super();
    this.bucket = config.bucket_name;
    this.idleTimeoutMs = (config.timeout ?? DEFAULT_IDLE_TIMEOUT_S) * 1000;
    this.#config = config;
  }

  protected override urlOf(key: string): string {
    return key === '' ? `gs://${this.bucket}` : `gs://${this.bucket}/${key}`;
  }

  protected override translate(thrown: unknown, failed: FailedWork): Error | undefined {
    return meaningOfGcsFailure(thrown, failed, (key) => this.urlOf(key));
  }

  protected override async statObject(key: string, call: StorageCall): Promise<StorageEntry | undefined> {
    const metadata = key === '' ? undefined : await this.#metadata(key, call);
    if (metadata) return { ...fileEntry(key, metadata), contentType: metadata.contentType };
    const { files, prefixes } = await this.#page({ folder: key, recursive: true, size: 1 }, undefined, call);
    return key === '' || files.length + prefixes.length > 0 ? { key, kind: 'folder', sizeBytes: 0 } : undefined;
  }

  protected override async openObject(key: string, range: ByteRange, call: StorageCall): Promise<OpenedObject> {
    const metadata = await this.#metadata(key, call);
    if (metadata === undefined) throw StorageNotFoundError.object(key, this.urlOf(key));
    const { sizeBytes, etag } = fileEntry(key, metadata);
    const end = Math.min(range.end ?? Infinity, sizeBytes);
    if (range.start >= end) return { body: Readable.from([]), sizeBytes, etag };
    const { bucket, requests } = await this.#connect();
    // Of just that version: another one may take its place meanwhile.
    const file = bucket.file(key, { generation: metadata.generation });
    const body = requestedWithin(requests.open(), () =>
      file.createReadStream({ start: range.start, end: end - 1, validation: false, decompress: false }),
    );
    return { body, sizeBytes, etag };
  }

  protected override async putObject(
    key: string,
    { body, sizeBytes = Infinity, contentType }: StorageContent,
    { signal }: StorageCall,
  ): Promise<void> {
    const { uploads, requests } = await this.#connect();
    const resumable = sizeBytes > PIECE_BYTES;
    const upload = uploads.file(key).createWriteStream({
      resumable,
      ...(resumable && { chunkSize: PIECE_BYTES }),
      highWaterMark: 1024 * 1024,
      metadata: { contentType },
      validation: 'crc32c',
    });
    let hasSession = false;
    upload.once('uri', () => (hasSession = true));
    const limitMs = this.idleTimeoutMs * (sizeBytes > SMALL_BYTES ? PIECE_PATIENCE : 1);
    const watch = new SendingWatch({ work: `upload of ${this.urlOf(key)}`, limitMs });
    const either = signal ? AbortSignal.any([signal, watch.signal]) : watch.signal;
    try {
      await requests.during(either, () =>
        pipeline(abortableBytes(watch.watched(body), either), upload, { signal: either }),
      );
    } catch (thrown) {
      watch.signal.throwIfAborted();
      const status = statusOf(thrown);
      if (!hasSession || (status !== 404 && status !== 410)) throw thrown;
      throw lostSession(this.urlOf(key), thrown);
    } finally {
      watch.end();
    }
  }

  protected override async putFile(key: string, file: LocalFile, call: StorageCall): Promise<void> {
    if (file.sizeBytes <= PIECE_BYTES) return super.putFile(key, file, call);
    const [connection, endpoint] = [await this.#connect(), this.#config.endpoint_url ?? 'google'];
    await new GcsFileUpload({ connection, endpoint, key, file, call, idleTimeoutMs: this.idleTimeoutMs }).run();
  }

  protected override async *listObjects(
    folder: string,
    recursive: boolean,
    call: StorageCall,
  ): AsyncGenerator<StorageEntry> {
    for await (const { files, prefixes } of this.#pages(folder, recursive, call)) {
      const found = files.map((metadata) => fileEntry(metadata.name ?? '', metadata));
      const folders = prefixes.map((prefix) => ({ key: prefix.slice(0, -1), kind: 'folder' as const, sizeBytes: 0 }));
      const entries = [...found, ...folders].filter(({ key }) => isPlainKey(key));
      if (folders.length > 0) entries.sort((a, b) => compareKeys(sortKeyOf(a), sortKeyOf(b)));
      yield* entries;
    }
  }

  protected override removeObject(key: string, { signal }: StorageCall): Promise<boolean> {
    return this.#do(signal, (bucket) => this.#remove(bucket, key));
  }

  protected override async removeFolder(folder: string, call: StorageCall): Promise<number> {
    let count = 0;
    for await (const { files } of this.#pages(folder, true, call)) {
      for (let first = 0; first < files.length; first += REMOVALS_AT_ONCE) {
        const names = files.slice(first, first + REMOVALS_AT_ONCE).map(({ name = '' }) => name);
        const removed = await Promise.all(names.map((name) => call.retry(() => this.removeObject(name, call))));
        count += names.filter((name, index) => removed[index] === true && !name.endsWith('/')).length;
      }
    }
    return count;
  }

  protected override async copyObject(from: string, to: string, call: StorageCall): Promise<void> {
    await this.#copy(from, to, call);
  }

  /** Only the version that was copied is removed: one that took its place meanwhile stays. */
  protected override async moveObject(from: string, to: string, call: StorageCall): Promise<void> {
    const { generation } = (await call.retry(() => this.#metadata(from, call))) ?? {};
    await this.#copy(from, to, call, generation);
    await call.retry(() => this.#do(call.signal, (bucket) => this.#remove(bucket, from, generation)));
  }

  /** Without a limit of time: the service copies large objects by itself, and is silent meanwhile. */
  async #copy(from: string, to: string, call: StorageCall, generation?: string | number): Promise<void> {
    const { bucket, requests } = await this.#connect();
    const copy = (): Promise<unknown> => bucket.file(from, { generation }).copy(bucket.file(to));
    const { signal } = call;
    await call.retry(() => (signal ? abortable(signal, () => requests.during(signal, copy)) : copy()));
  }

  async #remove(bucket: Bucket, key: string, ifGenerationMatch?: string | number): Promise<boolean> {
    try {
      await bucket.file(key).delete(ifGenerationMatch === undefined ? {} : { ifGenerationMatch });
      return true;
    } catch (thrown) {
      if (statusOf(thrown) === 404 || statusOf(thrown) === 412) return false;
      throw thrown;
    }
  }

  #metadata(key: string, { signal }: StorageCall): Promise<FileMetadata | undefined> {
    return this.#do(signal, async (bucket) => {
      try {
        return (await bucket.file(key).getMetadata())[0];
      } catch (thrown) {
        if (statusOf(thrown) === 404) return undefined;
        throw thrown;
      }
    });
  }

  async *#pages(folder: string, recursive: boolean, call: StorageCall): AsyncGenerator<Page> {
    let token: string | undefined;
    do {
      const page = await call.retry(() => this.#page({ folder, recursive, size: PAGE_SIZE }, token, call));
      token = page.next;
      yield page;
    } while (token !== undefined);
  }

  async #page(
    { folder, recursive, size }: { folder: string; recursive: boolean; size: number },
    pageToken: string | undefined,
    { signal }: StorageCall,
  ): Promise<Page> {
    return this.#do(signal, async (bucket) => {
      const prefix = folder === '' ? '' : `${folder}/`;
      const delimiter = recursive ? undefined : '/';
      try {
        const query = { prefix, delimiter, maxResults: size, pageToken, autoPaginate: false };
        const [files, next, answer] = await bucket.getFiles(query);
        const { prefixes = [] } = answer as { prefixes?: string[] };
        return { files: files.map(({ metadata }) => metadata), prefixes, next: next?.pageToken };
      } catch (thrown) {
        if (statusOf(thrown) === 404) throw StorageNotFoundError.place(this.urlOf(''), thrown);
        throw thrown;
      }
    });
  }

  async #do<T>(signal: AbortSignal | undefined, work: (bucket: Bucket) => Promise<T>): Promise<T> {
    const { bucket, requests } = await this.#connect();
    const limit = { work: `request to ${this.urlOf('')}`, limitMs: this.idleTimeoutMs, signal };
    return answeredInTime(limit, (either) => requests.during(either, () => work(bucket)));
  }

  #connect(): Promise<GcsConnection> {
    this.#connection ??= connectToGcs(this.#config);
    return this.#connection;
  }
}

/** A stream of the library, which asks when it is first read: at once, so that its request is known, and ends with it. */
function requestedWithin(scope: RequestScope, open: () => Readable): Readable {
  const body = scope.run(open);
  body.on('error', () => undefined); // whoever reads it later gets it
  body.once('close', () => {
    scope.cut();
    scope.close();
  });
  scope.run(() => body.read(0));
  return body;
}

function fileEntry(key: string, { size, updated, etag }: FileMetadata): StorageEntry {
  const modifiedAt = updated === undefined ? undefined : new Date(updated);
  return { key, kind: 'file', sizeBytes: Number(size ?? 0), ...(modifiedAt && { modifiedAt }), etag };
}

/** A folder stands as its name with a slash. */
function sortKeyOf({ key, kind }: StorageEntry): string {
  return kind === 'folder' ? `${key}/` : key;
}
