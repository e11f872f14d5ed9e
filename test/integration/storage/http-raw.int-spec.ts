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
    let storage: HTTPStorage;
    beforeEach(() => {
      storage = storageAt(server.makeRoot('plain'));
    });
    afterEach(() => storage.close());

    it('writes, reads, copies, moves and removes', async () => {
      await storage.write('sub/a.txt', 'hello');
      await storage.copy('sub/a.txt', 'copies/a.txt');
      await storage.move('sub/a.txt', 'sub/b.txt');

      expect(await storage.getPath('copies/a.txt').readText()).toBe('hello');
      expect(await storage.getPath('sub/b.txt').readBytes({ start: 1, end: 3 })).toEqual(Buffer.from('el'));
      expect([await storage.exists('sub/a.txt'), await storage.exists('')]).toEqual([false, true]);
      expect([await storage.delete('sub/b.txt'), await storage.delete('sub/b.txt')]).toEqual([true, false]);
    });

    it('knows no folders, and says so', async () => {
      await storage.write('sub/a.txt', 'hello');

      expect(await storage.exists('sub')).toBe(false);
      for (const work of [storage.getPathFileCount(), storage.deletePrefix('sub')]) {
        await expect(work).rejects.toMatchObject({ code: 'SYN_STORAGE_UNSUPPORTED' });
      }
    });

    it('says that the key is wrong', async () => {
      const base_url = `${server.makeRoot('plain')}/`;
      storage = new HTTPStorage({ base_url, timeout: 10, headers: { 'X-Key': 'wrong' }, upload_mode: 'raw' });

      await expect(storage.write('a', 'x')).rejects.toMatchObject({ code: 'SYN_STORAGE_PERMISSION' });
      await expect(storage.exists('a')).rejects.toMatchObject({ code: 'SYN_STORAGE_PERMISSION' });
    });
  });
});
