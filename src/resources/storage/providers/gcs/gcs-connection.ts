import type { Bucket, CRC32C } from '@google-cloud/storage';
import { StoragePackageMissingError } from '../../../../foundation/errors/storage.errors.js';
import { OutgoingRequests } from '../../transfer/outgoing-requests.js';
import type { GCSStorageConfig } from './gcs-storage-config.js';

const GOOGLE = 'https://storage.googleapis.com';
/** What the original calls access without credentials. */
const ANONYMOUS = 'anon';

/** One bucket, twice. */
export interface GcsConnection {
  /** Each request is made once: the call's own turns decide on more. */
  readonly bucket: Bucket;
  /** For streams: a piece that did not arrive is sent again, which only the library can do. */
  readonly uploads: Bucket;
  readonly isAnonymous: boolean;
  readonly CRC32C: new () => CRC32C;
  /** What the library asks for: it has no way to be told that nobody waits any more. */
  readonly requests: OutgoingRequests;
}

/** @throws {@link StoragePackageMissingError} */
export async function connectToGcs(config: GCSStorageConfig): Promise<GcsConnection> {
  const { Storage, IdempotencyStrategy, CRC32C } = await loadPackage();
  const { bucket_name: bucketName, credentials, project, endpoint_url: endpoint } = config;
  const isAnonymous = credentials === ANONYMOUS;
  const emulator = process.env['STORAGE_EMULATOR_HOST']; // the library finds it by itself
  const apiEndpoint = endpoint ?? (isAnonymous && !emulator ? GOOGLE : undefined);
  const bucketWith = (autoRetry: boolean): Bucket =>
    new Storage({
      // Without one it asks Google which project this machine is in.
      projectId: project ?? (isAnonymous ? 'anonymous' : undefined),
      ...(typeof credentials === 'string'
        ? !isAnonymous && { keyFilename: credentials }
        : { credentials: credentials as Record<string, string> }),
      ...(apiEndpoint !== undefined && { apiEndpoint, useAuthWithCustomEndpoint: !isAnonymous }),
      retryOptions: {
        autoRetry,
        maxRetries: 3,
        maxRetryDelay: 4,
        totalTimeout: 60,
        idempotencyStrategy: IdempotencyStrategy.RetryAlways,
      },
    }).bucket(bucketName);
  const [bucket, uploads] = [bucketWith(false), bucketWith(true)];
  return { bucket, uploads, isAnonymous, CRC32C, requests: new OutgoingRequests() };
}

async function loadPackage(): Promise<typeof import('@google-cloud/storage')> {
  try {
    return await import('@google-cloud/storage');
  } catch (error) {
    throw new StoragePackageMissingError('gcs', ['@google-cloud/storage'], error);
  }
}
