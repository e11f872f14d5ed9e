import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { LocalStorage } from '../../../src/resources/storage/providers/local/local-storage.js';
import { hashOf } from '../../../src/runtime/run-store/blob-folder.js';
import type { PostgresRunStore } from '../../../src/runtime/run-store/postgres/postgres-run-store.js';
import { describeRunStore } from '../../../src/runtime/run-store/run-store.contract.fixture.js';
import { entryOf, eventsFrom, ownedRecordOf, recordOf } from '../../../src/runtime/run-store/run-store.fixture.js';
import { BlobPlace } from './blob-place.js';
import { describeWithPostgres, PostgresSandbox } from './postgres-sandbox.js';

jest.setTimeout(60_000);

const { id } = recordOf(1);
const LARGE = { text: 'large '.repeat(20_000) };
const LARGE_HASH = hashOf(JSON.stringify(LARGE));

describeWithPostgres('PostgresRunStore with large values in a storage', 'a database', () => {
  let sandbox: PostgresSandbox;
  let place: BlobPlace;
  let schema: string;
  let store: PostgresRunStore;
  beforeAll(async () => {
    sandbox = await PostgresSandbox.open('a database');
  });
  afterAll(() => sandbox.close());
  beforeEach(() => {
    place = new BlobPlace();
    schema = sandbox.newSchema();
    store = sandbox.store({ schema, blobStorage: place.url });
  });
  afterEach(() => place.remove());

  describe('and every value a large one', () => {
    describeRunStore(() => sandbox.store({ blobStorage: place.url, maxInlineBytes: 1 }));
  });

  const rows = (): Promise<{ hash: string; content: string | null; storage: string; object_key: string }[]> =>
    sandbox.query(`SELECT hash, content, storage, object_key FROM ${schema}.blobs`);

  it('writes them from 64 kB on as objects named by their SHA-256, and rows refer to those', async () => {
    await store.create(recordOf(1, { params: 'x'.repeat(65_534) })); // with its quotes, 65,536 bytes
    expect(place.files()).toEqual([]);
    await store.create(recordOf(2, { params: LARGE }));

    const [file = ''] = place.files();
    expect(place.files()).toHaveLength(1);
    expect(basename(file)).toMatch(new RegExp(`^${LARGE_HASH}-[0-9a-f]{12}$`));
    expect(await rows()).toEqual([
      { hash: LARGE_HASH, content: null, storage: place.url, object_key: file.slice(place.path.length + 1) },
    ]);
    expect(await sandbox.query(`SELECT params FROM ${schema}.runs WHERE id = $1`, [recordOf(2).id])).toEqual([
      { params: `@sha256:${LARGE_HASH}` },
    ]);
    expect((await store.get(recordOf(2).id))?.params).toEqual(LARGE);
  });

  it('keeps each once, however often it is stored', async () => {
    await store.create(ownedRecordOf(1, 5_000, { params: LARGE }));
    await store.create(recordOf(2, { params: LARGE }));
    const [event] = eventsFrom(id, 1, 1);
    const entries = [entryOf(1, { result: LARGE, rollback_data: LARGE, context: LARGE })];
    const change = { result: LARGE, next_steps: ['b'] };
    await store.commit(id, 1, { entries, change, events: event ? [{ ...event, data: LARGE }] : [] });

    expect(place.files()).toHaveLength(1);
    expect(await store.journal(id)).toEqual([{ ...entries[0], epoch: 1 }]);
    expect(await store.events(id)).toEqual([{ ...event, data: LARGE }]);
    expect(await store.get(id)).toEqual(ownedRecordOf(1, 5_000, { params: LARGE, ...change }));
    expect(await store.claim(id, { owner: { host: 'h', pid: 1, started_at: 1 }, leaseMs: 9, now: 9e12 })).toMatchObject(
      { claimed: true, run: { params: LARGE, result: LARGE } },
    );
  });

  it('is left with one object of a value that several write at the same time', async () => {
    const stores = [store, ...[1, 2, 3].map(() => sandbox.store({ schema, blobStorage: place.url }))];
    await Promise.all(stores.map((each, index) => each.create(recordOf(index + 1, { params: LARGE }))));

    expect(place.files()).toHaveLength(1);
    expect(await sandbox.query(`SELECT * FROM ${schema}.blob_uploads`)).toEqual([]);
    for (const number of [1, 2, 3, 4]) expect((await store.get(recordOf(number).id))?.params).toEqual(LARGE);
  });

  it('removes them with the last run that refers to them', async () => {
    for (const number of [1, 2]) await store.create(recordOf(number, { params: LARGE }));
    await store.update(recordOf(1).id, { status: 'completed' });
    expect(await store.prune()).toEqual({ runs: 1, blobs: 0 });
    expect((await store.get(recordOf(2).id))?.params).toEqual(LARGE);
    await store.update(recordOf(2).id, { status: 'completed' });

    expect(await store.prune()).toEqual({ runs: 1, blobs: 1 });
    expect(place.files()).toEqual([]);
  });

  it('leaves none of a write that is refused', async () => {
    await store.create(ownedRecordOf(1, 5_000));

    expect(await store.commit(id, 7, { entries: [entryOf(1, { context: LARGE })] })).toBe('stale_epoch');
    await expect(store.create(recordOf(1, { params: LARGE }))).rejects.toMatchObject({ code: 'SYN_USAGE' });
    expect(place.files()).toEqual([]);
    expect(await sandbox.query(`SELECT * FROM ${schema}.blob_uploads`)).toEqual([]);
  });

  it('loses none to those who prune while it is stored again', async () => {
    let isOver = false;
    const pruner = sandbox.store({ schema, blobStorage: place.url });
    const pruning = (async () => {
      while (!isOver) await pruner.prune();
    })();
    for (let number = 1; number <= 40; number++) {
      const run = recordOf(number, { params: LARGE });
      await store.create(run);
      expect((await store.get(run.id))?.params).toEqual(LARGE);
      await store.update(run.id, { status: 'completed' });
    }
    isOver = true;
    await pruning;
    await store.prune();
    expect(place.files()).toEqual([]);
  });

  it('keeps a value in the database whose object was swept before the run referred to it', async () => {
    const pruner = sandbox.store({ schema, blobStorage: place.url });
    class SweptStorage extends LocalStorage {
      override async stat(...given: Parameters<LocalStorage['stat']>): ReturnType<LocalStorage['stat']> {
        const found = await super.stat(...given);
        expect(await pruner.prune()).toEqual({ runs: 0, blobs: 1 });
        return found;
      }
    }
    const storage = new SweptStorage({ location: place.path });
    await sandbox.store({ schema, blobStorage: { storage } }).create(recordOf(1, { params: LARGE }));

    expect(place.files()).toEqual([]);
    expect(await rows()).toMatchObject([{ content: JSON.stringify(LARGE), object_key: null }]);
    expect((await store.get(id))?.params).toEqual(LARGE);
  });

  it('keeps a value in the database whose object was swept before anybody looked whether it has arrived', async () => {
    const pruner = sandbox.store({ schema, blobStorage: place.url });
    let swept = 0;
    class SweptStorage extends LocalStorage {
      override async write(...given: Parameters<LocalStorage['write']>): Promise<string> {
        const url = await super.write(...given);
        if (swept === 0) swept += (await pruner.prune()).blobs;
        return url;
      }
    }
    const storage = new SweptStorage({ location: place.path });
    await sandbox.store({ schema, blobStorage: { storage } }).create(recordOf(1, { params: LARGE }));

    expect(swept).toBe(1);
    expect(place.files()).toEqual([]);
    expect(await rows()).toMatchObject([{ content: JSON.stringify(LARGE), object_key: null }]);
    expect((await store.get(id))?.params).toEqual(LARGE);
  });

  it('stores a value whose old object is swept while the storage is asked for it', async () => {
    const pruner = sandbox.store({ schema, blobStorage: place.url });
    await store.create(recordOf(1, { params: LARGE }));
    await store.update(id, { status: 'completed' });
    let swept = 0;
    class SweptStorage extends LocalStorage {
      override async stat(...given: Parameters<LocalStorage['stat']>): ReturnType<LocalStorage['stat']> {
        if (swept === 0) swept += (await pruner.prune()).blobs;
        return super.stat(...given);
      }
    }
    const storage = new SweptStorage({ location: place.path });
    await sandbox.store({ schema, blobStorage: { storage } }).create(recordOf(2, { params: LARGE }));

    expect(swept).toBe(1);
    expect(await store.get(id)).toBeUndefined();
    expect((await store.get(recordOf(2).id))?.params).toEqual(LARGE);
  });

  it('sweeps nothing but its own: not another file, not the objects of another store', async () => {
    const other = sandbox.store({ blobStorage: place.url });
    await other.create(recordOf(1, { params: LARGE }));
    await store.create(recordOf(1, { params: LARGE }));
    const [theirs = '', ours = ''] = place.files();
    const mine = (await rows())[0]?.object_key ?? '';
    const folder = mine.slice(0, mine.indexOf('/'));
    const strangers = [
      join(place.path, 'readme.txt'),
      join(place.path, basename(ours)),
      join(place.path, folder, 'readme.txt'),
      join(place.path, folder, 'ab', `${'cd'.repeat(32)}-0123456789ab`), // not in the folder of its hash
      join(place.path, folder, 'cd', 'cd'.repeat(32)),
      join(place.path, folder, 'cd', 'ef', `${'cd'.repeat(32)}-0123456789ab`),
    ];
    for (const stranger of strangers) {
      mkdirSync(dirname(stranger), { recursive: true });
      writeFileSync(stranger, 'not yours');
    }
    writeFileSync(join(place.path, folder, 'cd', `${'cd'.repeat(32)}-0123456789ab`), 'left behind');

    expect(await store.prune()).toEqual({ runs: 0, blobs: 1 });
    expect(place.files()).toEqual([...strangers, theirs, ours].sort());
    await store.update(id, { status: 'completed' });
    expect(await store.prune()).toEqual({ runs: 1, blobs: 1 });
    expect((await other.get(id))?.params).toEqual(LARGE);
  });

  it('reads what was kept in the database before, and what is in the storage when it has moved', async () => {
    await sandbox.store({ schema }).create(recordOf(1, { params: LARGE }));
    await store.create(recordOf(2, { params: LARGE }));
    expect(place.files()).toEqual([]);
    const more = { text: 'more '.repeat(20_000) };
    await store.create(recordOf(3, { params: more }));
    const storage = new LocalStorage({ location: dirname(place.path) });
    const moved = sandbox.store({ schema, blobStorage: { storage, prefix: basename(place.path) } });

    for (const [number, params] of [LARGE, LARGE, more].entries())
      expect((await moved.get(recordOf(number + 1).id))?.params).toEqual(params);
  });

  it('touches no storage for values that are small', async () => {
    const away = sandbox.store({ blobStorage: 's3://nowhere/at-all?access_key=env:NOT_SET' });
    await away.create(ownedRecordOf(1, 5_000));
    await away.commit(id, 1, { entries: [entryOf(1)], events: eventsFrom(id, 1, 2) });

    expect(await away.journal(id)).toHaveLength(1);
  });
});
