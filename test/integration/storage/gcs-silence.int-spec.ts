import { failureOf, patternOf } from '../../../src/interfaces/testing/storage-contract/storage-subject.js';
import type { GCSStorage } from '../../../src/resources/storage/providers/gcs/gcs-storage.js';
import type { TransferOptions } from '../../../src/resources/storage/storage-options.js';
import { allOf } from '../../all-of.js';
import { ResumableBucket } from './resumable-bucket.js';

jest.setTimeout(60_000); // guards against a hang only

/** Two pieces. */
const BYTES = patternOf(9 * 1024 * 1024);
/** Of a piece it is ten times as long. */
const TIMEOUT_S = 0.2;
const REASON = new Error('enough');
const SILENT = { code: 'SYN_STORAGE_CONNECTION', retryable: true };

type Work = (bucket: ResumableBucket, storage: GCSStorage, options: TransferOptions) => Promise<unknown>;

/** What is done, and how the call begins that is not answered. */
const WORKS: [string, string, Work][] = [
  ['a small file', 'POST', (_bucket, storage, how) => storage.write('a', 'x', how)],
  ['a stream', 'POST', (_bucket, storage, how) => storage.write('a', [Buffer.from('x'), Buffer.from('y')], how)],
  ['a long stream', 'PUT', (_bucket, storage, how) => storage.write('a', [BYTES], how)],
  ['the beginning of a long file', 'POST', ({ folder }, storage, how) => storage.upload(folder.source, 'a', how)],
  ['a piece of a long file', 'PUT', ({ folder }, storage, how) => storage.upload(folder.source, 'a', how)],
  ['the facts of a file', 'GET', (_bucket, storage, how) => storage.stat('a', how)],
  [
    'the bytes of a file',
    'GET /storage/v1/b/b/o/kept media',
    (_bucket, storage, how) => storage.getPath('kept').readBytes(how),
  ],
  ['a list', 'GET', (_bucket, storage, how) => allOf(storage.list('a', how))],
  ['a removal', 'DELETE', (_bucket, storage, how) => storage.delete('a', how)],
];

describe('GCSStorage with a service that falls silent', () => {
  const bucket = ResumableBucket.forEachTest(BYTES, { timeout: TIMEOUT_S });
  const { server } = bucket;

  it('sends a piece again that is not answered, first asks what has arrived', async () => {
    server.faults.push(undefined, { isHeld: true });
    server.held.push('PUT bytes */');
    await bucket.storage.upload(bucket.folder.source, 'a');

    expect(bucket.isThere()).toBe(true);
    expect(server.calls.filter((call) => call.startsWith('PUT'))).toEqual([
      'PUT bytes 0-8388607/9437184',
      'PUT bytes 8388608-9437183/9437184',
      'PUT bytes */9437184',
      'PUT bytes */9437184',
      'PUT bytes 8388608-9437183/9437184',
    ]);
  });

  it('begins an upload again whose beginning is not answered', async () => {
    server.held.push('POST');
    await bucket.storage.upload(bucket.folder.source, 'a');

    expect(bucket.isThere()).toBe(true);
  });

  it('gives up where it stays silent, and says so', async () => {
    server.faults.push({ isHeld: true });

    expect(await failureOf(bucket.storage.upload(bucket.folder.source, 'a', { retries: 0 }))).toMatchObject({
      ...SILENT,
      message: expect.stringContaining('no answer for 2000 ms') as string,
    });
    expect(server.openSessions).toBe(0);
  });

  describe.each(WORKS)('asked for %s', (_case, call, work) => {
    beforeEach(() => void server.put('kept', BYTES));

    it('does not wait for the answer forever, and closes the connection', async () => {
      server.held.push(call);

      expect(await failureOf(work(bucket, bucket.storage, { retries: 0 }))).toMatchObject(SILENT);
      await server.untilCut(call);
    });

    it('closes the connection when it is cancelled', async () => {
      server.held.push(call);
      const abort = new AbortController();
      await using patient = bucket.storageWith();
      const failure = failureOf(work(bucket, patient, { retries: 0, signal: abort.signal }));
      await server.untilCalled(call);
      abort.abort(REASON);

      expect((await failure) === REASON).toBe(true);
      await server.untilCut(call);
    });
  });

  it('closes the connection of a copy that is cancelled, for whose answer it waits as long as that takes', async () => {
    server.put('kept', BYTES);
    server.held.push('POST');
    const abort = new AbortController();
    const failure = failureOf(bucket.storage.copy('kept', 'a', { retries: 0, signal: abort.signal }));
    await server.untilCalled('POST');
    abort.abort(REASON);

    expect((await failure) === REASON).toBe(true);
    await server.untilCut('POST');
  });

  it('waits for bytes of a source as long as that takes', async () => {
    const released = Promise.withResolvers<undefined>();
    async function* slow(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('x');
      await released.promise;
      yield Buffer.from('y');
    }
    server.held.push('POST', 'GET');
    const work = failureOf(bucket.storage.write('a', slow(), { retries: 0, sizeBytes: 2 }));
    // What is asked for after it is not answered either, and given up before.
    const other = failureOf(bucket.storage.stat('b', { retries: 0 }));

    expect(await Promise.race([work.then(() => 'write'), other.then(() => 'stat')])).toBe('stat');
    released.resolve(undefined);
    expect(await work).toMatchObject(SILENT);
    expect(server.calls.some((call) => call.startsWith('POST'))).toBe(true);
  });
});
