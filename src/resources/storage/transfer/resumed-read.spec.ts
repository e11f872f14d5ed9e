import { Readable } from 'node:stream';
import { StorageConnectionError, StorageNotFoundError } from '../../../foundation/errors/storage.errors.js';
import type { StorageCallOptions } from '../storage-options.js';
import { type ByteRange, type OpenedObject, ResumedRead } from './resumed-read.js';
import { StorageCall } from './storage-call.js';

const CONTENT = Buffer.from('0123456789');
const IDLE_TIMEOUT_MS = 40;

/** What the connections of a storage bring, one after the other; the last one's way is that of all further ones. */
type Way = (range: ByteRange) => OpenedObject;

const whole: Way = ({ start, end }) => ({
  body: Readable.from([CONTENT.subarray(start, end)]),
  sizeBytes: CONTENT.length,
  etag: 'v1',
});
const brokenAfter =
  (count: number): Way =>
  ({ start }) => ({
    ...whole({ start }),
    body: Readable.from(
      (async function* () {
        yield CONTENT.subarray(start, start + count);
        throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
      })(),
    ),
  });
const silentAfter =
  (count: number): Way =>
  ({ start }) => {
    const body = new Readable({ read: () => undefined });
    body.push(CONTENT.subarray(start, start + count));
    return { ...whole({ start }), body };
  };

function readBy(ways: readonly Way[], options: StorageCallOptions = {}) {
  const opened: ByteRange[] = [];
  const call = new StorageCall(options, (thrown) => thrown);
  const open = (range: ByteRange): Promise<OpenedObject> => {
    opened.push(range);
    const way = ways[Math.min(opened.length, ways.length) - 1] ?? whole;
    return Promise.resolve().then(() => way(range));
  };
  const read = new ResumedRead(open, call, { url: 's3://b/k', idleTimeoutMs: IDLE_TIMEOUT_MS });
  const text = async (range: ByteRange = { start: 0 }): Promise<string> => {
    const pieces: Uint8Array[] = [];
    await read.open(range);
    for await (const piece of read.bytes(range)) pieces.push(piece);
    return Buffer.concat(pieces).toString();
  };
  return { opened, text };
}

describe(ResumedRead, () => {
  it('goes on at the byte where the connection broke', async () => {
    const { opened, text } = readBy([brokenAfter(4), brokenAfter(3), whole]);

    await expect(text()).resolves.toBe('0123456789');
    expect(opened.map(({ start }) => start)).toEqual([0, 4, 7]);
  });

  it('keeps to the end of a range', async () => {
    const { opened, text } = readBy([brokenAfter(2), whole]);

    await expect(text({ start: 3, end: 8 })).resolves.toBe('34567');
    expect(opened).toEqual([
      { start: 3, end: 8 },
      { start: 5, end: 8, etag: 'v1' },
    ]);
  });

  it('asks again where nothing comes any more', async () => {
    const { opened, text } = readBy([silentAfter(6), whole]);

    await expect(text()).resolves.toBe('0123456789');
    expect(opened.map(({ start }) => start)).toEqual([0, 6]);
  });

  it('asks again where the bytes end too early', async () => {
    const early: Way = (range) => ({ ...whole(range), body: Readable.from([CONTENT.subarray(0, 5)]) });
    const { opened, text } = readBy([early, whole]);

    await expect(text()).resolves.toBe('0123456789');
    expect(opened.map(({ start }) => start)).toEqual([0, 5]);
  });

  it('does not put bytes of two versions together', async () => {
    const other: Way = (range) => ({ ...whole(range), etag: 'v2' });

    await expect(readBy([brokenAfter(4), other]).text()).rejects.toMatchObject({
      code: 'SYN_STORAGE_DOWNLOAD',
      message: expect.stringContaining('changed while it was read') as string,
    });
  });

  it('refuses more bytes than were promised', async () => {
    const lying: Way = (range) => ({ ...whole(range), sizeBytes: 7 });

    await expect(readBy([lying]).text()).rejects.toMatchObject({ code: 'SYN_STORAGE_DOWNLOAD', retryable: false });
  });

  it('gives up when tries in a row bring nothing', async () => {
    const { opened, text } = readBy([brokenAfter(4), brokenAfter(0)], { retries: 2 });

    await expect(text()).rejects.toMatchObject({ code: 'SYN_STORAGE_CONNECTION', retryable: true });
    expect(opened).toHaveLength(1 + 2);
  });

  it('does not ask again for what is not there', async () => {
    const missing: Way = () => {
      throw StorageNotFoundError.object('k', 's3://b/k');
    };
    const { opened, text } = readBy([missing]);

    await expect(text()).rejects.toMatchObject({ code: 'SYN_STORAGE_NOT_FOUND' });
    expect(opened).toHaveLength(1);
  });

  it('waits as long as the storage asks for, and no longer than that makes sense', async () => {
    const busy =
      (retryAfterMs: number): Way =>
      () => {
        throw new StorageConnectionError('reading', 'busy', { retryAfterMs });
      };

    await expect(readBy([busy(1), whole]).text()).resolves.toBe('0123456789');
    await expect(readBy([busy(3_600_000), whole]).text()).rejects.toMatchObject({ code: 'SYN_STORAGE_CONNECTION' });
  });

  it('ends its wait for the next try with the call', async () => {
    const abort = new AbortController();
    const reason = new Error('enough');
    const failing: Way = () => {
      setImmediate(() => abort.abort(reason));
      throw new StorageConnectionError('reading', 'busy', { retryAfterMs: 19_000 });
    };

    await expect(readBy([failing], { signal: abort.signal }).text()).rejects.toBe(reason);
  });

  it.each([-1, 1.5, 101])('refuses %s retries', async (retries) => {
    await expect(readBy([whole], { retries }).text()).rejects.toMatchObject({ code: 'SYN_USAGE' });
  });
});
