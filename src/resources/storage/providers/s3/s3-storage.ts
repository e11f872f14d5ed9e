import { Readable } from 'node:stream';
import type { _Object, HeadObjectOutput, ListObjectsV2Output } from '@aws-sdk/client-s3';
import { StorageFailedError } from '../../../../foundation/errors/storage.errors.js';
import { compareKeys, isPlainKey } from '../../storage-key.js';
import type { StorageEntry } from '../../storage-options.js';
import { isNotFound } from '../../storage-path.js';
import { DEFAULT_IDLE_TIMEOUT_S, type FailedWork } from '../../storage-primitives.js';
import { StorageProvider } from '../../storage-provider.interface.js';
import type { LocalFile } from '../../transfer/local-file.js';
import type { ByteRange, OpenedObject } from '../../transfer/resumed-read.js';
import type { StorageCall } from '../../transfer/storage-call.js';
import type { StorageContent } from '../../transfer/storage-content.js';
import { clientOfCall, connectToS3, type S3Connection } from './s3-connection.js';
import { isBehindTheEnd, meaningOfS3Failure } from './s3-failure.js';
import { PART_BYTES, partBytesOfStream, S3FileUpload } from './s3-file-upload.js';
import type { S3StorageConfig } from './s3-storage-config.js';

/** What the service copies by itself. */
const MAX_COPY_BYTES = 5 * 1024 ** 3;
const PARTS_AT_ONCE = 4;
/** The SDK holds each of them, and gathers the next ones meanwhile. */
const PARTS_OF_STREAM_AT_ONCE = 3;

/**
 * Storage in an S3 bucket, or in one of a service that speaks S3 (`endpoint_url`).
 *
 * Large files go up in parts, of which a failed one is sent again. With `keepsPartial`, and after a crash, the next upload of the same file and
 * key from this machine goes on with the parts that are there and have the right digest. Folders are what keys begin with; objects whose keys cannot be
 * written as paths (`a//b`, `a/`) are not listed. Without access key and secret key, the SDK's own search for credentials is used.
 */
export class S3Storage extends StorageProvider {
  readonly bucket: string;
  protected override readonly idleTimeoutMs: number;
  readonly #config: S3StorageConfig;
  #connection: Promise<S3Connection> | undefined;

  constructor(config: S3StorageConfig) {
    super();
    this.bucket = config.bucket_name;
    this.idleTimeoutMs = (config.timeout ?? DEFAULT_IDLE_TIMEOUT_S) * 1000;
    this.#config = config;
  }

  override async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    (await connection?.catch(() => undefined))?.client.destroy();
  }

  protected override urlOf(key: string): string {
    return key === '' ? `s3://${this.bucket}` : `s3://${this.bucket}/${key}`;
  }

  protected override translate(thrown: unknown, failed: FailedWork): Error | undefined {
    return meaningOfS3Failure(thrown, failed, (key) => this.urlOf(key));
  }

  protected override async statObject(key: string, call: StorageCall): Promise<StorageEntry | undefined> {
    const head = key === '' ? undefined : await this.#head(key, call);
    if (head !== undefined) {
      const { ContentLength: sizeBytes = 0, LastModified: modifiedAt, ContentType: contentType } = head;
      return { key, kind: 'file', sizeBytes, modifiedAt, etag: etagIn(head.ETag), contentType };
    }
    const { KeyCount = 0 } = await this.#page({ Prefix: prefixOf(key), MaxKeys: 1 }, call);
    return key === '' || KeyCount > 0 ? { key, kind: 'folder', sizeBytes: 0 } : undefined;
  }

  protected override async openObject(
    key: string,
    { start, end }: ByteRange,
    call: StorageCall,
  ): Promise<OpenedObject> {
    const { sdk, client } = await this.#connect();
    const Range = rangeHeader(start, end);
    try {
      const wanted = new sdk.GetObjectCommand({ Bucket: this.bucket, Key: key, Range });
      const { Body, ContentRange, ContentLength, ETag } = await client.send(wanted, { abortSignal: call.signal });
      const total = /\/(\d+)$/.exec(ContentRange ?? '')?.[1];
      const sizeBytes = total === undefined ? ContentLength : Number(total);
      return { body: Body as Readable, sizeBytes, etag: etagIn(ETag) };
    } catch (thrown) {
      if (!isBehindTheEnd(thrown)) throw thrown;
      const head = await this.#head(key, call);
      return { body: Readable.from([]), sizeBytes: head?.ContentLength, etag: etagIn(head?.ETag) };
    }
  }

  protected override async putObject(key: string, content: StorageContent, call: StorageCall): Promise<void> {
    const connection = await this.#connect();
    const body = Readable.from(content.body, { objectMode: false, highWaterMark: 1024 * 1024 });
    const upload = new connection.sdk.Upload({
      client: clientOfCall(connection, call),
      params: { Bucket: this.bucket, Key: key, Body: body, ContentType: content.contentType },
      partSize: partBytesOfStream(content.sizeBytes),
      queueSize: PARTS_OF_STREAM_AT_ONCE,
    });
    await call.during(body, async () => {
      try {
        await upload.done();
      } catch (thrown) {
        // It says only that the stream has ended early; why is what the stream was ended with.
        throw body.errored ?? thrown;
      }
    });
  }

  protected override async putFile(key: string, file: LocalFile, call: StorageCall): Promise<void> {
    if (file.sizeBytes <= PART_BYTES) return super.putFile(key, file, call);
    const connection = await this.#connect();
    const [bucket, endpoint] = [this.bucket, this.#config.endpoint_url ?? 'aws'];
    await new S3FileUpload({ connection, endpoint, bucket, key, file, call, partsAtOnce: PARTS_AT_ONCE }).run();
  }

  protected override async *listObjects(
    folder: string,
    recursive: boolean,
    call: StorageCall,
  ): AsyncGenerator<StorageEntry> {
    const asked = { Prefix: prefixOf(folder), ...(!recursive && { Delimiter: '/' }) };
    for await (const { Contents = [], CommonPrefixes = [] } of this.#pages(asked, call)) {
      const folders = CommonPrefixes.flatMap(({ Prefix = '' }) => folderEntry(Prefix));
      const found = [...Contents.flatMap(fileEntry), ...folders];
      if (folders.length > 0) found.sort((a, b) => compareKeys(sortKeyOf(a), sortKeyOf(b)));
      yield* found;
    }
  }

  protected override async removeObject(key: string, call: StorageCall): Promise<boolean> {
    if ((await this.#head(key, call)) === undefined) return false;
    const { sdk, client } = await this.#connect();
    await client.send(new sdk.DeleteObjectCommand({ Bucket: this.bucket, Key: key }), { abortSignal: call.signal });
    return true;
  }

  protected override async removeFolder(folder: string, call: StorageCall): Promise<number> {
    const { sdk, client } = await this.#connect();
    let count = 0;
    for await (const { Contents = [] } of this.#pages({ Prefix: prefixOf(folder) }, call)) {
      if (Contents.length === 0) continue;
      const Delete = { Objects: Contents.map(({ Key }) => ({ Key })), Quiet: true };
      const { Errors = [] } = await call.retry(() =>
        client.send(new sdk.DeleteObjectsCommand({ Bucket: this.bucket, Delete }), { abortSignal: call.signal }),
      );
      const [first] = Errors;
      if (first)
        throw new StorageFailedError(`removal of ${this.urlOf(first.Key ?? folder)}`, first.Message ?? first.Code);
      count += Contents.filter(({ Key = '' }) => !Key.endsWith('/')).length;
    }
    return count;
  }

  protected override async copyObject(from: string, to: string, call: StorageCall): Promise<void> {
    const size = (await call.retry(() => this.#head(from, call)))?.ContentLength ?? 0;
    if (size > MAX_COPY_BYTES) return super.copyObject(from, to, call);
    const { sdk, client } = await this.#connect();
    const CopySource = [this.bucket, ...from.split('/')].map(encodeURIComponent).join('/');
    const copy = new sdk.CopyObjectCommand({ Bucket: this.bucket, Key: to, CopySource });
    await call.retry(() => client.send(copy, { abortSignal: call.signal }));
  }

  async #head(key: string, call: StorageCall): Promise<HeadObjectOutput | undefined> {
    const { sdk, client } = await this.#connect();
    try {
      const head = new sdk.HeadObjectCommand({ Bucket: this.bucket, Key: key });
      return await client.send(head, { abortSignal: call.signal });
    } catch (thrown) {
      // An answer without a body cannot say whether it is the object that is missing or the bucket.
      if (isNotFound(this.translate(thrown, { work: '', key }))) return undefined;
      throw thrown;
    }
  }

  async *#pages(asked: object, call: StorageCall): AsyncGenerator<ListObjectsV2Output> {
    let token: string | undefined;
    do {
      const ContinuationToken = token;
      const page = await call.retry(() => this.#page({ ...asked, ContinuationToken }, call));
      yield page;
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  async #page(asked: object, call: StorageCall): Promise<ListObjectsV2Output> {
    const { sdk, client } = await this.#connect();
    const list = new sdk.ListObjectsV2Command({ Bucket: this.bucket, ...asked });
    return client.send(list, { abortSignal: call.signal });
  }

  #connect(): Promise<S3Connection> {
    this.#connection ??= connectToS3(this.#config, this.idleTimeoutMs);
    return this.#connection;
  }
}

function rangeHeader(start: number, end: number | undefined): string | undefined {
  if (start === 0 && end === undefined) return undefined;
  return `bytes=${start}-${end === undefined ? '' : end - 1}`;
}

function prefixOf(folder: string): string | undefined {
  return folder === '' ? undefined : `${folder}/`;
}

function fileEntry({ Key = '', Size: sizeBytes = 0, LastModified: modifiedAt, ETag }: _Object): StorageEntry[] {
  return isPlainKey(Key) ? [{ key: Key, kind: 'file', sizeBytes, modifiedAt, etag: etagIn(ETag) }] : [];
}

function folderEntry(prefix: string): StorageEntry[] {
  const key = prefix.slice(0, -1);
  return isPlainKey(key) ? [{ key, kind: 'folder', sizeBytes: 0 }] : [];
}

function sortKeyOf({ key, kind }: StorageEntry): string {
  return kind === 'folder' ? `${key}/` : key;
}

function etagIn(etag: string | undefined): string | undefined {
  return etag?.replaceAll('"', '');
}
