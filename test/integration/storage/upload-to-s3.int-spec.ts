import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BackendClient, S3Storage, StorageProvider, UploadAction, type UploadRunResult } from '../../../src/index.js';
import { BackendServer } from '../../../src/interfaces/testing/index.js';
import { type HostedRunner, hostedRunner } from '../../../src/runtime/runner/runner.fixture.js';
import { UploadInVainAction } from '../../../src/runtime/runner/upload.fixture.js';
import { describeWithServer } from './describe-with-server.js';
import { MotoServer } from './servers/moto-server.js';

/** More than S3 takes in one piece by default, so that no digest of the whole comes with it. */
const LARGE_BYTES = 20 * 1024 * 1024;

describeWithServer('Uploads into a data collection, with the files on S3', 'moto', () => {
  let moto: MotoServer;
  let platform: BackendServer;
  let storage: S3Storage;
  let host: HostedRunner;
  let folder: string;

  beforeAll(async () => {
    moto = await MotoServer.start();
    await moto.createBucket('uploads');
  }, 90_000);
  afterAll(() => moto.stop());
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'upload-s3-'));
    platform = await new BackendServer().start();
    platform.add('data_collections', { id: 9, file_specifications: [{ name: 'image', is_required: true }] });
    const keys = { access_key: 'key', secret_key: 'secret', region_name: 'us-east-1' };
    storage = new S3Storage({ ...keys, bucket_name: 'uploads', endpoint_url: moto.endpoint });
    host = await hostedRunner({
      providers: [
        { provide: BackendClient, useValue: platform.client() },
        { provide: StorageProvider, useValue: storage },
        ...[UploadAction, UploadInVainAction],
      ],
    });
    for (const name of ['a.png', '한글 b.png']) writeFileSync(join(folder, name), `bytes of ${name}`);
    writeFileSync(join(folder, 'large.png'), Buffer.alloc(LARGE_BYTES, 'large'));
  });
  afterEach(async () => {
    await host.app.close();
    await storage.deletePrefix('data_files');
    await storage.close();
    await platform.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const run = async (action: string, params: object = {}): Promise<UploadRunResult> =>
    (
      await host.runner.run<UploadRunResult>({ action, params: { data_collection: 9, path: folder, ...params } })
    ).result();
  const keys = async (prefix: string): Promise<string[]> => {
    const found: string[] = [];
    for await (const { key } of storage.list(prefix)) found.push(key);
    return found;
  };

  it('has the bytes there, large files included, and their digests and URLs on the platform', async () => {
    const result = await run('upload', { target: 'storage' });
    const stored = await keys('data_files');

    expect(result).toMatchObject({ uploaded_files: 3, data_units: 3 });
    expect(stored.map((key) => key.split('/').at(-1))).toEqual(['a.png', 'large.png', '한글 b.png']);
    const digests = await Promise.all(stored.map((key) => storage.checksum(key)));
    const told = platform
      .records('data_units')
      .map(({ files }) => (files as { image: { checksum: string; path: string } }).image);
    expect(told).toEqual(stored.map((key, at) => ({ checksum: digests[at], path: storage.getUrl(key) })));
    expect(digests[1]).toBe(createHash('md5').update(Buffer.alloc(LARGE_BYTES, 'large')).digest('hex'));
  }, 60_000);

  it('takes its objects and units away again when the run fails, and no others', async () => {
    await storage.write('data_files/other/a.png', 'of somebody else');

    await expect(run('upload_in_vain', { target: 'storage' })).rejects.toThrow('too late');
    expect(await keys('data_files')).toEqual(['data_files/other/a.png']);
    expect(platform.records('data_units')).toEqual([]);
  }, 60_000);

  it('takes files from there to the platform', async () => {
    mkdirSync(join(folder, 'sub'));
    await storage.upload(join(folder, 'large.png'), 'data_files/raw/sub/large.png');
    await storage.write('data_files/raw/notes.csv', 'file,weather\nlarge,fog\n');
    const params = { source: 'storage', path: 'data_files/raw', metadata: 'notes.csv' };

    expect(await run('upload', params)).toMatchObject({ data_units: 1 });
    expect(platform.records('data_units')).toMatchObject([{ meta: { weather: 'fog', origin_file_name: 'large.png' } }]);
    expect(platform.uploads.bytesOf(1)?.length).toBe(LARGE_BYTES);
  }, 60_000);
});
