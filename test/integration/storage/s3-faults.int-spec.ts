import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import { S3Storage, type S3StorageConfig, type TransferProgress } from '../../../src/index.js';
import { childOutcome, runInChild } from '../../run-in-child.js';
import { describeWithServer } from './describe-with-server.js';
import { FaultyProxy } from './servers/faulty-proxy.js';
import { MotoServer } from './servers/moto-server.js';

const MEGABYTE = 1024 * 1024;
const REASON = new Error('enough');

jest.setTimeout(60_000); // guards against a hang only

/** Uploads a file in a process of its own; what it tells of its progress, or nothing where it is killed. */
const UPLOAD = `import { S3Storage } from 'nest-synapse';
export default async ({ configuration, source, killAfterBytes = Infinity }) => {
  const storage = new S3Storage(configuration);
  const told = [];
  const onProgress = ({ transferredBytes }) => {
    told.push(transferredBytes);
    if (transferredBytes >= killAfterBytes) process.kill(process.pid, 'SIGKILL');
  };
  await storage.upload(source, 'a', { onProgress });
  await storage.close();
  return told;
};`;

describeWithServer('S3Storage where things go wrong', 'moto', () => {
  let server: MotoServer;
  let proxy: FaultyProxy;
  let storage: S3Storage;
  let bucket: string;
  let folder: string;
  let buckets = 0;

  beforeAll(async () => {
    server = await MotoServer.start();
  }, 90_000);
  afterAll(() => server.stop());
  beforeEach(async () => {
    bucket = `faults-${buckets++}`;
    await server.createBucket(bucket);
    folder = mkdtempSync(join(tmpdir(), 'synapse-s3-'));
    process.env['SYNAPSE_TEMP_DIR'] = join(folder, 'temp');
    proxy = await FaultyProxy.to(Number(new URL(server.endpoint).port));
    storage = storageOf(bucket, `http://127.0.0.1:${proxy.port}`);
  });
  afterEach(async () => {
    delete process.env['SYNAPSE_TEMP_DIR'];
    await storage.close();
    await proxy.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function configurationOf(bucket_name: string, endpoint_url = `http://127.0.0.1:${proxy.port}`): S3StorageConfig {
    return { bucket_name, access_key: 'key', secret_key: 'hunter2', region_name: '', endpoint_url };
  }

  function storageOf(bucket_name: string, endpoint_url = server.endpoint): S3Storage {
    return new S3Storage(configurationOf(bucket_name, endpoint_url));
  }

  function fileOf(bytes: Buffer): string {
    const path = join(folder, 'source');
    writeFileSync(path, bytes);
    return path;
  }

  /** Ids of the uploads that are neither whole nor taken back. */
  async function openUploads(): Promise<(string | undefined)[]> {
    const credentials = { accessKeyId: 'key', secretAccessKey: 'hunter2' };
    const { endpoint } = server;
    const client = new S3Client({ endpoint, forcePathStyle: true, region: 'us-east-1', credentials });
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    client.destroy();
    return Uploads.map(({ UploadId }) => UploadId);
  }

  /** Aborts once so many bytes are moved. */
  function abortedAfter(bytes: number) {
    const abort = new AbortController();
    const onProgress = ({ transferredBytes }: TransferProgress): void => {
      if (transferredBytes >= bytes) abort.abort(REASON);
    };
    return { signal: abort.signal, onProgress };
  }

  it('goes on with a download whose connection was cut, again and again', async () => {
    const bytes = randomBytes(20 * MEGABYTE);
    await storageOf(bucket).write('a', bytes);
    proxy.cutsAfterBytes.push(3 * MEGABYTE, 5 * MEGABYTE, 100_000);
    await storage.download('a', join(folder, 'target'));

    expect(readFileSync(join(folder, 'target')).equals(bytes)).toBe(true);
    expect(proxy.connections).toBe(4);
  });

  it('sends parts again whose connection was cut', async () => {
    const bytes = randomBytes(30 * MEGABYTE);
    proxy.watched = 'sent';
    proxy.cutsAfterBytes.push(1 * MEGABYTE, 9 * MEGABYTE, 2 * MEGABYTE);
    const source = fileOf(bytes);
    // Jest's own Error is not Node's, which the SDK looks for; so this is another process.
    const told = await runInChild<number[]>(UPLOAD, { input: { configuration: configurationOf(bucket), source } });

    expect((await storageOf(bucket).getPath('a').readBytes()).equals(bytes)).toBe(true);
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(told.at(-1)).toBe(bytes.length);
  });

  it('B-19: uploads a file of 160 MB without holding more than some parts of it', async () => {
    const source = join(folder, 'large');
    writeFileSync(source, '');
    truncateSync(source, 160 * MEGABYTE);
    const configuration = configurationOf(bucket, server.endpoint);
    const grownBytes = await runInChild<number>(
      `import { S3Storage } from 'nest-synapse';
      export default async ({ configuration, source }) => {
        await using storage = new S3Storage(configuration);
        await storage.write('first', 'x');
        const before = process.memoryUsage.rss();
        let most = before;
        await storage.upload(source, 'a', { onProgress: () => (most = Math.max(most, process.memoryUsage.rss())) });
        return most - before;
      };`,
      { input: { configuration, source } },
    );

    expect(grownBytes).toBeLessThan(110 * MEGABYTE);
    expect(await storage.stat('a')).toMatchObject({ sizeBytes: 160 * MEGABYTE });
  });

  it('goes on where a process was that was killed in the middle', async () => {
    const bytes = randomBytes(48 * MEGABYTE);
    const source = fileOf(bytes);
    const input = { configuration: configurationOf(bucket), source, killAfterBytes: 32 * MEGABYTE };
    const { signal } = await childOutcome(UPLOAD, { input });
    const left = await openUploads();
    await storage.upload(source, 'a');

    expect([signal, left.length, await openUploads()]).toEqual(['SIGKILL', 1, []]);
    expect((await storage.getPath('a').readBytes()).equals(bytes)).toBe(true);
  });

  it('sends pieces of a stream again whose connection was cut', async () => {
    const bytes = randomBytes(30 * MEGABYTE);
    proxy.watched = 'sent';
    proxy.cutsAfterBytes.push(1 * MEGABYTE, 9 * MEGABYTE);
    await storage.write('a', [bytes.subarray(0, 20 * MEGABYTE), bytes.subarray(20 * MEGABYTE)]);

    expect((await storageOf(bucket).getPath('a').readBytes()).equals(bytes)).toBe(true);
  });

  it('takes back what was sent of an upload that is cancelled', async () => {
    const source = fileOf(randomBytes(40 * MEGABYTE));

    await expect(storage.upload(source, 'a', abortedAfter(1))).rejects.toBe(REASON);
    await expect(storage.write('b', [readFileSync(source)], abortedAfter(1))).rejects.toBe(REASON);
    expect(await openUploads()).toEqual([]);
    expect(await storage.getPathFileCount()).toBe(0);
  });

  it.each(['a file', 'a stream'])(
    'takes back the upload of %s that is cancelled while the service begins it',
    async (kind) => {
      const source = fileOf(randomBytes(20 * MEGABYTE));
      const abort = new AbortController();
      proxy.isCutNow = () => {
        abort.abort(REASON); // the answer is on its way
        return false;
      };
      const { signal } = abort;
      const upload =
        kind === 'a file'
          ? storage.upload(source, 'a', { signal })
          : storage.write('a', [readFileSync(source)], { signal });

      await expect(upload).rejects.toBe(REASON);
      expect(await openUploads()).toEqual([]);
    },
  );

  it('takes back an upload that is cancelled where the first requests for that get lost', async () => {
    const abort = new AbortController();
    const onProgress = (): void => {
      if (abort.signal.aborted) return;
      abort.abort(REASON);
      proxy.cutNext(3, 1, 'sent');
    };
    const source = fileOf(randomBytes(40 * MEGABYTE));

    await expect(storage.upload(source, 'a', { signal: abort.signal, onProgress })).rejects.toBe(REASON);
    expect(await openUploads()).toEqual([]);
  });

  it('takes back what was sent of a stream that breaks in the middle', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield randomBytes(25 * MEGABYTE);
      throw REASON;
    }

    await expect(storage.write('a', broken())).rejects.toMatchObject({ code: 'SYN_STORAGE_UPLOAD', cause: REASON });
    expect(await openUploads()).toEqual([]);
  });

  it('B-27: goes on with an upload that was to be kept, and sends only what is missing', async () => {
    const bytes = randomBytes(48 * MEGABYTE);
    const source = fileOf(bytes);
    const first = { ...abortedAfter(32 * MEGABYTE), keepsPartial: true };
    await expect(storage.upload(source, 'a', first)).rejects.toBe(REASON);
    const kept = await openUploads();
    proxy.watched = 'sent';
    // One part fits through each of the four connections, and nothing is tried again: all six would not pass.
    proxy.cutsAfterBytes.push(...Array<number>(40).fill(12 * MEGABYTE));
    const before = proxy.connections;
    await storage.close();
    await storage.upload(source, 'a', { retries: 0 });

    expect(kept).toHaveLength(1);
    expect(await openUploads()).toEqual([]);
    expect(proxy.connections).toBeGreaterThan(before);
    expect((await storageOf(bucket).getPath('a').readBytes()).equals(bytes)).toBe(true);
    expect((await storage.stat('a')).etag).toMatch(/-6$/);
  });

  it('sends parts again that are not what the file has, and all of a file that was changed', async () => {
    const bytes = randomBytes(40 * MEGABYTE);
    const source = fileOf(bytes);
    const first = { ...abortedAfter(24 * MEGABYTE), keepsPartial: true };
    await expect(storage.upload(source, 'a', first)).rejects.toBe(REASON);
    const other = randomBytes(40 * MEGABYTE + 5);
    writeFileSync(source, other);
    await storage.upload(source, 'a');

    expect((await storage.getPath('a').readBytes()).equals(other)).toBe(true);
    expect(await openUploads()).toEqual([]);
  });

  it('refuses a file that becomes shorter while it is sent, and keeps what was there', async () => {
    await storage.write('a', 'before');
    const source = fileOf(randomBytes(40 * MEGABYTE));
    const onProgress = (): void => truncateSync(source, 100);

    await expect(storage.upload(source, 'a', { onProgress })).rejects.toMatchObject({
      code: 'SYN_STORAGE_UPLOAD',
      message: expect.stringContaining(`'${source}' was changed while it was read; upload it again`) as string,
    });
    expect(await storage.getPath('a').readText()).toBe('before');
    expect(await openUploads()).toEqual([]);
  });

  it('says of a bucket that is not there what is wrong', async () => {
    const missing = storageOf('no-such-bucket');

    await expect(missing.upload(fileOf(Buffer.from('x')), 'a')).rejects.toMatchObject({ code: 'SYN_STORAGE_UPLOAD' });
    await expect(missing.list().next()).rejects.toMatchObject({ code: 'SYN_STORAGE_NOT_FOUND' });
    await expect(missing.read('a')).rejects.toMatchObject({ code: 'SYN_STORAGE_NOT_FOUND' });
    expect([await missing.exists('a'), await missing.exists('')]).toEqual([false, false]);
    await missing.close();
  });

  it('says of a service that cannot be reached that it may be tried again, and nothing of the key', async () => {
    await proxy.close();
    const { error } = await childOutcome(
      `import { S3Storage } from 'nest-synapse';
      export default (configuration) => new S3Storage(configuration).exists('a', { retries: 1 });`,
      { input: configurationOf(bucket) },
    );

    expect(error).toMatchObject({ code: 'SYN_STORAGE_CONNECTION', retryable: true });
    expect(JSON.stringify(error)).not.toContain('hunter2');
    proxy = await FaultyProxy.to(0);
  });

  it('lists no objects whose keys are no paths, and removes them with their folder', async () => {
    for (const key of ['in/a', 'in//b', 'in/c/', 'in/../d'])
      await fetch(`${server.endpoint}/${bucket}/${key.replace('..', '%2e%2e')}`, { method: 'PUT', body: 'x' });
    await storage.write('in/a', 'x');
    const keys: string[] = [];
    for await (const { key } of storage.list('in')) keys.push(key);
    await storage.deletePrefix('in');

    expect(keys).toEqual(['in/a']);
    expect(await storage.exists('in')).toBe(false);
  });
});
