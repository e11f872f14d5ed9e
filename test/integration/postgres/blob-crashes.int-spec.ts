import { childOutcome, runInChild } from '../../run-in-child.js';
import type { PostgresRunStore } from '../../../src/runtime/run-store/postgres/postgres-run-store.js';
import { ownedRecordOf, recordOf, seqsOf } from '../../../src/runtime/run-store/run-store.fixture.js';
import { importsOf, expectWholeAfterKill } from '../../../src/runtime/run-store/store-processes.fixture.js';
import { BlobSite, LARGE } from './blob-site.js';
import { PROGRAMS, SHARED_STORE } from './postgres-programs.js';
import { describeWithPostgres } from './postgres-sandbox.js';

// Each child compiles what it imports.
jest.setTimeout(180_000);

const { id } = recordOf(1);
/** Every value is a large one, so that every write of a program has some. */
const MAX_INLINE_BYTES = 1;

/** Does one thing with a store, and kills itself at a given place. */
const MORTAL = `${importsOf(SHARED_STORE)}
  import pg from 'pg';
  import { LocalStorage } from './src/resources/storage/providers/local/local-storage.js';
  const die = () => process.kill(process.pid, 'SIGKILL') && Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  export default async ({ url, schema, location, place, params, work }) => {
    class MortalStorage extends LocalStorage {
      async write(...given) {
        if (place === 'before the upload') die();
        if (place === 'in the middle of the upload') given[1] = (async function* () { yield Buffer.alloc(100_000); await new Promise((done) => setTimeout(done, 50)); die(); })();
        await super.write(...given);
        if (place === 'after the upload') die();
      }
      async delete(...given) {
        if (place === 'before a removal') die();
        await super.delete(...given);
        if (place === 'after a removal') die();
      }
    }
    const send = pg.Client.prototype.query;
    pg.Client.prototype.query = function (query, ...rest) {
      if (place === 'before the commit' && query.text === 'COMMIT') die();
      return send.call(this, query, ...rest);
    };
    const store = openStore({ url, schema, blobStorage: { storage: new MortalStorage({ location }) } });
    if (work === 'prune') await store.prune();
    else await store.create(recordOf(1, { params }));
    if (place === 'after the commit') die();
  }`;

describeWithPostgres('Large values in a storage and processes that are killed', 'a database', () => {
  const site = BlobSite.forEach('a database');
  let store: PostgresRunStore;
  beforeEach(() => {
    store = site.store({ maxInlineBytes: MAX_INLINE_BYTES });
  });

  async function killed(where: string, work: 'create' | 'prune' = 'create'): Promise<void> {
    const input = {
      url: site.sandbox.url,
      schema: site.schema,
      location: site.place.path,
      place: where,
      params: LARGE,
      work,
    };
    const { signal, error } = await childOutcome(MORTAL, { input });
    expect({ signal, error }).toEqual({ signal: 'SIGKILL', error: undefined });
    await site.sandbox.settled(site.schema);
  }

  /** Options of the store for other processes. */
  const optionsOfOthers = (): object => ({
    ...{ url: site.sandbox.url, schema: site.schema },
    ...{ blobStorage: site.place.url, maxInlineBytes: MAX_INLINE_BYTES },
  });

  /** Paths of the objects that rows refer to. */
  const referred = async (): Promise<string[]> => {
    const rows = await site.sandbox.query<{ key: string }>(
      `SELECT object_key AS key FROM ${site.schema}.blobs WHERE object_key IS NOT NULL`,
    );
    return rows.map(({ key }) => `${site.place.path}/${key}`).sort();
  };

  it.each([
    ['before the upload', 0],
    ['in the middle of the upload', 0],
    ['after the upload', 1],
    ['before the commit', 1],
  ])('%s leave no row that refers to nothing, and at most an object that is swept', async (where, objects) => {
    await store.open();
    await killed(where);

    expect(await store.get(id)).toBeUndefined();
    expect(await store.prune()).toEqual({ runs: 0, blobs: objects });
    expect(
      site.place.files().filter((file) => /[0-9a-f]{64}-[0-9a-f]{12}$/.test(file) && !file.includes('/.')),
    ).toEqual([]);
    await store.create(recordOf(1, { params: LARGE }));
    expect((await store.get(id))?.params).toEqual(LARGE);
  });

  it('after the commit leave the value', async () => {
    await killed('after the commit');

    expect((await store.get(id))?.params).toEqual(LARGE);
    expect(await store.prune()).toEqual({ runs: 0, blobs: 0 });
    expect(site.place.files()).toEqual(await referred());
  });

  it.each([
    ['before a removal', 1],
    ['after a removal', 0],
  ])('while they prune, %s, leave what the next one removes', async (where, objects) => {
    await store.create(recordOf(1, { params: LARGE }));
    await store.update(id, { status: 'completed' });
    await killed(where, 'prune');

    expect(await store.get(id)).toBeUndefined();
    expect(await store.prune()).toEqual({ runs: 0, blobs: objects });
    expect(site.place.files()).toEqual([]);
  });

  it('lose nothing that was acknowledged and keep nothing by halves, again and again', async () => {
    await store.create(ownedRecordOf(1, 1));
    let earlier = 0;
    const livesMs = [20, 60, 110, 170, 240];
    for (const lifeMs of livesMs) {
      const input = { store: optionsOfOthers(), lifeMs };
      earlier = await expectWholeAfterKill({ program: PROGRAMS.victim, input, earlier }, async () => {
        await site.sandbox.settled(site.schema);
        return store;
      });
      const { blobs } = await store.prune();
      expect(blobs).toBeLessThanOrEqual(6); // those of one write: three of a step, two events, what comes next
      // On a busy machine none of them may have come to its first commit.
      if (earlier === 0 && lifeMs === livesMs.at(-1)) livesMs.push(2 * lifeMs);
    }
    expect(earlier).toBeGreaterThan(0);
    expect((await referred()).length).toBeGreaterThan(earlier);
    expect(new Set(site.place.files())).toEqual(
      new Set([...site.place.files().filter((file) => file.includes('/.')), ...(await referred())]),
    );
  });

  it('or that prune all the time, take nothing from those who write', async () => {
    const options = optionsOfOthers();
    await store.create(ownedRecordOf(9, 9e12));
    const pruner = runInChild<number>(
      `${importsOf(SHARED_STORE)}
      export default async ({ store: options, id }) => {
        const store = openStore(options);
        let rounds = 0;
        for (; (await store.list({ status: 'running' })).some((run) => run.id === id); rounds++) await store.prune();
        await store.close();
        return rounds;
      }`,
      { input: { store: options, id: recordOf(9).id } },
    );
    const writers = [1, 2].map((number) =>
      runInChild(PROGRAMS.committer, { input: { store: options, number, steps: 60 } }),
    );
    expect(await Promise.all(writers)).toEqual([{ committed: 60 }, { committed: 60 }]);
    await store.update(recordOf(9).id, { status: 'completed' });

    expect(await pruner).toBeGreaterThan(1);
    for (const number of [1, 2]) {
      expect(seqsOf(await store.journal(recordOf(number).id))).toEqual(
        Array.from({ length: 60 }, (_, index) => index + 1),
      );
      expect(await store.events(recordOf(number).id)).toHaveLength(120);
      await store.update(recordOf(number).id, { status: 'completed' });
    }
    await store.prune();
    expect(site.place.files()).toEqual([]);
  });
});
