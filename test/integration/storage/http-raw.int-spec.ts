import { describeStorageProvider } from '../../../src/interfaces/testing/storage-contract/storage.contract.js';
import { HTTPStorage } from '../../../src/resources/storage/providers/http/http-storage.js';
import { describeWithServer } from './describe-with-server.js';
import { WebdavServer } from './servers/webdav-server.js';

jest.setTimeout(60_000);

describeWithServer('HTTPStorage at nginx', 'nginx', () => {
  let server: WebdavServer;
  beforeAll(async () => {
    server = await WebdavServer.start();
  });
  afterAll(() => server.stop());

  const storageAt = (base: string): HTTPStorage =>
    new HTTPStorage({ base_url: `${base}/`, timeout: 10, headers: { 'X-Key': server.key }, upload_mode: 'raw' });

  describe('with WebDAV', () => {
    describeStorageProvider(
      { describe, it, expect, beforeEach, afterEach },
      { create: () => storageAt(server.makeRoot('files')), lacks: ['listing of hidden files'] }, // nginx shows none
    );
  });

  describe('without WebDAV', () => {
    describeStorageProvider(
      { describe, it, expect, beforeEach, afterEach },
      { create: () => storageAt(server.makeRoot('plain')), lacks: ['listing'] },
    );
  });
});
