import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { plainToInstance } from 'class-transformer';
import { failureOf, patternOf } from '../../../src/interfaces/testing/storage-contract/storage-subject.js';
import { GCSStorage } from '../../../src/resources/storage/providers/gcs/gcs-storage.js';
import { GCSStorageConfig } from '../../../src/resources/storage/providers/gcs/gcs-storage-config.js';
import type { StorageEntry } from '../../../src/resources/storage/storage-options.js';
import { ResumableServer } from './servers/resumable-server.js';

jest.setTimeout(60_000); // guards against a hang only

/** Two pieces. */
const BYTES = patternOf(9 * 1024 * 1024);
/** Of a piece it is ten times as long. */
const TIMEOUT_S = 0.2;
const SILENT = { code: 'SYN_STORAGE_CONNECTION', retryable: true };

describe('GCSStorage with a service that falls silent', () => {
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
    const config = { bucket_name: 'b', credentials: 'anon', endpoint_url: server.base, timeout: TIMEOUT_S };
    storage = new GCSStorage(plainToInstance(GCSStorageConfig, config));
  });
  afterEach(async () => {
    delete process.env['SYNAPSE_TEMP_DIR'];
    await storage.close();
    server.reset();
    rmSync(folder, { recursive: true, force: true });
  });

  const isThere = (): boolean => server.objects.get('a')?.equals(BYTES) === true;
  async function all(entries: AsyncIterable<StorageEntry>): Promise<StorageEntry[]> {
    const found: StorageEntry[] = [];
    for await (const entry of entries) found.push(entry);
    return found;
  }

  it('sends a piece again that is not answered, first asks what has arrived', async () => {
    server.faults.push(undefined, { isHeld: true });
    server.held.push('PUT bytes */');
    await storage.upload(source, 'a');

    expect(isThere()).toBe(true);
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
    await storage.upload(source, 'a');

    expect(isThere()).toBe(true);
  });

  it('gives up where it stays silent, and says so', async () => {
    server.faults.push({ isHeld: true });

    expect(await failureOf(storage.upload(source, 'a', { retries: 0 }))).toMatchObject({
      ...SILENT,
      message: expect.stringContaining('no answer for 2000 ms') as string,
    });
    expect(server.openSessions).toBe(0);
  });

  it.each([
    ['a small file', 'POST', () => storage.write('a', 'x', { retries: 0 })],
    ['a stream', 'POST', () => storage.write('a', [Buffer.from('x'), Buffer.from('y')], { retries: 0 })],
    ['the facts of a file', 'GET', () => storage.stat('a', { retries: 0 })],
    ['the beginning of a file', 'GET', () => storage.getPath('a').readBytes({ retries: 0 })],
    ['a list', 'GET', () => all(storage.list('a', { retries: 0 }))],
    ['a removal', 'DELETE', () => storage.delete('a', { retries: 0 })],
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
    const work = failureOf(storage.write('a', slow(), { retries: 0, sizeBytes: 2 }));
    // What is asked for after it is not answered either, and given up before.
    const other = failureOf(storage.stat('b', { retries: 0 }));

    expect(await Promise.race([work.then(() => 'write'), other.then(() => 'stat')])).toBe('stat');
    released.resolve(undefined);
    expect(await work).toMatchObject(SILENT);
    expect(server.calls.some((call) => call.startsWith('POST'))).toBe(true);
  });
});
