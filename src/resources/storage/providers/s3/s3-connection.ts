import { createHash } from 'node:crypto';
import type { CompletedPart, CompleteMultipartUploadCommand, HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { StoragePackageMissingError } from '../../../../foundation/errors/storage.errors.js';
import type { StorageCall } from '../../transfer/storage-call.js';
import { isUploadGone } from './s3-failure.js';
import type { S3StorageConfig } from './s3-storage-config.js';

/** The two packages of AWS that S3 needs, loaded when it is used. */
export type S3Packages = typeof import('@aws-sdk/client-s3') & Pick<typeof import('@aws-sdk/lib-storage'), 'Upload'>;

/** A client with the packages that it was made of. */
export interface S3Connection {
  readonly sdk: S3Packages;
  readonly client: S3Client;
}

const CONNECTION_TIMEOUT_MS = 10_000;
/** How long a cancel waits to learn what an upload is called that the service may have begun, so that it can be taken back. */
const BEGIN_GRACE_MS = 5_000;
const TAKE_BACK_RETRIES = 3;
const TAKE_BACK_PAUSE_MS = 250;

/**
 * @param socketTimeout - Longest silence of the service, in milliseconds.
 * @throws {@link StoragePackageMissingError}
 */
export async function connectToS3(config: S3StorageConfig, socketTimeout: number): Promise<S3Connection> {
  const sdk = await loadPackages();
  const { access_key: accessKeyId, secret_key: secretAccessKey } = config;
  const hasKeys = accessKeyId !== '' || secretAccessKey !== '';
  const client = new sdk.S3Client({
    region: config.region_name === '' ? 'us-east-1' : config.region_name,
    // Services other than AWS rarely have a host name for each bucket.
    ...(config.endpoint_url
      ? { endpoint: config.endpoint_url, forcePathStyle: true }
      : { followRegionRedirects: true }),
    ...(hasKeys && { credentials: { accessKeyId, secretAccessKey } }),
    maxAttempts: 1, // the call's own turns decide on that
    responseChecksumValidation: 'WHEN_REQUIRED', // parts of objects have none; length and etag are looked at
    requestHandler: { connectionTimeout: CONNECTION_TIMEOUT_MS, socketTimeout },
  });
  return { sdk, client };
}

/**
 * A client for what makes several requests by itself: each is tried again, and ends with the call. What ends a multipart upload, one way or the other, is not
 * cut off, so that what the call says of it holds; nor what begins one, which nobody could take back else.
 */
export function clientOfCall(connection: S3Connection, call: StorageCall): S3Client {
  const { sdk, client } = connection;
  const send = (command: object): Promise<unknown> => {
    // Of which command it is, only the answer's type depends.
    const ask = (signal?: AbortSignal): Promise<unknown> =>
      client.send(command as HeadBucketCommand, { abortSignal: signal });
    if (command instanceof sdk.AbortMultipartUploadCommand) return takeBack(() => ask());
    if (command instanceof sdk.CreateMultipartUploadCommand) return call.retry(() => outlasting(call.signal, ask));
    if (command instanceof sdk.CompleteMultipartUploadCommand) return complete(connection, call, command);
    return call.retry(() => ask(call.signal));
  };
  return Object.assign(Object.create(client) as S3Client, { send });
}

/**
 * Takes an upload back, in several tries, also where the call was told to end: the connection that one goes out on may be one that the service has
 * just closed, and an upload that stays open is kept, and paid for, until somebody looks.
 */
async function takeBack(ask: () => Promise<unknown>): Promise<unknown> {
  const { ExponentialBackoff, handleAll, retry } = await import('cockatiel');
  const backoff = new ExponentialBackoff({ initialDelay: TAKE_BACK_PAUSE_MS });
  return retry(handleAll, { maxAttempts: TAKE_BACK_RETRIES, backoff }).execute(async () => {
    try {
      return await ask();
    } catch (thrown) {
      if (isUploadGone(thrown)) return {};
      throw thrown;
    }
  });
}

/** Asks with a signal that aborts some time after this one. */
async function outlasting<T>(signal: AbortSignal | undefined, ask: (later: AbortSignal) => Promise<T>): Promise<T> {
  const later = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    timer = setTimeout(() => later.abort(signal?.reason), BEGIN_GRACE_MS);
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await ask(later.signal);
  } finally {
    signal?.removeEventListener('abort', onAbort);
    clearTimeout(timer);
  }
}

/** Ends an upload. Where the answer was lost and the upload is gone, the object's etag says whether it was ended. */
function complete(
  { sdk, client }: S3Connection,
  call: StorageCall,
  command: CompleteMultipartUploadCommand,
): Promise<unknown> {
  const { Bucket, Key, MultipartUpload } = command.input;
  let isInDoubt = false;
  return call.retry(async () => {
    try {
      return await client.send(command);
    } catch (thrown) {
      const isLost = isInDoubt && isUploadGone(thrown);
      isInDoubt = true;
      if (!isLost) throw thrown;
      const { ETag } = await client.send(new sdk.HeadObjectCommand({ Bucket, Key }));
      if (ETag?.replaceAll('"', '') !== etagOfParts(MultipartUpload?.Parts ?? [])) throw thrown;
      return { ETag };
    }
  });
}

/** What an object of parts has as its etag. */
function etagOfParts(parts: readonly CompletedPart[]): string {
  const hash = createHash('md5');
  for (const { ETag = '' } of parts) hash.update(Buffer.from(ETag.replaceAll('"', ''), 'hex'));
  return `${hash.digest('hex')}-${parts.length}`;
}

async function loadPackages(): Promise<S3Packages> {
  try {
    const [client, { Upload }] = await Promise.all([import('@aws-sdk/client-s3'), import('@aws-sdk/lib-storage')]);
    return { ...client, Upload };
  } catch (error) {
    throw new StoragePackageMissingError('S3', ['@aws-sdk/client-s3', '@aws-sdk/lib-storage'], error);
  }
}
