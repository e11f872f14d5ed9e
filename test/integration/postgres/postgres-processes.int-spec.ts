import { childOutcome, runInChild } from '../../run-in-child.js';
import { currentOwner } from '../../../src/runtime/run-store/run-owner.js';
import { ownedRecordOf, recordOf, seqsOf } from '../../../src/runtime/run-store/run-store.fixture.js';
import { importsOf, expectWholeAfterKill, together } from '../../../src/runtime/run-store/store-processes.fixture.js';
import { PROGRAMS, SHARED_STORE } from './postgres-programs.js';
import { describeWithPostgres, PostgresSandbox } from './postgres-sandbox.js';

// Each child compiles what it imports.
jest.setTimeout(180_000);

describeWithPostgres('One Postgres database and several processes', 'a database', () => {
  let sandbox: PostgresSandbox;
  let schema: string;
  beforeAll(async () => {
    sandbox = await PostgresSandbox.open('a database');
  });
  afterAll(() => sandbox.close());
  beforeEach(() => {
    schema = sandbox.newSchema();
  });

  it('takes every commit of two that begin at the same time, without tables, and write at the same time', async () => {
    const input = { store: { url: sandbox.url, schema }, steps: 200 };
    const outcomes = await together(2, (meeting) =>
      Promise.all([1, 2].map((number) => runInChild(PROGRAMS.committer, { input: { ...input, number, meeting } }))),
    );

    expect(outcomes).toEqual([{ committed: 200 }, { committed: 200 }]);
    const store = sandbox.store({ schema });
    for (const number of [1, 2]) {
      expect(await store.get(recordOf(number).id)).toMatchObject({ progress: 200, next_steps: ['step_201'] });
      expect(seqsOf(await store.journal(recordOf(number).id))).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
      expect(await store.events(recordOf(number).id)).toHaveLength(400);
    }
  });

  it('gives each run to one of two that want all', async () => {
    const store = sandbox.store({ schema });
    for (let number = 1; number <= 60; number++) await store.create(ownedRecordOf(number, 1));
    const input = { store: { url: sandbox.url, schema }, runs: 60 };
    const [one = [], other = []] = await together(2, (meeting) =>
      Promise.all([1, 2].map(() => runInChild<readonly number[]>(PROGRAMS.claimer, { input: { ...input, meeting } }))),
    );

    expect([...one, ...other].sort((left, right) => left - right)).toEqual(
      Array.from({ length: 60 }, (_, index) => index + 1),
    );
    for (const { attempt, epoch } of await store.list()) expect([attempt, epoch]).toEqual([2, 2]);
  });

  it('loses nothing that was acknowledged and keeps nothing by halves when its writer is killed, again and again', async () => {
    const store = sandbox.store({ schema });
    await store.create(ownedRecordOf(1, 1));
    let earlier = 0;
    for (const lifeMs of [3, 20, 45, 80, 130, 200]) {
      const input = { store: { url: sandbox.url, schema }, lifeMs };
      earlier = await expectWholeAfterKill({ program: PROGRAMS.victim, input, earlier }, async () => {
        await sandbox.settled(schema);
        return store;
      });
    }
    expect(earlier).toBeGreaterThan(0);
  });

  it('refuses what a process commits after its run was taken from it', async () => {
    const store = sandbox.store({ schema });
    const { id } = recordOf(1);
    await store.create(ownedRecordOf(1, 1));
    const late = runInChild(PROGRAMS.late, { input: { store: { url: sandbox.url, schema }, id } });
    while ((await store.journal(id)).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const claim = { owner: currentOwner(), leaseMs: 60_000, now: Date.now() };

    expect(await store.claim(id, claim)).toMatchObject({ claimed: true, lastSeq: 2, run: { attempt: 3 } });
    expect(await late).toEqual(['committed', 'stale_epoch', { held: false }]);
    expect(await store.journal(id)).toHaveLength(1);
  });

  it('lets a process end by itself that has not closed its store', async () => {
    const { exitCode, error } = await childOutcome(
      `${importsOf(SHARED_STORE)}
      export default async (options) => {
        const store = openStore(options);
        await store.create(recordOf(1));
      }`,
      { input: { url: sandbox.url, schema } },
    );

    expect({ exitCode, error }).toEqual({ exitCode: 0, error: undefined });
  });
});
