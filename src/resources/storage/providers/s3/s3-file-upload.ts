import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { CompletedPart, Part, S3Client } from '@aws-sdk/client-s3';
import { SynapseError } from '../../../../foundation/errors/synapse.error.js';
import { expectUnchanged, type LocalFile } from '../../transfer/local-file.js';
import { readFully } from '../../transfer/read-fully.js';
import type { StorageCall } from '../../transfer/storage-call.js';
import { factsOf, isSameSource, type UploadFacts, UploadRecord } from '../../transfer/upload-record.js';
import { clientOfCall, type S3Connection, type S3Packages } from './s3-connection.js';
import { isUploadGone } from './s3-failure.js';

/** An upload in parts, as this machine knows it. */
interface S3UploadFacts extends UploadFacts {
  readonly upload_id: string;
  readonly part_bytes: number;
}

/** Bytes of a part, where that does not make too many of them. */
export const PART_BYTES = 8 * 1024 * 1024;
/** The service takes 10,000. */
const MAX_PARTS = 9_000;

/** The least that the service takes: the SDK holds some of them, twice for a moment. */
const STREAM_PART_BYTES = 5 * 1024 * 1024;

/** How large the parts of a stream are. Of one that nobody has measured, up to 48 GB fit. */
export function partBytesOfStream(sizeBytes = 0): number {
  return Math.max(STREAM_PART_BYTES, Math.ceil(sizeBytes / MAX_PARTS));
}

/** One file on its way into a bucket. */
export interface S3FileUploadInit {
  readonly connection: S3Connection;
  /** Part of what the upload is known by. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly key: string;
  readonly file: LocalFile;
  readonly call: StorageCall;
  readonly partsAtOnce: number;
}

/** Sends a file in parts. Parts of an earlier upload that are what the file has at their place are not sent again. */
export class S3FileUpload {
  readonly #init: S3FileUploadInit;
  readonly #sdk: S3Packages;
  readonly #client: S3Client;
  readonly #record: UploadRecord<S3UploadFacts>;
  readonly #place: { readonly Bucket: string; readonly Key: string };

  constructor(init: S3FileUploadInit) {
    this.#init = init;
    this.#sdk = init.connection.sdk;
    this.#client = clientOfCall(init.connection, init.call);
    this.#record = new UploadRecord([init.endpoint, init.bucket, init.key, init.file.path]);
    this.#place = { Bucket: init.bucket, Key: init.key };
  }

  async run(): Promise<void> {
    const { facts, parts } = (await this.#adopted()) ?? (await this.#begun());
    try {
      const sent = await this.#sendParts(facts, parts);
      this.#init.call.signal?.throwIfAborted();
      await this.#complete(facts, sent);
      this.#record.discard();
    } catch (thrown) {
      await this.#leave(facts, this.#init.call.errorOf(thrown)).catch(() => undefined); // why it failed is what counts
      throw thrown;
    }
  }

  /** What an earlier upload of the same file, as it is now, has brought. */
  async #adopted(): Promise<{ facts: S3UploadFacts; parts: Map<number, Part> } | undefined> {
    const facts = this.#record.adopt();
    if (facts === undefined) return undefined;
    if (isSameSource(facts, this.#init.file)) {
      const parts = await this.#partsOf(facts).catch((thrown: unknown) => {
        if (!isUploadGone((thrown as Error).cause ?? thrown)) throw thrown;
      });
      if (parts) return { facts, parts };
    }
    await this.#abort(facts).catch(() => undefined); // it is of no use, and may be gone already
    this.#record.discard();
    return undefined;
  }

  async #partsOf({ upload_id: UploadId }: S3UploadFacts): Promise<Map<number, Part>> {
    const parts = new Map<number, Part>();
    for (let marker: string | undefined = '0'; marker !== undefined;) {
      const asked: object = { ...this.#place, UploadId, PartNumberMarker: marker };
      const page = await this.#client.send(new this.#sdk.ListPartsCommand(asked as never));
      for (const part of page.Parts ?? []) parts.set(part.PartNumber ?? 0, part);
      marker = page.IsTruncated === true ? page.NextPartNumberMarker : undefined;
    }
    return parts;
  }

  async #begun(): Promise<{ facts: S3UploadFacts; parts: Map<number, Part> }> {
    const { sizeBytes, contentType } = this.#init.file;
    // The service checks each part against this digest, which the SDK sends along.
    const begin = new this.#sdk.CreateMultipartUploadCommand({
      ...this.#place,
      ContentType: contentType,
      ChecksumAlgorithm: 'CRC32',
    });
    const { UploadId = '' } = await this.#client.send(begin);
    const facts: S3UploadFacts = {
      upload_id: UploadId,
      part_bytes: Math.max(PART_BYTES, Math.ceil(sizeBytes / MAX_PARTS)),
      ...factsOf(this.#init.file),
    };
    this.#record.write(facts);
    return { facts, parts: new Map() };
  }

  async #sendParts(facts: S3UploadFacts, there: ReadonlyMap<number, Part>): Promise<CompletedPart[]> {
    const count = Math.ceil(facts.size_bytes / facts.part_bytes);
    const sent: CompletedPart[] = [];
    const source = await open(this.#init.file.path, 'r');
    let next = 1;
    const sendRest = async (): Promise<void> => {
      const buffer = Buffer.allocUnsafe(facts.part_bytes);
      for (let number = next++; number <= count; number = next++) {
        const bytes = await readFully(source, buffer, (number - 1) * facts.part_bytes);
        sent[number - 1] = keptPart(there.get(number), bytes) ?? (await this.#sendPart(facts, number, bytes));
        this.#init.call.meter.add(bytes.length);
      }
    };
    try {
      await allOrFirstFailure(Array.from({ length: Math.min(this.#init.partsAtOnce, count) }, sendRest), () => {
        next = count + 1; // the others need not begin another part
      });
      expectUnchanged(this.#init.file, await source.stat());
    } finally {
      await source.close();
    }
    return sent;
  }

  async #sendPart({ upload_id: UploadId }: S3UploadFacts, PartNumber: number, Body: Buffer): Promise<CompletedPart> {
    const part = new this.#sdk.UploadPartCommand({ ...this.#place, UploadId, PartNumber, Body });
    const { ETag, ChecksumCRC32 } = await this.#client.send(part);
    return { PartNumber, ETag, ChecksumCRC32 };
  }

  async #complete({ upload_id: UploadId }: S3UploadFacts, Parts: CompletedPart[]): Promise<void> {
    const end = new this.#sdk.CompleteMultipartUploadCommand({ ...this.#place, UploadId, MultipartUpload: { Parts } });
    await this.#client.send(end);
  }

  /** Takes back what was sent, or keeps it for the next upload where that was asked for and may succeed. */
  async #leave(facts: S3UploadFacts, error: unknown): Promise<void> {
    const isUseful = this.#init.file.keepsPartial && (!SynapseError.is(error) || error.retryable);
    if (isUseful) return this.#record.giveFree();
    this.#record.discard();
    await this.#abort(facts);
  }

  async #abort({ upload_id: UploadId }: S3UploadFacts): Promise<void> {
    await this.#client.send(new this.#sdk.AbortMultipartUploadCommand({ ...this.#place, UploadId }));
  }
}

/** A part that is there, if it has the same bytes: its etag is their MD5, but for buckets with keys of their own, where it is sent again. */
function keptPart(part: Part | undefined, bytes: Buffer): CompletedPart | undefined {
  if (part?.Size !== bytes.length) return undefined;
  const isSame = part.ETag?.replaceAll('"', '') === createHash('md5').update(bytes).digest('hex');
  const { PartNumber, ETag, ChecksumCRC32 } = part;
  return isSame ? { PartNumber, ETag, ChecksumCRC32 } : undefined;
}

/** Waits for all, also where one fails: whoever comes next must not meet requests that are still under way. */
async function allOrFirstFailure(work: readonly Promise<void>[], onFailure: () => void): Promise<void> {
  const failures: unknown[] = [];
  await Promise.all(
    work.map((one) =>
      one.catch((thrown: unknown) => {
        failures.push(thrown);
        onFailure();
      }),
    ),
  );
  if (failures.length > 0) throw failures[0];
}
