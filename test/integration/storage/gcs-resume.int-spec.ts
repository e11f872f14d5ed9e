import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { failureOf, patternOf, ProgressLog } from '../../../src/interfaces/testing/storage-contract/storage-subject.js';
import type { TransferProgress, UploadOptions } from '../../../src/resources/storage/storage-options.js';
import { childOutcome } from '../../run-in-child.js';
import { ResumableBucket } from './resumable-bucket.js';
import { crc32c } from './servers/crc32c.js';
import { KEPT_BYTES } from './servers/resumable-server.js';

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
  const bucket = ResumableBucket.forEachTest(BYTES);
  const { server } = bucket;
  const upload = (options: UploadOptions = {}): Promise<unknown> =>
    bucket.storage.upload(bucket.folder.source, 'a', options);

  /** Uploads until the first piece has arrived, and keeps it. */
  const keepFirstPiece = async (): Promise<void> => {
    const abort = new AbortController();
    const onProgress = ({ transferredBytes }: TransferProgress): void => {
      if (transferredBytes >= PIECE_BYTES) abort.abort(REASON);
    };
    const failed = failureOf(upload({ signal: abort.signal, onProgress, keepsPartial: true }));
    expect((await failed) === REASON).toBe(true);
    server.calls.length = server.receivedBytes = 0;
  };

  it('computes the digest that is published for it', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(Buffer.from('e3069283', 'hex').toString('base64'));
  });

  it('sends a file in pieces, and leaves nothing behind', async () => {
    const progress = new ProgressLog();
    await upload({ onProgress: progress.onProgress });

    expect([bucket.isThere(), server.openSessions, bucket.folder.records]).toEqual([true, 0, []]);
    expect(server.receivedBytes).toBe(BYTES.length);
    expect(progress.isRising).toBe(true);
    expect(progress.last).toEqual({ transferredBytes: BYTES.length, totalBytes: BYTES.length });
  });

  it('sends of a piece that was cut only what did not arrive', async () => {
    server.faults.push(undefined, { cutAfterBytes: 600_000 });
    await upload();

    expect(bucket.isThere()).toBe(true);
    expect(server.calls).toContain(`PUT bytes */${BYTES.length}`);
    const goneOnAt = server.calls.map((call) => Number(/ bytes (\d+)-/.exec(call)?.[1])).findLast((at) => at > 0) ?? 0;
    expect(goneOnAt).toBeGreaterThan(PIECE_BYTES);
    expect(server.receivedBytes).toBeLessThan(BYTES.length + 800_000);
  });

  it('goes on behind what was kept of a piece, if that is less than was sent', async () => {
    server.faults.push({ keepBytes: 2 * KEPT_BYTES }, undefined, { keepBytes: KEPT_BYTES });
    await upload({ retries: 0 });

    expect(bucket.isThere()).toBe(true);
    expect(server.calls[2]).toBe(`PUT bytes 524288-${524_288 + PIECE_BYTES - 1}/${BYTES.length}`);
  });

  it('sends a piece again of which nothing was kept, as often as it may', async () => {
    server.faults.push({ keepBytes: 0 }, { status: 503 });
    await upload({ retries: 2 });
    server.faults.push({ keepBytes: 0 }, { status: 503 });

    expect(bucket.isThere()).toBe(true);
    expect(await failureOf(bucket.storage.upload(bucket.folder.source, 'b', { retries: 1 }))).toMatchObject({
      code: 'SYN_STORAGE_CONNECTION',
    });
    expect([server.objects.has('b'), server.openSessions, bucket.folder.records]).toEqual([false, 0, []]);
  });

  it('is done where only the last answer was lost', async () => {
    server.faults.push(undefined, { losesAnswer: true });
    await upload();

    expect(bucket.isThere()).toBe(true);
    expect(server.receivedBytes).toBe(BYTES.length);
  });

  it('begins again where the service has lost it', async () => {
    const progress = new ProgressLog();
    let isLost = false;
    await upload({
      onProgress: (told) => {
        progress.onProgress(told);
        if (isLost || told.transferredBytes < PIECE_BYTES) return;
        server.forgetSessions();
        isLost = true;
      },
    });

    expect([isLost, bucket.isThere(), progress.isRising, bucket.folder.records]).toEqual([true, true, true, []]);
  });

  it('says what is to be done where the service has lost it, and it may not begin again', async () => {
    const onProgress = ({ transferredBytes }: TransferProgress): void => {
      if (transferredBytes >= PIECE_BYTES) server.forgetSessions();
    };

    expect(await failureOf(upload({ onProgress, retries: 0 }))).toMatchObject({
      code: 'SYN_STORAGE_CONNECTION',
      message: expect.stringMatching(/forgotten the session .* sent again/) as string,
    });
  });

  it('goes on where a process was that was killed in the middle', async () => {
    const input = { configuration: bucket.configuration(), source: bucket.folder.source, killAfterBytes: PIECE_BYTES };
    const { signal, error } = await childOutcome(UPLOAD, { input });
    const left = [server.openSessions, bucket.folder.records.length];
    server.receivedBytes = 0;
    await upload();

    expect({ signal, error }).toEqual({ signal: 'SIGKILL' }); // one that failed before says why
    expect([left, bucket.isThere(), bucket.folder.records]).toEqual([[1, 1], true, []]);
    expect(server.receivedBytes).toBeLessThanOrEqual(BYTES.length - PIECE_BYTES);
  });

  it('goes on with an upload that was to be kept, and tells at once how far it is', async () => {
    await keepFirstPiece();
    const progress = new ProgressLog();
    await upload({ onProgress: progress.onProgress });

    expect(bucket.isThere()).toBe(true);
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
    const failed = failureOf(upload({ keepsPartial: true, retries: 0 }));
    expect([await failed, bucket.folder.records.length, bucket.isThere()]).toEqual([expect.any(Error), 1, true]);
    happens();
    server.receivedBytes = 0;
    await upload({ retries: 0 });

    expect([bucket.isThere(), server.receivedBytes, bucket.folder.records]).toEqual([true, sentBytes, []]);
  });

  it('tells the service to forget an upload that is cancelled and not kept', async () => {
    const abort = new AbortController();
    const uploading = upload({
      signal: abort.signal,
      onProgress: ({ transferredBytes }) => transferredBytes > 0 && abort.abort(REASON),
    });

    expect((await failureOf(uploading)) === REASON).toBe(true);
    expect([server.openSessions, server.objects.size, bucket.folder.records]).toEqual([0, 0, []]);
  });

  it('sends all of a file that was changed since', async () => {
    await keepFirstPiece();
    const other = patternOf(BYTES.length + 5, 2);
    writeFileSync(bucket.folder.source, other);
    await upload();

    expect([bucket.isThere(other), server.receivedBytes]).toEqual([true, other.length]);
  });

  it.each([
    ['was forgotten', () => server.forgetSessions()],
    ['has other bytes than the file', () => server.spoilSessions()],
  ])('begins again where what was kept %s', async (_what, happens) => {
    await keepFirstPiece();
    happens();
    await upload({ retries: 0 });

    expect([bucket.isThere(), bucket.folder.records]).toEqual([true, []]);
  });

  it('refuses a file that becomes another one while it is sent, and keeps what was there', async () => {
    const onProgress = (): void => writeFileSync(bucket.folder.source, BYTES.subarray(1));

    expect(await failureOf(upload({ onProgress }))).toMatchObject({
      code: 'SYN_STORAGE_UPLOAD',
      message: expect.stringContaining(
        `'${bucket.folder.source}' was changed while it was read; upload it again`,
      ) as string,
    });
    expect([server.objects.size, server.openSessions]).toEqual([0, 0]);
  });

  it('sends with the token that its credentials bring', async () => {
    server.wantedToken = 'a-token';
    writeFileSync(join(bucket.folder.path, 'subject'), 'who I am');
    const credentials = {
      type: 'external_account',
      audience: '//iam.example/pool',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      token_url: `${server.base}/token`,
      credential_source: { file: join(bucket.folder.path, 'subject') },
    };
    const storage = bucket.storageWith({ credentials, project: 'p' });
    server.faults.push({ keepBytes: KEPT_BYTES }, { cutAfterBytes: KEPT_BYTES });
    await storage.upload(bucket.folder.source, 'a');
    await storage.close();

    expect(bucket.isThere()).toBe(true);
    expect(server.calls[0]).toBe('POST /token');
  });
});
