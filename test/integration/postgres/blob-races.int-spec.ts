import { once, EventEmitter } from 'node:events';
import { LocalStorage } from '../../../src/resources/storage/providers/local/local-storage.js';
import { entryOf, ownedRecordOf, recordOf } from '../../../src/runtime/run-store/run-store.fixture.js';
import { BlobSite, LARGE } from './blob-site.js';
import { LossyProxy } from './lossy-proxy.js';
import { describeWithPostgres } from './postgres-sandbox.js';

jest.setTimeout(60_000);

const { id } = recordOf(1);

/** A storage whose removals wait until they are let through. */
class PausedStorage extends LocalStorage {
  readonly news = new EventEmitter();

  override async delete(...given: Parameters<LocalStorage['delete']>): Promise<boolean> {
    const go = once(this.news, 'go');
    this.news.emit('asked');
    await go;
    return super.delete(...given);
  }
}

describeWithPostgres('Large values in a storage and those who come late', 'a server of its own', () => {
  const site = BlobSite.forEach('a server of its own');
  let proxy: LossyProxy;
  beforeAll(async () => {
    proxy = await LossyProxy.to(site.sandbox.server.port);
  });
  afterAll(() => proxy.close());

  it('are not touched by a removal that is done when the value has been stored again, by however many sweeps', async () => {
    const store = site.store();
    const storage = new PausedStorage({ location: site.place.path });
    const pruners = [1, 2].map(() => site.store({ blobStorage: { storage } }));
    await store.create(recordOf(1, { params: LARGE }));
    await store.update(id, { status: 'completed' });
    const sweeps = [];
    for (const pruner of pruners) {
      const asked = once(storage.news, 'asked');
      sweeps.push(pruner.prune());
      await asked;
    }
    await store.create(recordOf(2, { params: LARGE }));
    expect(site.place.files()).toHaveLength(2);
    storage.news.emit('go');

    const removed = (await Promise.all(sweeps)).map(({ blobs }) => blobs);
    expect(Math.max(...removed)).toBe(1);
    expect(site.place.files()).toHaveLength(1);
    expect((await store.get(recordOf(2).id))?.params).toEqual(LARGE);
  });

  it('are there, once, whichever answer of the database is lost while they are written', async () => {
    let losses = 0;
    for (let after = 0; after < 14; after++) {
      const store = site.store({ url: proxy.urlOf(site.sandbox.url) });
      await store.open();
      const number = after + 1;
      proxy.lost = 0;
      proxy.loseAnswer(after);
      const params = { ...LARGE, number };
      await store.create(ownedRecordOf(number, 9e12, { params }));
      const entry = entryOf(1, { context: { ...params, more: 1 } });
      expect(await store.commit(recordOf(number).id, 1, { entries: [entry] })).toBe('committed');
      losses += proxy.lost;

      expect((await store.get(recordOf(number).id))?.params).toEqual(params);
      expect(await store.journal(recordOf(number).id)).toMatchObject([{ context: { ...params, more: 1 } }]);
      await store.close();
    }
    expect(losses).toBe(14);
    const store = site.store();
    // What was lost before its end was written again under another key, or kept as a row.
    await store.prune();
    const rows = await site.sandbox.query<{ key: string | null }>(`SELECT object_key AS key FROM ${site.schema}.blobs`);
    const keys = rows.flatMap(({ key }) => (key === null ? [] : [`${site.place.path}/${key}`]));
    expect(rows).toHaveLength(28);
    expect(site.place.files()).toEqual(keys.sort());
    for (let number = 1; number <= 14; number++)
      expect((await store.get(recordOf(number).id))?.params).toEqual({ ...LARGE, number });
  });
});
