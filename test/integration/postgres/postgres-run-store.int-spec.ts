import { describeLostValues } from '../../../src/runtime/run-store/lost-values.contract.js';
import { describeRunStore } from '../../../src/runtime/run-store/run-store.contract.fixture.js';
import {
  entryOf,
  eventsFrom,
  ownedRecordOf,
  recordOf,
  seqsOf,
} from '../../../src/runtime/run-store/run-store.fixture.js';
import { PostgresRunStore } from '../../../src/runtime/run-store/postgres/postgres-run-store.js';
import { codeOf } from '../../../src/runtime/run-store/sqlite/sqlite.fixture.js';
import { LARGE } from './blob-site.js';
import { describeLargeValues } from './describe-large-values.js';
import { describeWithPostgres, PostgresSandbox } from './postgres-sandbox.js';

jest.setTimeout(60_000);

const { id } = recordOf(1);

describeWithPostgres('PostgresRunStore', 'a database', () => {
  let sandbox: PostgresSandbox;
  beforeAll(async () => {
    sandbox = await PostgresSandbox.open('a database');
  });
  afterAll(() => sandbox.close());

  describeRunStore(() => sandbox.store());

  it('connects to nothing before it is used', async () => {
    const store = new PostgresRunStore({ url: 'postgres://127.0.0.1:1/nowhere' });
    await store.close();

    expect(store.location).toBe('postgres://127.0.0.1:1/nowhere');
    expect(await codeOf(() => store.open())).toBe('SYN_STORE_UNAVAILABLE');
  });

  it('has what was stored before it was closed, in this object and in another', async () => {
    const schema = sandbox.newSchema();
    const store = sandbox.store({ schema });
    await store.create(ownedRecordOf(1, 5_000));
    await store.commit(id, 1, { entries: [entryOf(1)], events: eventsFrom(id, 1, 2) });
    await store.close();
    await store.close();

    for (const reader of [store, sandbox.store({ schema })]) {
      expect(await reader.get(id)).toEqual(ownedRecordOf(1, 5_000));
      expect(await reader.journal(id)).toHaveLength(1);
      expect(await reader.events(id)).toHaveLength(2);
    }
  });

  it('keeps stores in two schemas of one database apart', async () => {
    const [one, other] = [sandbox.store(), sandbox.store()];
    await one.create(recordOf(1));

    expect(await other.get(id)).toBeUndefined();
    await other.create(recordOf(1, { action: 'other' }));
    expect((await one.get(id))?.action).toBe('train');
  });

  it.each([
    ['params', 'SYN_STORE_VALUE', (store: PostgresRunStore) => store.create(recordOf(2, { params: { big: 1n } }))],
    ['a result', 'SYN_RESULT_NOT_SERIALIZABLE', (store: PostgresRunStore) => store.update(id, { result: () => 1 })],
    [
      'an entry',
      'SYN_STORE_VALUE',
      (store: PostgresRunStore) => store.commit(id, 0, { entries: [entryOf(1), entryOf(2, { context: 1n })] }),
    ],
  ])('refuses %s without a JSON form, and writes nothing of it', async (_name, code, write) => {
    const store = sandbox.store();
    await store.create(recordOf(1));

    expect(await codeOf(() => write(store))).toBe(code);
    expect(await store.list()).toHaveLength(1);
    expect(await store.get(id)).toEqual(recordOf(1));
    expect(await store.journal(id)).toEqual([]);
  });

  it('takes what was to be written at the time of the call', async () => {
    const store = sandbox.store();
    const params = { epochs: 1 };
    const written = store.create(recordOf(1, { params }));
    params.epochs = 99;
    await written;

    expect((await store.get(id))?.params).toEqual({ epochs: 1 });
  });

  describe('has events and', () => {
    let store: PostgresRunStore;
    beforeEach(async () => {
      store = sandbox.store();
      await store.create(recordOf(1));
    });

    it('keeps them as they came, whatever the numbers and attempts of a batch', async () => {
      const attempted = eventsFrom(id, 7, 7).map((event) => ({ ...event, attempt: 2 }));
      await store.append(id, [...eventsFrom(id, 1, 2), ...eventsFrom(id, 5, 6), ...attempted, ...eventsFrom(id, 3, 4)]);

      expect((await store.events(id)).map(({ seq, attempt }) => [seq, attempt])).toEqual([
        ...[1, 2, 3, 4, 5, 6].map((seq) => [seq, 1]),
        [7, 2],
      ]);
    });

    it('finds those behind a gap that is larger than a page', async () => {
      await store.append(id, eventsFrom(id, 1, 2));
      await store.append(id, eventsFrom(id, 5_000, 5_002));

      expect(seqsOf(await store.events(id, 2, 2))).toEqual([5_000, 5_001]);
      expect(seqsOf(await store.events(id, 5_001, 2))).toEqual([5_002]);
    });

    it('gives every one of thousands, page by page, wherever the batches begin', async () => {
      for (let first = 1; first <= 3_000; first += 37) {
        await store.append(id, eventsFrom(id, Math.max(1, first - 5), Math.min(3_000, first + 36)));
      }
      const found: number[] = [];
      for (;;) {
        const page = await store.events(id, found.at(-1), 113);
        if (page.length === 0) break;
        found.push(...seqsOf(page));
      }

      expect(found).toEqual(Array.from({ length: 3_000 }, (_, index) => index + 1));
    });
  });

  describe('has large values and', () => {
    let schema: string;
    let store: PostgresRunStore;
    beforeEach(() => {
      schema = sandbox.newSchema();
      store = sandbox.store({ schema });
    });

    const blobs = async (): Promise<number> =>
      (await sandbox.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${schema}.blobs`))[0]?.count ?? 0;

    it('keeps them apart from 64 kB on, measured in bytes', async () => {
      await store.create(recordOf(1, { params: 'x'.repeat(65_534) })); // with its quotes, 65,536 bytes
      expect(await blobs()).toBe(0);
      await store.create(recordOf(2, { params: 'x'.repeat(65_535) }));
      expect(await blobs()).toBe(1);
      await store.create(recordOf(3, { params: '가'.repeat(22_000) }));

      expect(await blobs()).toBe(2);
      expect((await store.get(recordOf(2).id))?.params).toHaveLength(65_535);
      expect((await store.get(recordOf(3).id))?.params).toBe('가'.repeat(22_000));
    });

    describeLargeValues({ open: () => sandbox.store({ schema }), count: blobs });

    describeLostValues(
      { describe, it, expect, beforeEach, afterEach },
      () => store,
      async () => void (await sandbox.query(`DELETE FROM ${schema}.blobs`)),
    );

    it('writes none of a commit that is refused', async () => {
      await store.create(ownedRecordOf(1, 5_000));

      expect(await store.commit(id, 7, { entries: [entryOf(1, { context: LARGE })] })).toBe('stale_epoch');
      expect(await store.append(recordOf(9).id, eventsFrom(recordOf(9).id, 1, 1))).toBeUndefined();
      expect(await blobs()).toBe(0);
    });

    it.each([
      ['missing', 'DELETE FROM'],
      ['not what it was', "UPDATE %s SET content = 'else'"],
    ])('tells one that is %s from good ones', async (_name, damage) => {
      await store.create(recordOf(1, { params: LARGE }));
      await store.create(recordOf(2));
      const table = `${schema}.blobs`;
      await sandbox.query(damage.includes('%s') ? damage.replace('%s', table) : `${damage} ${table}`);

      expect(await codeOf(() => store.get(id))).toBe('SYN_STORE_VALUE_LOST');
      expect(await store.list()).toHaveLength(2);
      expect(await store.get(recordOf(2).id)).toEqual(recordOf(2));
    });
  });
});
