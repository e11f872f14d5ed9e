import { plainToInstance } from 'class-transformer';
import { describeStorageProvider } from '../../../src/interfaces/testing/storage-contract/storage.contract.js';
import { SFTPStorage } from '../../../src/resources/storage/providers/sftp/sftp-storage.js';
import { SFTPStorageConfig } from '../../../src/resources/storage/providers/sftp/sftp-storage-config.js';
import { describeWithServer } from './describe-with-server.js';
import { SftpServer } from './servers/sftp-server.js';

jest.setTimeout(60_000);

describeWithServer('SFTPStorage', 'OpenSSH', () => {
  let server: SftpServer;
  beforeAll(async () => {
    server = await SftpServer.start();
  });
  afterAll(() => server.remove());

  const storageWith = (how: Partial<SFTPStorageConfig>): SFTPStorage => {
    const { host, port, username } = server;
    return new SFTPStorage(plainToInstance(SFTPStorageConfig, { host, port, username, timeout: 10, ...how }));
  };

  describe('with a password', () => {
    describeStorageProvider(
      { describe, it, expect, beforeEach, afterEach },
      { create: () => storageWith({ password: server.password, root_path: server.makeRoot() }), manyFiles: 150 },
    );
  });

  describe('with a key that has a passphrase', () => {
    describeStorageProvider(
      { describe, it, expect, beforeEach, afterEach },
      {
        manyFiles: 150,
        create: () =>
          storageWith({
            private_key: server.privateKey,
            private_key_passphrase: server.passphrase,
            host_key: server.hostFingerprint,
            root_path: `${server.makeRoot()}/`,
          }),
      },
    );
  });
});
