import { describeStorageProvider } from '../../../src/interfaces/testing/storage-contract/storage.contract.js';
import { HTTPStorage } from '../../../src/resources/storage/providers/http/http-storage.js';
import { UploadServer } from './servers/upload-server.js';

jest.setTimeout(60_000);

describe('HTTPStorage at an upload application', () => {
  let server: UploadServer;
  let roots = 0;
  beforeAll(async () => {
    server = await new UploadServer().start();
  });
  afterAll(() => server.stop());

  describeStorageProvider(
    { describe, it, expect, beforeEach, afterEach },
    {
      create: () =>
        new HTTPStorage({ base_url: `${server.base}/${++roots}/`, timeout: 10, headers: {}, upload_mode: 'form' }),
      lacks: ['listing'],
    },
  );
});
