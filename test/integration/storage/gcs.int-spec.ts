import { plainToInstance } from 'class-transformer';
import { describeStorageProvider } from '../../../src/interfaces/testing/storage-contract/storage.contract.js';
import { GCSStorage } from '../../../src/resources/storage/providers/gcs/gcs-storage.js';
import { GCSStorageConfig } from '../../../src/resources/storage/providers/gcs/gcs-storage-config.js';
import { describeWithServer } from './describe-with-server.js';
import { GcsServer } from './servers/gcs-server.js';

jest.setTimeout(60_000);

describeWithServer('GCSStorage', 'the GCS emulator', () => {
  let server: GcsServer;
  let buckets = 0;
  beforeAll(async () => {
    server = await GcsServer.start();
  });
  afterAll(() => server.stop());

  const storageOf = (bucket_name: string): GCSStorage => {
    const plain = { bucket_name, credentials: 'anon', endpoint_url: server.endpoint };
    return new GCSStorage(plainToInstance(GCSStorageConfig, plain));
  };

  describeStorageProvider(
    { describe, it, expect, beforeEach, afterEach },
    {
      create: async () => {
        const name = `bucket-${++buckets}`;
        await server.createBucket(name);
        return storageOf(name);
      },
    },
  );
});
