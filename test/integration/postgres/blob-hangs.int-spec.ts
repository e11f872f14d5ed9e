import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { StoragePermissionError } from '../../../src/foundation/errors/storage.errors.js';
import { LocalStorage } from '../../../src/resources/storage/providers/local/local-storage.js';
import type { PostgresRunStore } from '../../../src/runtime/run-store/postgres/postgres-run-store.js';
import { entryOf, ownedRecordOf, recordOf } from '../../../src/runtime/run-store/run-store.fixture.js';
import { codeOf } from '../../../src/runtime/run-store/sqlite/sqlite.fixture.js';
import { BlobSite, LARGE } from './blob-site.js';
import { describeWithPostgres } from './postgres-sandbox.js';

jest.setTimeout(60_000);

const { id } = recordOf(1);

describeWithPostgres('A storage of large values that hangs', 'a database', () => {
  const site = BlobSite.forEach('a database');

  it('ends a call when its time is over, without its secrets', async () => {
    const server = createServer(() => undefined).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    process.env['SYNAPSE_TEST_BLOB_SECRET'] = 'hunter2';
    const blobStorage = `s3://bucket/a?endpoint_url=http://127.0.0.1:${port}&access_key=env:SYNAPSE_TEST_BLOB_SECRET&secret_key=env:SYNAPSE_TEST_BLOB_SECRET`;
    const hanging = site.store({ blobStorage, blobTimeoutMs: 1_500 });
    const thrown: unknown = await hanging.create(recordOf(1, { params: LARGE })).catch((error: unknown) => error);

    expect(thrown).toMatchObject({
      code: 'SYN_STORE_VALUE_UNAVAILABLE',
      message: expect.stringMatching(/s3:\/\/bucket\/a\/.*given up after 1500 ms/) as string,
    });
    expect(inspect(thrown, { depth: 20 })).not.toContain('hunter2');
    expect(inspect(hanging, { depth: 20 })).not.toContain('hunter2');
    await hanging.close();
    delete process.env['SYNAPSE_TEST_BLOB_SECRET'];
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  describe('while a store is pruned', () => {
    const never = (): Promise<never> => new Promise(() => undefined);
    const COUNT = 9;
    /** Runs that are over, each with a large value; and a store on the storage with which they are pruned. */
    const finished = async (storage: LocalStorage): Promise<PostgresRunStore> => {
      const store = site.store();
      for (let number = 1; number <= COUNT; number++) {
        await store.create(recordOf(number, { params: { ...LARGE, number } }));
        await store.update(recordOf(number).id, { status: 'completed' });
      }
      return site.store({ blobStorage: { storage }, blobTimeoutMs: 2_000 });
    };
    const expectNextTakes = async (blobs: number): Promise<void> => {
      expect(await site.store().prune()).toEqual({ runs: 0, blobs });
      expect(site.place.files()).toEqual([]);
    };

    it('in one removal holds up none of the others', async () => {
      let asked = 0;
      class Hanging extends LocalStorage {
        override delete(...given: Parameters<LocalStorage['delete']>): Promise<boolean> {
          return ++asked === 2 ? never() : super.delete(...given);
        }
      }
      const store = await finished(new Hanging({ location: site.place.path }));

      expect(await store.prune()).toEqual({
        runs: COUNT,
        blobs: COUNT - 1,
        left: { count: 1, reason: expect.stringContaining('no answer within 2000 ms') as string },
      });
      await expectNextTakes(1);
    });

    it('in every removal is not asked for all of them, and all that is left is counted', async () => {
      let asked = 0;
      class Hanging extends LocalStorage {
        override delete(): Promise<boolean> {
          asked++;
          return never();
        }
      }
      const store = await finished(new Hanging({ location: site.place.path }));

      expect(await store.prune()).toMatchObject({ runs: COUNT, blobs: 0, left: { count: COUNT } });
      expect(asked).toBeLessThan(COUNT); // four without an answer, and those that were under way then
      await expectNextTakes(COUNT);
    });

    it('in its list says so, and the runs are gone', async () => {
      class Hanging extends LocalStorage {
        override async *list(...given: Parameters<LocalStorage['list']>): ReturnType<LocalStorage['list']> {
          await never();
          yield* super.list(...given);
        }
      }
      const store = await finished(new Hanging({ location: site.place.path }));

      expect(await store.prune()).toEqual({
        runs: COUNT,
        blobs: 0,
        left: { count: 0, reason: expect.stringMatching(/listing .*no answer within 2000 ms/) as string },
      });
      expect(await store.list()).toEqual([]);
      await expectNextTakes(COUNT);
    });

    it('or refuses one removal, does the others', async () => {
      let asked = 0;
      class Refusing extends LocalStorage {
        override delete(...given: Parameters<LocalStorage['delete']>): Promise<boolean> {
          if (++asked === 1) throw new StoragePermissionError('removal', 'it is locked');
          return super.delete(...given);
        }
      }
      const store = await finished(new Refusing({ location: site.place.path }));

      expect(await store.prune()).toMatchObject({
        runs: COUNT,
        blobs: COUNT - 1,
        left: { count: 1, reason: expect.stringContaining('it is locked') as string },
      });
      await expectNextTakes(1);
    });

    it('and is named wrongly, is refused while all runs are there', async () => {
      await finished(new LocalStorage({ location: site.place.path }));
      const misled = site.store({ blobStorage: 'tape://1' });

      expect(await codeOf(() => misled.prune())).toBe('SYN_STORE_BLOB_STORAGE');
      expect(await misled.list()).toHaveLength(COUNT);
    });
  });

  it('holds up no renewals, lists and small values, however few connections there are', async () => {
    const released = Promise.withResolvers<void>();
    const allHang = Promise.withResolvers<void>();
    let begun = 0;
    class HangingStorage extends LocalStorage {
      override async write(...given: Parameters<LocalStorage['write']>): Promise<string> {
        if (++begun === 3) allHang.resolve();
        await released.promise;
        return super.write(...given);
      }
    }
    const blobStorage = { storage: new HangingStorage({ location: site.place.path }) };
    const hanging = site.store({ blobStorage, blobTimeoutMs: 60_000, maxConnections: 2 });
    await hanging.create(ownedRecordOf(1, 5_000));
    const writes = [2, 3, 4].map((number) => hanging.create(recordOf(number, { params: LARGE })));

    await allHang.promise;
    for (const seq of [1, 2]) {
      expect(await hanging.renew(id, 1, 9_000)).toMatchObject({ held: true });
      expect(await hanging.list()).toHaveLength(1);
      expect(await hanging.commit(id, 1, { entries: [entryOf(seq)] })).toBe('committed');
    }
    released.resolve();
    await Promise.all(writes);
    expect(await hanging.list()).toHaveLength(4);
  });
});
