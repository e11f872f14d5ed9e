import { failureOf, patternOf } from '../../../src/interfaces/testing/storage-contract/storage-subject.js';
import { allOf } from '../../all-of.js';
import { ResumableBucket } from './resumable-bucket.js';

jest.setTimeout(60_000); // guards against a hang only

/** Two pieces. */
const BYTES = patternOf(9 * 1024 * 1024);
/** Of a piece it is ten times as long. */
const TIMEOUT_S = 0.2;
const SILENT = { code: 'SYN_STORAGE_CONNECTION', retryable: true };

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

  it.each([
    ['a small file', 'POST', () => bucket.storage.write('a', 'x', { retries: 0 })],
    ['a stream', 'POST', () => bucket.storage.write('a', [Buffer.from('x'), Buffer.from('y')], { retries: 0 })],
    ['the facts of a file', 'GET', () => bucket.storage.stat('a', { retries: 0 })],
    ['the beginning of a file', 'GET', () => bucket.storage.getPath('a').readBytes({ retries: 0 })],
    ['a list', 'GET', () => allOf(bucket.storage.list('a', { retries: 0 }))],
    ['a removal', 'DELETE', () => bucket.storage.delete('a', { retries: 0 })],
  ])('does not wait for the answer to %s forever', async (_case, call, work) => {
    server.held.push(call, call);

    expect(await failureOf(work())).toMatchObject(SILENT);
    expect(server.calls.some((made) => made.startsWith(call))).toBe(true);
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
