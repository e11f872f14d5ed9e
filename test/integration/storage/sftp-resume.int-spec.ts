import { plainToInstance } from 'class-transformer';
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failureOf, patternOf, ProgressLog } from '../../../src/interfaces/testing/storage-contract/storage-subject.js';
import { SFTPStorage } from '../../../src/resources/storage/providers/sftp/sftp-storage.js';
import { SFTPStorageConfig } from '../../../src/resources/storage/providers/sftp/sftp-storage-config.js';
import type { TransferProgress } from '../../../src/resources/storage/storage-options.js';
import { childOutcome } from '../../run-in-child.js';
import { describeWithServer } from './describe-with-server.js';
import { FaultyProxy } from './servers/faulty-proxy.js';
import { SftpServer } from './servers/sftp-server.js';

jest.setTimeout(60_000); // guards against a hang only

const MEGABYTE = 1024 * 1024;
const BYTES = patternOf(16 * MEGABYTE);
const REASON = new Error('enough');

/** Uploads in a process of its own, which is killed once so many bytes are on their way. */
const UPLOAD = `import { SFTPStorage } from 'nest-synapse';
export default async ({ configuration, source, killAfterBytes }) => {
  const onProgress = ({ transferredBytes }) => {
    if (transferredBytes >= killAfterBytes) process.kill(process.pid, 'SIGKILL');
  };
  await new SFTPStorage(configuration).upload(source, 'sub/a', { onProgress });
};`;

describeWithServer('SFTPStorage with uploads that are gone on with', 'OpenSSH', () => {
  let server: SftpServer;
  let proxy: FaultyProxy;
  let root: string;
  let folder: string;
  let source: string;
  let storage: SFTPStorage;
  beforeAll(async () => {
    server = await SftpServer.start();
  });
  beforeEach(async () => {
    proxy = await FaultyProxy.to(server.port);
    root = server.makeRoot();
    folder = mkdtempSync(join(tmpdir(), 'synapse-sftp-'));
    process.env['SYNAPSE_TEMP_DIR'] = join(folder, 'temp');
    source = join(folder, 'source');
    writeFileSync(source, BYTES);
    storage = new SFTPStorage(plainToInstance(SFTPStorageConfig, configuration()));
  });
  afterEach(async () => {
    delete process.env['SYNAPSE_TEMP_DIR'];
    await storage.close();
    await proxy.close();
    rmSync(folder, { recursive: true, force: true });
  });
  afterAll(() => server.remove());

  const configuration = (): object => ({ ...server.configurationOf(proxy.port, root), max_connections: 4 });
  const isThere = (bytes = BYTES): boolean => readFileSync(join(root, 'sub/a')).equals(bytes);
  const inFolder = (): string[] => readdirSync(join(root, 'sub'));
  const records = (): string[] => readdirSync(join(folder, 'temp/uploads'));
  const partOf = (): string => join(root, 'sub', inFolder()[0] ?? '');
  /** Uploads half of it, and keeps that. */
  const keepHalf = async (): Promise<void> => {
    const abort = new AbortController();
    const onProgress = ({ transferredBytes }: TransferProgress): void => {
      if (transferredBytes >= BYTES.length / 2) abort.abort(REASON);
    };
    const failed = failureOf(storage.upload(source, 'sub/a', { signal: abort.signal, onProgress, keepsPartial: true }));
    expect((await failed) === REASON).toBe(true);
    expect(inFolder()).toEqual([expect.stringMatching(/^\.[0-9a-f]{16}\.partial$/)]);
    await storage.close(); // what was on its way has arrived, or never will
    proxy.sentBytes = 0;
  };

  it('sends of a file whose connection was cut only what did not arrive', async () => {
    proxy.cutNext(1, 10 * MEGABYTE, 'sent');
    await storage.upload(source, 'sub/a');

    expect([proxy.cuts, isThere(), inFolder(), records()]).toEqual([1, true, ['a'], []]);
    expect(proxy.sentBytes).toBeLessThan(BYTES.length + 6 * MEGABYTE);
  });

  it('is cut more often than it may be tried in a row, and gets there', async () => {
    proxy.cutNext(3, 5 * MEGABYTE, 'sent');
    await storage.upload(source, 'sub/a', { retries: 1 });

    expect([proxy.cuts, isThere()]).toEqual([3, true]);
  });

  it('goes on where a process was that was killed in the middle', async () => {
    const input = { configuration: configuration(), source, killAfterBytes: 12 * MEGABYTE };
    const { signal } = await childOutcome(UPLOAD, { input });
    const left = [inFolder().length, records().length];
    proxy.sentBytes = 0;
    await storage.upload(source, 'sub/a');

    expect([signal, left, isThere(), inFolder(), records()]).toEqual(['SIGKILL', [1, 1], true, ['a'], []]);
    expect(proxy.sentBytes).toBeLessThan(10 * MEGABYTE);
  });

  it('goes on with an upload that was to be kept, and tells at once how far it is', async () => {
    await keepHalf();
    const progress = new ProgressLog();
    await storage.upload(source, 'sub/a', { onProgress: progress.onProgress });

    expect([isThere(), inFolder(), records()]).toEqual([true, ['a'], []]);
    expect(proxy.sentBytes).toBeLessThan(12 * MEGABYTE);
    expect(progress.told[0]?.transferredBytes).toBeGreaterThan(4 * MEGABYTE);
    expect([progress.isRising, progress.last?.transferredBytes]).toEqual([true, BYTES.length]);
  });

  it.each([
    ['has other bytes than the file', () => writeFileSync(partOf(), Buffer.alloc(8 * MEGABYTE))],
    ['is longer than the file', () => truncateSync(partOf(), 17 * MEGABYTE)],
    ['is gone', () => rmSync(partOf())],
  ])('begins again where what was kept %s', async (_what, happens) => {
    await keepHalf();
    happens();
    await storage.upload(source, 'sub/a', { retries: 0 });

    expect([isThere(), inFolder()]).toEqual([true, ['a']]);
    expect(proxy.sentBytes).toBeGreaterThan(BYTES.length);
  });

  it('sends all of a file that was changed since, and takes away what was kept of the other', async () => {
    await keepHalf();
    const other = patternOf(BYTES.length, 2);
    writeFileSync(source, other);
    await storage.upload(source, 'sub/a');

    expect([isThere(other), inFolder(), records()]).toEqual([true, ['a'], []]);
  });

  it('refuses a file that becomes another one while it is sent, and keeps what was there', async () => {
    await storage.write('sub/a', 'before');
    // Not emptied first: whoever reads at that moment would say that the file ended early.
    const onProgress = (): void => writeFileSync(source, patternOf(BYTES.length, 3), { flag: 'r+' });

    expect(await failureOf(storage.upload(source, 'sub/a', { onProgress }))).toMatchObject({
      code: 'SYN_STORAGE_UPLOAD',
      message: expect.stringContaining(`'${source}' was changed while it was read; upload it again`) as string,
    });
    expect([readFileSync(join(root, 'sub/a'), 'utf8'), inFolder()]).toEqual(['before', ['a']]);
  });
});
