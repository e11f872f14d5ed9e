import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { StorageConnectionError } from '../../../src/foundation/errors/storage.errors.js';
import type { SynapseErrorJson } from '../../../src/foundation/errors/synapse.error.js';
import { LocalStorage } from '../../../src/resources/storage/providers/local/local-storage.js';
import type { PostgresRunStore } from '../../../src/runtime/run-store/postgres/postgres-run-store.js';
import { recordOf } from '../../../src/runtime/run-store/run-store.fixture.js';
import { codeOf } from '../../../src/runtime/run-store/sqlite/sqlite.fixture.js';
import { BlobSite, LARGE } from './blob-site.js';
import { describeWithPostgres } from './postgres-sandbox.js';

jest.setTimeout(60_000);

const { id } = recordOf(1);

function largeError(number: number): SynapseErrorJson {
  const message = `${LARGE.text}${number}`;
  return { name: 'E', code: 'SYN_USAGE', kind: 'usage', message, retryable: false, details: {} };
}

/** A storage in a folder that refuses to be read for now. */
class AwayStorage extends LocalStorage {
  override read(): Promise<never> {
    throw new StorageConnectionError('download', 'it is away');
  }
}

/** One that takes the request and never answers. */
class HangingStorage extends LocalStorage {
  asked = 0;

  override async read(...[, options]: Parameters<LocalStorage['read']>): Promise<never> {
    this.asked++;
    if (options?.signal) await once(options.signal, 'abort');
    throw options?.signal?.reason;
  }
}

describeWithPostgres('A list with a run whose error is an object of a storage', 'a database', () => {
  const site = BlobSite.forEach('a database');
  let store: PostgresRunStore;
  let file = '';
  beforeEach(async () => {
    store = site.store();
    await store.create(recordOf(1));
    await store.update(id, { status: 'failed', error: largeError(1) });
    [file = ''] = site.place.files();
    await store.create(recordOf(2));
  });

  const listedError = async (from: PostgresRunStore): Promise<SynapseErrorJson | undefined> => {
    const [other, run] = await from.list();
    expect(other).toMatchObject({ id: recordOf(2).id, status: 'running' });
    expect(run).toMatchObject({ id, status: 'failed' });
    return run?.error;
  };

  it('says in place of it that it is missing, with run, URL and cure', async () => {
    rmSync(file);

    expect(await listedError(store)).toMatchObject({
      code: 'SYN_STORE_VALUE_LOST',
      message: expect.stringMatching(
        /is missing\. Restore that object .* lists say so in place of its error/,
      ) as string,
      details: { run_id: id, value: 'error', url: `file://${file}` },
    });
  });

  it('says that the storage cannot be reached, and the run as a whole does, too', async () => {
    const storage = new AwayStorage({ location: site.place.path });
    const away = site.store({ blobStorage: { storage }, blobTimeoutMs: 200 });

    expect(await listedError(away)).toMatchObject({
      code: 'SYN_STORE_VALUE_UNAVAILABLE',
      retryable: true,
      details: { run_id: id, reason: expect.stringContaining('given up after 200 ms') as string },
    });
    expect(await codeOf(() => away.get(id))).toBe('SYN_STORE_VALUE_UNAVAILABLE');
  });

  it('says that the storage is named wrongly, or not at all', async () => {
    expect(await listedError(site.store({ blobStorage: 'tape://1' }))).toMatchObject({
      code: 'SYN_STORE_BLOB_STORAGE',
    });
    expect(await listedError(site.store({ blobStorage: undefined }))).toMatchObject({
      code: 'SYN_STORE_VALUE_LOST',
      message: expect.stringContaining('was opened without') as string,
    });
  });

  it('shows the error again once the object is back', async () => {
    const copy = readFileSync(file);
    rmSync(file);
    expect(await listedError(store)).toMatchObject({ code: 'SYN_STORE_VALUE_LOST' });
    writeFileSync(file, copy);

    expect(await listedError(store)).toEqual(largeError(1));
  });

  it('waits once for a storage that does not answer, however many errors are there', async () => {
    for (let number = 3; number < 14; number++) {
      await store.create(recordOf(number));
      await store.update(recordOf(number).id, { status: 'failed', error: largeError(number) });
    }
    const storage = new HangingStorage({ location: site.place.path });
    const hanging = site.store({ blobStorage: { storage }, blobTimeoutMs: 100 });
    const errors = (await hanging.list()).flatMap(({ error }) => (error ? [error] : []));

    expect(errors.map(({ code }) => code)).toEqual(Array.from({ length: 12 }, () => 'SYN_STORE_VALUE_UNAVAILABLE'));
    expect(new Set(errors.map(({ details }) => details['run_id'])).size).toBe(12);
    expect(storage.asked).toBe(4); // those that are asked for at the same time
  });
});
