import { Client } from 'pg';
import {
  entryOf,
  eventsFrom,
  ownedRecordOf,
  recordOf,
  seqsOf,
} from '../../../src/runtime/run-store/run-store.fixture.js';
import { codeOf } from '../../../src/runtime/run-store/sqlite/sqlite.fixture.js';
import { LossyProxy } from './lossy-proxy.js';
import { describeWithPostgres, PostgresSandbox } from './postgres-sandbox.js';

jest.setTimeout(60_000); // a server is started, perhaps on a busy machine

const NUMBERS = Array.from({ length: 40 }, (_, index) => index + 1);
const stepOf = (number: number, seq: number) => ({
  entries: [entryOf(seq)],
  change: { progress: seq, next_steps: [`after ${number}`] },
  events: eventsFrom(recordOf(number).id, 2 * seq - 1, 2 * seq),
});

describeWithPostgres('Writes of many runs at the same time', 'a server of its own', () => {
  let sandbox: PostgresSandbox;
  let schema: string;
  beforeAll(async () => {
    sandbox = await PostgresSandbox.open('a server of its own');
  });
  afterAll(() => sandbox.close());
  beforeEach(() => {
    schema = sandbox.newSchema();
  });

  /** How many transactions have written what a table holds. */
  const transactionsOf = async (table: string): Promise<number> =>
    (
      await sandbox.query<{ count: number }>(`SELECT count(DISTINCT xmin::text)::int AS count FROM ${schema}.${table}`)
    )[0]?.count ?? 0;

  it('are sent together, and all of them arrive', async () => {
    const store = sandbox.store({ schema });
    await store.open();
    await Promise.all(NUMBERS.map((number) => store.create(ownedRecordOf(number, 5_000))));
    expect(await transactionsOf('runs')).toBeLessThan(20);
    const outcomes = await Promise.all(
      NUMBERS.map(async (number) => {
        for (const seq of [1, 2, 3]) await store.commit(recordOf(number).id, 1, stepOf(number, seq));
        const change = { status: 'completed', result: number, ended_at: 9 } as const;
        return store.commit(recordOf(number).id, 1, { entries: [entryOf(4)], change });
      }),
    );

    expect(new Set(outcomes)).toEqual(new Set(['committed']));
    expect(await transactionsOf('run_log')).toBeLessThan(100); // of 160 commits
    for (const number of NUMBERS) {
      const { id } = recordOf(number);
      expect(seqsOf(await store.journal(id))).toEqual([1, 2, 3, 4]);
      expect(await store.events(id)).toEqual(eventsFrom(id, 1, 6));
      expect(await store.get(id)).toMatchObject({
        status: 'completed',
        result: number,
        next_steps: [`after ${number}`],
      });
    }
  });

  it('are each told what became of them', async () => {
    const store = sandbox.store({ schema });
    for (const number of NUMBERS.filter((one) => one % 4 !== 3)) await store.create(ownedRecordOf(number, 5_000));
    for (const number of NUMBERS.filter((one) => one % 4 === 2)) {
      await store.update(recordOf(number).id, { status: 'cancelled' });
    }
    const commits = NUMBERS.map((number) =>
      store.commit(recordOf(number).id, number % 4 === 1 ? 7 : 1, stepOf(number, 1)),
    );
    const expected = ['committed', 'stale_epoch', 'ended', 'not_found'];

    expect(await Promise.all(commits)).toEqual(NUMBERS.map((number) => expected[number % 4]));
    for (const number of NUMBERS) {
      expect(await store.journal(recordOf(number).id)).toHaveLength(number % 4 === 0 ? 1 : 0);
    }
  });

  it('are not lost because one of them cannot be kept', async () => {
    const store = sandbox.store({ schema });
    await store.open();
    const codes = await Promise.all(
      NUMBERS.map((number) =>
        codeOf(() => store.create(recordOf(number, number === 20 ? { job_id: 'a zero: \u0000' } : {}))),
      ),
    );

    expect(codes.map((code, index) => [index + 1, code]).filter(([, code]) => code !== undefined)).toEqual([
      [20, 'SYN_STORE_FAILED'],
    ]);
    expect(await store.list()).toHaveLength(39);
  });

  it('refuse ids that are taken, one by one', async () => {
    const store = sandbox.store({ schema });
    for (const number of NUMBERS.filter((one) => one % 2 === 0)) await store.create(recordOf(number));
    const codes = await Promise.all(NUMBERS.map((number) => codeOf(() => store.create(recordOf(number)))));

    expect(codes).toEqual(NUMBERS.map((number) => (number % 2 === 0 ? 'SYN_USAGE' : undefined)));
  });

  it('take every one of several commits of one run', async () => {
    const store = sandbox.store({ schema });
    const { id } = recordOf(1);
    await store.create(ownedRecordOf(1, 5_000));
    const commits = NUMBERS.map((seq) => store.commit(id, 1, stepOf(1, seq)));

    expect(new Set(await Promise.all(commits))).toEqual(new Set(['committed']));
    expect(seqsOf(await store.journal(id))).toEqual(NUMBERS);
    expect(seqsOf(await store.events(id))).toHaveLength(80);
  });

  it('do not wait for runs whose rows somebody else holds', async () => {
    const store = sandbox.store({ schema });
    for (const number of NUMBERS) await store.create(ownedRecordOf(number, 5_000));
    const holder = new Client({ connectionString: sandbox.url });
    await holder.connect();
    await holder.query(
      `BEGIN; SELECT FROM ${schema}.runs WHERE id IN ('${recordOf(1).id}', '${recordOf(2).id}') FOR UPDATE`,
    );
    const held = [1, 2].map((number) => store.commit(recordOf(number).id, 1, stepOf(number, 1)));
    const others = NUMBERS.slice(2).map((number) => store.commit(recordOf(number).id, 1, stepOf(number, 1)));

    expect(new Set(await Promise.all(others))).toEqual(new Set(['committed']));
    expect(await store.journal(recordOf(1).id)).toEqual([]);
    await holder.query('COMMIT');
    await holder.end();
    expect(await Promise.all(held)).toEqual(['committed', 'committed']);
  });

  it('whose common answer is lost are each recognised as written', async () => {
    const proxy = await LossyProxy.to(sandbox.server.port);
    const store = sandbox.store({ schema, url: proxy.urlOf(sandbox.url) });
    await Promise.all(NUMBERS.map((number) => store.create(ownedRecordOf(number, 5_000))));
    proxy.loseAnswer(5);
    const change = { status: 'completed', ended_at: 9 } as const;
    const commits = NUMBERS.map((number) => store.commit(recordOf(number).id, 1, { ...stepOf(number, 1), change }));

    expect(new Set(await Promise.all(commits))).toEqual(new Set(['committed']));
    expect(proxy.lost).toBe(1);
    for (const number of NUMBERS) expect(seqsOf(await store.journal(recordOf(number).id))).toEqual([1]);
    await store.close();
    await proxy.close();
  });
});
