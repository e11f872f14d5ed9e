import { plainToInstance } from 'class-transformer';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failureOf, patternOf, ProgressLog } from '../../../src/interfaces/testing/storage-contract/storage-subject.js';
import { GCSStorage } from '../../../src/resources/storage/providers/gcs/gcs-storage.js';
import { GCSStorageConfig } from '../../../src/resources/storage/providers/gcs/gcs-storage-config.js';
import type { TransferProgress } from '../../../src/resources/storage/storage-options.js';
import { childOutcome } from '../../run-in-child.js';
import { crc32c } from './servers/crc32c.js';
import { KEPT_BYTES, ResumableServer } from './servers/resumable-server.js';

jest.setTimeout(60_000); // guards against a hang only

const PIECE_BYTES = 8 * 1024 * 1024;
/** Two pieces. */
const BYTES = patternOf(9 * 1024 * 1024);
const REASON = new Error('enough');

/** Uploads in a process of its own, which is killed once so many bytes have arrived. */
const UPLOAD = `import { GCSStorage } from 'nest-synapse';
export default async ({ configuration, source, killAfterBytes }) => {
  const onProgress = ({ transferredBytes }) => {
    if (transferredBytes >= killAfterBytes) process.kill(process.pid, 'SIGKILL');
  };
  await new GCSStorage(configuration).upload(source, 'a', { onProgress });
};`;

describe('GCSStorage with a service that goes on with uploads', () => {
  let server: ResumableServer;
  let folder: string;
  let source: string;
  let storage: GCSStorage;
  beforeAll(async () => {
    server = await new ResumableServer().start();
  });
  afterAll(() => server.stop());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'synapse-gcs-'));
    process.env['SYNAPSE_TEMP_DIR'] = join(folder, 'temp');
    source = join(folder, 'source');
    writeFileSync(source, BYTES);
    storage = new GCSStorage(plainToInstance(GCSStorageConfig, configuration()));
  });
  afterEach(async () => {
    delete process.env['SYNAPSE_TEMP_DIR'];
    await storage.close();
    server.reset();
    rmSync(folder, { recursive: true, force: true });
  });

  const configuration = (credentials: unknown = 'anon'): GCSStorageConfig => ({
    bucket_name: 'b',
    credentials,
    endpoint_url: server.base,
  });
  const isThere = (bytes = BYTES): boolean => server.objects.get('a')?.equals(bytes) === true;
  const records = (): string[] => readdirSync(join(folder, 'temp/uploads'));
  /** Uploads until the first piece has arrived, and keeps it. */
  const keepFirstPiece = async (): Promise<void> => {
    const abort = new AbortController();
    const onProgress = ({ transferredBytes }: TransferProgress): void => {
      if (transferredBytes >= PIECE_BYTES) abort.abort(REASON);
    };
    const failed = failureOf(storage.upload(source, 'a', { signal: abort.signal, onProgress, keepsPartial: true }));
    expect((await failed) === REASON).toBe(true);
    server.calls.length = server.receivedBytes = 0;
  };

  it('computes the digest that is published for it', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(Buffer.from('e3069283', 'hex').toString('base64'));
  });

  it('sends a file in pieces, and leaves nothing behind', async () => {
    const progress = new ProgressLog();
    await storage.upload(source, 'a', { onProgress: progress.onProgress });

    expect([isThere(), server.openSessions, records()]).toEqual([true, 0, []]);
    expect(server.receivedBytes).toBe(BYTES.length);
    expect(progress.isRising).toBe(true);
    expect(progress.last).toEqual({ transferredBytes: BYTES.length, totalBytes: BYTES.length });
  });

  it('sends of a piece that was cut only what did not arrive', async () => {
    server.faults.push(undefined, { cutAfterBytes: 600_000 });
    await storage.upload(source, 'a');

    expect(isThere()).toBe(true);
    expect(server.calls).toContain(`PUT bytes */${BYTES.length}`);
    const goneOnAt = server.calls.map((call) => Number(/ bytes (\d+)-/.exec(call)?.[1])).findLast((at) => at > 0) ?? 0;
    expect(goneOnAt).toBeGreaterThan(PIECE_BYTES);
    expect(server.receivedBytes).toBeLessThan(BYTES.length + 800_000);
  });

  it('goes on behind what was kept of a piece, if that is less than was sent', async () => {
    server.faults.push({ keepBytes: 2 * KEPT_BYTES }, undefined, { keepBytes: KEPT_BYTES });
    await storage.upload(source, 'a', { retries: 0 });

    expect(isThere()).toBe(true);
    expect(server.calls[2]).toBe(`PUT bytes 524288-${524_288 + PIECE_BYTES - 1}/${BYTES.length}`);
  });

  it('sends a piece again of which nothing was kept, as often as it may', async () => {
    server.faults.push({ keepBytes: 0 }, { status: 503 });
    await storage.upload(source, 'a', { retries: 2 });
    server.faults.push({ keepBytes: 0 }, { status: 503 });

    expect(isThere()).toBe(true);
    expect(await failureOf(storage.upload(source, 'b', { retries: 1 }))).toMatchObject({
      code: 'SYN_STORAGE_CONNECTION',
    });
    expect([server.objects.has('b'), server.openSessions, records()]).toEqual([false, 0, []]);
  });

  it('is done where only the last answer was lost', async () => {
    server.faults.push(undefined, { losesAnswer: true });
    await storage.upload(source, 'a');

    expect(isThere()).toBe(true);
    expect(server.receivedBytes).toBe(BYTES.length);
  });

  it('begins again where the service has lost it', async () => {
    const progress = new ProgressLog();
    let isLost = false;
    await storage.upload(source, 'a', {
      onProgress: (told) => {
        progress.onProgress(told);
        if (isLost || told.transferredBytes < PIECE_BYTES) return;
        server.forgetSessions();
        isLost = true;
      },
    });

    expect([isLost, isThere(), progress.isRising, records()]).toEqual([true, true, true, []]);
  });

  it('says what is to be done where the service has lost it, and it may not begin again', async () => {
    const onProgress = ({ transferredBytes }: TransferProgress): void => {
      if (transferredBytes >= PIECE_BYTES) server.forgetSessions();
    };

    expect(await failureOf(storage.upload(source, 'a', { onProgress, retries: 0 }))).toMatchObject({
      code: 'SYN_STORAGE_CONNECTION',
      message: expect.stringMatching(/forgotten the session .* sent again/) as string,
    });
  });

  it('goes on where a process was that was killed in the middle', async () => {
    const input = { configuration: configuration(), source, killAfterBytes: PIECE_BYTES };
    const { signal } = await childOutcome(UPLOAD, { input });
    const left = [server.openSessions, records().length];
    server.receivedBytes = 0;
    await storage.upload(source, 'a');

    expect([signal, left, isThere(), records()]).toEqual(['SIGKILL', [1, 1], true, []]);
    expect(server.receivedBytes).toBeLessThanOrEqual(BYTES.length - PIECE_BYTES);
  });

  it('goes on with an upload that was to be kept, and tells at once how far it is', async () => {
    await keepFirstPiece();
    const progress = new ProgressLog();
    await storage.upload(source, 'a', { onProgress: progress.onProgress });

    expect(isThere()).toBe(true);
    expect(server.calls[0]).toBe(`PUT bytes */${BYTES.length}`);
    expect(server.receivedBytes).toBeLessThanOrEqual(BYTES.length - PIECE_BYTES);
    expect(progress.told[0]?.transferredBytes).toBeGreaterThanOrEqual(PIECE_BYTES);
  });

  it.each([
    ['was removed', BYTES.length, () => server.objects.clear()],
    ['was replaced', BYTES.length, () => server.put('a', Buffer.from('other'))],
    ['is still there', 0, () => 0],
  ])('where only the record of an upload was left, and its object %s, sends %i bytes', async (...given) => {
    const [, sentBytes, happens] = given;
    server.faults.push(undefined, { losesAnswer: true });
    const failed = failureOf(storage.upload(source, 'a', { keepsPartial: true, retries: 0 }));
    expect([await failed, records().length, isThere()]).toEqual([expect.any(Error), 1, true]);
    happens();
    server.receivedBytes = 0;
    await storage.upload(source, 'a', { retries: 0 });

    expect([isThere(), server.receivedBytes, records()]).toEqual([true, sentBytes, []]);
  });

  it('tells the service to forget an upload that is cancelled and not kept', async () => {
    const abort = new AbortController();
    const uploading = storage.upload(source, 'a', {
      signal: abort.signal,
      onProgress: ({ transferredBytes }) => transferredBytes > 0 && abort.abort(REASON),
    });

    expect((await failureOf(uploading)) === REASON).toBe(true);
    expect([server.openSessions, server.objects.size, records()]).toEqual([0, 0, []]);
  });

  it('sends all of a file that was changed since', async () => {
    await keepFirstPiece();
    const other = patternOf(BYTES.length + 5, 2);
    writeFileSync(source, other);
    await storage.upload(source, 'a');

    expect([isThere(other), server.receivedBytes]).toEqual([true, other.length]);
  });

  it.each([
    ['was forgotten', () => server.forgetSessions()],
    ['has other bytes than the file', () => server.spoilSessions()],
  ])('begins again where what was kept %s', async (_what, happens) => {
    await keepFirstPiece();
    happens();
    await storage.upload(source, 'a', { retries: 0 });

    expect([isThere(), records()]).toEqual([true, []]);
  });

  it('refuses a file that becomes another one while it is sent, and keeps what was there', async () => {
    const onProgress = (): void => writeFileSync(source, BYTES.subarray(1));

    expect(await failureOf(storage.upload(source, 'a', { onProgress }))).toMatchObject({
      code: 'SYN_STORAGE_UPLOAD',
      message: expect.stringContaining(`'${source}' was changed while it was read; upload it again`) as string,
    });
    expect([server.objects.size, server.openSessions]).toEqual([0, 0]);
  });

  it('sends with the token that its credentials bring', async () => {
    server.wantedToken = 'a-token';
    writeFileSync(join(folder, 'subject'), 'who I am');
    const credentials = {
      type: 'external_account',
      audience: '//iam.example/pool',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      token_url: `${server.base}/token`,
      credential_source: { file: join(folder, 'subject') },
    };
    await storage.close();
    storage = new GCSStorage(plainToInstance(GCSStorageConfig, { ...configuration(credentials), project: 'p' }));
    server.faults.push({ keepBytes: KEPT_BYTES }, { cutAfterBytes: KEPT_BYTES });
    await storage.upload(source, 'a');

    expect(isThere()).toBe(true);
    expect(server.calls[0]).toBe('POST /token');
  });
});
