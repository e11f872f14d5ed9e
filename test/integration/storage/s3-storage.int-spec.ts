import { S3Storage } from '../../../src/index.js';
import { describeStorageProvider } from '../../../src/interfaces/testing/index.js';
import { describeWithServer } from './describe-with-server.js';
import { MotoServer } from './servers/moto-server.js';

describeWithServer('S3Storage on moto', 'moto', () => {
  let server: MotoServer;
  let buckets = 0;
  beforeAll(async () => {
    server = await MotoServer.start();
  }, 90_000);
  afterAll(() => server.stop());

  describeStorageProvider(
    { describe, it, expect, beforeEach, afterEach },
    {
      create: async () => {
        const bucket_name = `bucket-${buckets++}`;
        await server.createBucket(bucket_name);
        const { endpoint: endpoint_url } = server;
        return new S3Storage({
          bucket_name,
          access_key: 'key',
          secret_key: 'secret',
          region_name: 'us-east-1',
          endpoint_url,
        });
      },
    },
  );
});
