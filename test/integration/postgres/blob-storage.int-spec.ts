import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { LocalStorage } from '../../../src/resources/storage/providers/local/local-storage.js';
import { hashOf } from '../../../src/runtime/run-store/blob-folder.js';
import type { PostgresRunStore } from '../../../src/runtime/run-store/postgres/postgres-run-store.js';
import { describeLostValues } from '../../../src/runtime/run-store/lost-values.contract.js';
import { describeRunStore } from '../../../src/runtime/run-store/run-store.contract.fixture.js';
import { entryOf, eventsFrom, ownedRecordOf, recordOf } from '../../../src/runtime/run-store/run-store.fixture.js';
import { BlobSite, LARGE } from './blob-site.js';
import { describeLargeValues } from './describe-large-values.js';
import { describeWithPostgres } from './postgres-sandbox.js';

jest.setTimeout(60_000);

const { id } = recordOf(1);
const LARGE_HASH = hashOf(JSON.stringify(LARGE));

describeWithPostgres('PostgresRunStore with large values in a storage', 'a database', () => {
  const site = BlobSite.forEach('a database');
  let store: PostgresRunStore;
  beforeEach(() => {
    store = site.store();
  });

  describe('and every value a large one', () => {
    describeRunStore(() => site.sandbox.store({ blobStorage: site.place.url, maxInlineBytes: 1 }));
  });

  describeLostValues(
    { describe, it, expect, beforeEach, afterEach },
    () => store,
    () => site.place.files().forEach((file) => rmSync(file)),
  );

  const rows = (): Promise<{ hash: string; content: string | null; storage: string; object_key: string }[]> =>
    site.sandbox.query(`SELECT hash, content, storage, object_key FROM ${site.schema}.blobs`);

  it('writes them from 64 kB on as objects named by their SHA-256, and rows refer to those', async () => {
    await store.create(recordOf(1, { params: 'x'.repeat(65_534) })); // with its quotes, 65,536 bytes
    expect(site.place.files()).toEqual([]);
    await store.create(recordOf(2, { params: LARGE }));

    const [file = ''] = site.place.files();
    expect(site.place.files()).toHaveLength(1);
    expect(basename(file)).toMatch(new RegExp(`^${LARGE_HASH}-[0-9a-f]{12}$`));
    expect(await rows()).toEqual([
      { hash: LARGE_HASH, content: null, storage: site.place.url, object_key: file.slice(site.place.path.length + 1) },
    ]);
    expect(await site.sandbox.query(`SELECT params FROM ${site.schema}.runs WHERE id = $1`, [recordOf(2).id])).toEqual([
      { params: `@sha256:${LARGE_HASH}` },
    ]);
    expect((await store.get(recordOf(2).id))?.params).toEqual(LARGE);
  });

  describeLargeValues({ open: () => site.store(), count: () => site.place.files().length });

  it('is left with one object of a value that several write at the same time', async () => {
    const stores = [store, ...[1, 2, 3].map(() => site.store())];
    await Promise.all(stores.map((each, index) => each.create(recordOf(index + 1, { params: LARGE }))));

    expect(site.place.files()).toHaveLength(1);
    expect(await site.sandbox.query(`SELECT * FROM ${site.schema}.blob_uploads`)).toEqual([]);
    for (const number of [1, 2, 3, 4]) expect((await store.get(recordOf(number).id))?.params).toEqual(LARGE);
  });

  it('leaves none of a write that is refused', async () => {
    await store.create(ownedRecordOf(1, 5_000));

    expect(await store.commit(id, 7, { entries: [entryOf(1, { context: LARGE })] })).toBe('stale_epoch');
    await expect(store.create(recordOf(1, { params: LARGE }))).rejects.toMatchObject({ code: 'SYN_USAGE' });
    expect(site.place.files()).toEqual([]);
    expect(await site.sandbox.query(`SELECT * FROM ${site.schema}.blob_uploads`)).toEqual([]);
  });

  it('keeps a value in the database whose object was swept before the run referred to it', async () => {
    const pruner = site.store();
    class SweptStorage extends LocalStorage {
      override async stat(...given: Parameters<LocalStorage['stat']>): ReturnType<LocalStorage['stat']> {
        const found = await super.stat(...given);
        expect(await pruner.prune()).toEqual({ runs: 0, blobs: 1 });
        return found;
      }
    }
    const storage = new SweptStorage({ location: site.place.path });
    await site.store({ blobStorage: { storage } }).create(recordOf(1, { params: LARGE }));

    expect(site.place.files()).toEqual([]);
    expect(await rows()).toMatchObject([{ content: JSON.stringify(LARGE), object_key: null }]);
    expect((await store.get(id))?.params).toEqual(LARGE);
  });

  it('keeps a value in the database whose object was swept before anybody looked whether it has arrived', async () => {
    const pruner = site.store();
    let swept = 0;
    class SweptStorage extends LocalStorage {
      override async write(...given: Parameters<LocalStorage['write']>): Promise<string> {
        const url = await super.write(...given);
        if (swept === 0) swept += (await pruner.prune()).blobs;
        return url;
      }
    }
    const storage = new SweptStorage({ location: site.place.path });
    await site.store({ blobStorage: { storage } }).create(recordOf(1, { params: LARGE }));

    expect(swept).toBe(1);
    expect(site.place.files()).toEqual([]);
    expect(await rows()).toMatchObject([{ content: JSON.stringify(LARGE), object_key: null }]);
    expect((await store.get(id))?.params).toEqual(LARGE);
  });

  it('stores a value whose old object is swept while the storage is asked for it', async () => {
    const pruner = site.store();
    await store.create(recordOf(1, { params: LARGE }));
    await store.update(id, { status: 'completed' });
    let swept = 0;
    class SweptStorage extends LocalStorage {
      override async stat(...given: Parameters<LocalStorage['stat']>): ReturnType<LocalStorage['stat']> {
        if (swept === 0) swept += (await pruner.prune()).blobs;
        return super.stat(...given);
      }
    }
    const storage = new SweptStorage({ location: site.place.path });
    await site.store({ blobStorage: { storage } }).create(recordOf(2, { params: LARGE }));

    expect(swept).toBe(1);
    expect(await store.get(id)).toBeUndefined();
    expect((await store.get(recordOf(2).id))?.params).toEqual(LARGE);
  });

  it('sweeps nothing but its own: not another file, not the objects of another store', async () => {
    const other = site.sandbox.store({ blobStorage: site.place.url });
    await other.create(recordOf(1, { params: LARGE }));
    await store.create(recordOf(1, { params: LARGE }));
    const [theirs = '', ours = ''] = site.place.files();
    const mine = (await rows())[0]?.object_key ?? '';
    const folder = mine.slice(0, mine.indexOf('/'));
    const strangers = [
      join(site.place.path, 'readme.txt'),
      join(site.place.path, basename(ours)),
      join(site.place.path, folder, 'readme.txt'),
      join(site.place.path, folder, 'ab', `${'cd'.repeat(32)}-0123456789ab`), // not in the folder of its hash
      join(site.place.path, folder, 'cd', 'cd'.repeat(32)),
      join(site.place.path, folder, 'cd', 'ef', `${'cd'.repeat(32)}-0123456789ab`),
    ];
    for (const stranger of strangers) {
      mkdirSync(dirname(stranger), { recursive: true });
      writeFileSync(stranger, 'not yours');
    }
    writeFileSync(join(site.place.path, folder, 'cd', `${'cd'.repeat(32)}-0123456789ab`), 'left behind');

    expect(await store.prune()).toEqual({ runs: 0, blobs: 1 });
    expect(site.place.files()).toEqual([...strangers, theirs, ours].sort());
    await store.update(id, { status: 'completed' });
    expect(await store.prune()).toEqual({ runs: 1, blobs: 1 });
    expect((await other.get(id))?.params).toEqual(LARGE);
  });

  it('reads what was kept in the database before, and what is in the storage when it has moved', async () => {
    await site.store({ blobStorage: undefined }).create(recordOf(1, { params: LARGE }));
    await store.create(recordOf(2, { params: LARGE }));
    expect(site.place.files()).toEqual([]);
    const more = { text: 'more '.repeat(20_000) };
    await store.create(recordOf(3, { params: more }));
    const storage = new LocalStorage({ location: dirname(site.place.path) });
    const moved = site.store({ blobStorage: { storage, prefix: basename(site.place.path) } });

    for (const [number, params] of [LARGE, LARGE, more].entries())
      expect((await moved.get(recordOf(number + 1).id))?.params).toEqual(params);
  });

  it('touches no storage for values that are small', async () => {
    const away = site.sandbox.store({ blobStorage: 's3://nowhere/at-all?access_key=env:NOT_SET' });
    await away.create(ownedRecordOf(1, 5_000));
    await away.commit(id, 1, { entries: [entryOf(1)], events: eventsFrom(id, 1, 2) });

    expect(await away.journal(id)).toHaveLength(1);
  });
});
