import { plainToInstance } from 'class-transformer';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failureOf, patternOf } from '../../../src/interfaces/testing/storage-contract/storage-subject.js';
import { GCSStorage } from '../../../src/resources/storage/providers/gcs/gcs-storage.js';
import { GCSStorageConfig } from '../../../src/resources/storage/providers/gcs/gcs-storage-config.js';
import { describeWithServer } from './describe-with-server.js';
import { FaultyProxy } from './servers/faulty-proxy.js';
import { GcsServer } from './servers/gcs-server.js';
import { HeldBytes } from './servers/held-bytes.js';
import { UploadServer } from './servers/upload-server.js';

jest.setTimeout(60_000);

const BUCKET = 'bucket';
const BYTES = patternOf(20 * 1024 * 1024);

describeWithServer('GCSStorage', 'the GCS emulator', () => {
  let server: GcsServer;
  let proxy: FaultyProxy;
  let answers: UploadServer;
  let folder: string;
  let storage: GCSStorage;
  beforeAll(async () => {
    // The service names the address of an upload that is to be continued: that of the proxy.
    proxy = await FaultyProxy.to(0);
    server = await GcsServer.start(`http://127.0.0.1:${proxy.port}`);
    proxy.target = server.port;
    await server.createBucket(BUCKET);
    answers = await new UploadServer().start();
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'synapse-faults-'));
    writeFileSync(join(folder, 'source'), BYTES);
    storage = storageWith({});
  });
  afterEach(async () => {
    await storage.close();
    proxy.cutAll();
    proxy.cutNext(0, 0, 'sent');
    answers.reset();
    rmSync(folder, { recursive: true, force: true });
  });
  afterAll(async () => {
    await proxy.close();
    await answers.stop();
    await server.stop();
  });

  const storageWith = (how: Partial<GCSStorageConfig>): GCSStorage => {
    const endpoint_url = `http://127.0.0.1:${proxy.port}`;
    return new GCSStorage(
      plainToInstance(GCSStorageConfig, { bucket_name: BUCKET, credentials: 'anon', endpoint_url, ...how }),
    );
  };

  it('goes on reading where a connection was cut', async () => {
    await storage.upload(join(folder, 'source'), 'a');
    proxy.cutNext(2, 6_000_000, 'received');
    await storage.download('a', join(folder, 'target'));

    expect(readFileSync(join(folder, 'target')).equals(BYTES)).toBe(true);
    expect(proxy.cuts).toBe(2);
  });

  // The emulator forgets an upload whose connection broke; the service itself goes on with it.
  it('sends a file again whose upload was cut and forgotten', async () => {
    let isArmed = false;
    const onProgress = ({ transferredBytes }: { transferredBytes: number }): void => {
      if (isArmed || transferredBytes < 10_000_000) return;
      isArmed = true;
      proxy.cutNext(1, 4_000_000, 'sent');
    };
    await storage.upload(join(folder, 'source'), 'a', { onProgress });

    expect(proxy.cuts).toBe(1);
    expect(BYTES.equals(await storage.getPath('a').readBytes())).toBe(true);
  });

  it('B-19: holds a part of what it uploads', async () => {
    const large = 64 * 1024 * 1024;
    writeFileSync(join(folder, 'large'), Buffer.alloc(large, 1));
    const held = new HeldBytes();
    await storage.upload(join(folder, 'large'), 'large', { onProgress: (told) => held.look(told) });

    expect(held.most).toBeLessThan(large / 2);
    expect(await storage.stat('large')).toMatchObject({ sizeBytes: large });
  });

  it('says that a bucket is not there', async () => {
    storage = storageWith({ bucket_name: 'no-such-bucket' });

    expect(await failureOf(storage.stat('a'))).toMatchObject({ code: 'SYN_STORAGE_NOT_FOUND' });
    expect(await storage.exists('a')).toBe(false);
    expect(await failureOf(storage.write('a', 'x'))).toMatchObject({ code: 'SYN_STORAGE_UPLOAD' });
  });

  it('says that nobody answers', async () => {
    storage = storageWith({ endpoint_url: 'http://127.0.0.1:1' });

    expect(await failureOf(storage.exists('a', { retries: 0 }))).toMatchObject({
      code: 'SYN_STORAGE_CONNECTION',
      retryable: true,
    });
  });

  it('says that the file with the credentials cannot be read', async () => {
    storage = storageWith({ credentials: join(folder, 'nope.json') });

    expect(await failureOf(storage.exists('a', { retries: 0 }))).toMatchObject({ code: 'SYN_STORAGE_PERMISSION' });
  });

  it.each([
    [403, 'SYN_STORAGE_PERMISSION', 1],
    [401, 'SYN_STORAGE_PERMISSION', 1],
    [503, 'SYN_STORAGE_CONNECTION', 2],
    [429, 'SYN_STORAGE_CONNECTION', 2],
  ])('answers %i with its own error, and asks again only where that may help', async (status, code, tries) => {
    answers.interfere = (_request, response) => {
      response.writeHead(status, { 'content-type': 'application/json', 'retry-after': '0' });
      response.end(JSON.stringify({ error: { code: status, message: 'no' } }));
      return true;
    };
    storage = storageWith({ endpoint_url: answers.base });

    expect(await failureOf(storage.exists('a', { retries: 1 }))).toMatchObject({ code });
    expect(answers.requests).toHaveLength(tries);
  });
});
