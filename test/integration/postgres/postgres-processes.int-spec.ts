import { childOutcome, runInChild } from '../../run-in-child.js';
import { currentOwner } from '../../../src/runtime/run-store/run-owner.js';
import { ownedRecordOf, recordOf, seqsOf } from '../../../src/runtime/run-store/run-store.fixture.js';
import type { PostgresRunStore } from '../../../src/runtime/run-store/postgres/postgres-run-store.js';
import { describeWithPostgres, PostgresSandbox } from './postgres-sandbox.js';

// Each child compiles what it imports.
jest.setTimeout(180_000);

const IMPORTS = `
  import { writeSync } from 'node:fs';
  import { Worker } from 'node:worker_threads';
  import { currentOwner } from './src/runtime/run-store/run-owner.js';
  import { entryOf, eventsFrom, recordOf } from './src/runtime/run-store/run-store.fixture.js';
  import { PostgresRunStore } from './src/runtime/run-store/postgres/postgres-run-store.js';
  const commitOf = (id, attempt, seq) => ({
    entries: [entryOf(seq)],
    change: { progress: seq, next_steps: ['step_' + (seq + 1)] },
    events: eventsFrom(id, 2 * seq - 1, 2 * seq).map((event) => ({ ...event, attempt })),
  });
`;

/** Commits step after step of a run of its own; begins with an empty database, as the other does. */
const COMMITTER = `${IMPORTS}
  export default async ({ store: options, number, steps, startAt }) => {
    const store = new PostgresRunStore(options);
    while (Date.now() < startAt);
    const { id } = recordOf(number);
    await store.create(recordOf(number, { epoch: 1, owner: currentOwner(), lease_expires_at: Date.now() + 60_000 }));
    const outcomes = {};
    for (let seq = 1; seq <= steps; seq++) {
      const outcome = await store.commit(id, 1, commitOf(id, 1, seq));
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    }
    await store.close();
    return outcomes;
  }`;

/** Claims every run there is, as a process of which nobody can know that it has ended; says which it got. */
const CLAIMER = `${IMPORTS}
  export default async ({ store: options, runs, startAt }) => {
    const store = new PostgresRunStore(options);
    await store.open();
    while (Date.now() < startAt);
    const won = [];
    const owner = { ...currentOwner(), host: 'elsewhere.invalid' };
    for (let number = 1; number <= runs; number++) {
      const outcome = await store.claim(recordOf(number).id, { owner, leaseMs: 60_000, now: Date.now() });
      if (outcome.claimed) won.push(number);
    }
    await store.close();
    return won;
  }`;

/** Takes the run over and commits until another thread kills the process, at whatever instruction it is; says what was acknowledged. */
const VICTIM = `${IMPORTS}
  // The pipe is full while the test is slow to read; its word must still be out before the next commit.
  const tell = (seq) => {
    for (;;) {
      try {
        return writeSync(1, seq + '\\n');
      } catch (error) {
        if (error.code !== 'EAGAIN') throw error;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      }
    }
  };
  export default async ({ store: options, lifeMs }) => {
    const store = new PostgresRunStore(options);
    const { id } = recordOf(1);
    const { claimed, run } = await store.claim(id, { owner: currentOwner(), leaseMs: 60_000, now: Date.now() });
    if (!claimed) throw new Error('the run of a dead process was not to be had');
    let seq = (await store.journal(id)).length;
    new Worker('setTimeout(() => process.kill(process.pid, "SIGKILL"), require("node:worker_threads").workerData)', {
      eval: true,
      workerData: lifeMs,
    });
    for (;;) {
      seq++;
      const outcome = await store.commit(id, run.epoch, commitOf(id, run.attempt, seq));
      if (outcome !== 'committed') throw new Error(outcome);
      tell(seq);
    }
  }`;

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
    const input = { store: { url: sandbox.url, schema }, steps: 200, startAt: Date.now() + 3_000 };
    const children = [1, 2].map((number) => runInChild(COMMITTER, { input: { ...input, number } }));

    expect(await Promise.all(children)).toEqual([{ committed: 200 }, { committed: 200 }]);
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
    const input = { store: { url: sandbox.url, schema }, runs: 60, startAt: Date.now() + 3_000 };
    const [one = [], other = []] = await Promise.all(
      [1, 2].map(() => runInChild<readonly number[]>(CLAIMER, { input })),
    );

    expect([...one, ...other].sort((left, right) => left - right)).toEqual(
      Array.from({ length: 60 }, (_, index) => index + 1),
    );
    for (const { attempt, epoch } of await store.list()) expect([attempt, epoch]).toEqual([2, 2]);
  });

  it('loses nothing that was acknowledged and keeps nothing by halves when its writer is killed, again and again', async () => {
    const store = sandbox.store({ schema });
    const { id } = recordOf(1);
    await store.create(ownedRecordOf(1, 1));
    let earlier = 0;
    for (const lifeMs of [3, 20, 45, 80, 130, 200]) {
      const input = { store: { url: sandbox.url, schema }, lifeMs };
      const { signal, stdout, error } = await childOutcome(VICTIM, { input });
      expect({ signal, error }).toEqual({ signal: 'SIGKILL', error: undefined });
      const acknowledged = Number(stdout.trim().split('\n').at(-1) || earlier);
      await settled(sandbox, schema);

      const steps = (await store.journal(id)).length;
      expect(steps === acknowledged || steps === acknowledged + 1).toBe(true); // killed between the commit and its word
      expect(seqsOf(await store.journal(id))).toEqual(Array.from({ length: steps }, (_, index) => index + 1));
      expect(await readAll(store, id)).toEqual(Array.from({ length: 2 * steps }, (_, index) => index + 1));
      if (steps > 0) expect(await store.get(id)).toMatchObject({ progress: steps, next_steps: [`step_${steps + 1}`] });
      expect(await store.get(id)).toMatchObject({ status: 'running' });
      earlier = steps;
    }
    expect(earlier).toBeGreaterThan(0);
  });

  it('refuses what a process commits after its run was taken from it', async () => {
    const store = sandbox.store({ schema });
    const { id } = recordOf(1);
    await store.create(ownedRecordOf(1, 1));
    const late = runInChild(
      `${IMPORTS}
      export default async ({ store: options, id }) => {
        const store = new PostgresRunStore(options);
        const { run } = await store.claim(id, { owner: { ...currentOwner(), host: 'elsewhere.invalid' }, leaseMs: 0, now: Date.now() });
        const before = await store.commit(id, run.epoch, commitOf(id, run.attempt, 1));
        while ((await store.get(id)).epoch === run.epoch) await new Promise((resolve) => setTimeout(resolve, 5));
        const answers = [before, await store.commit(id, run.epoch, commitOf(id, run.attempt, 2)), await store.renew(id, run.epoch, 9e15)];
        await store.close();
        return answers;
      }`,
      { input: { store: { url: sandbox.url, schema }, id } },
    );
    while ((await store.journal(id)).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const claim = { owner: currentOwner(), leaseMs: 60_000, now: Date.now() };

    expect(await store.claim(id, claim)).toMatchObject({ claimed: true, lastSeq: 2, run: { attempt: 3 } });
    expect(await late).toEqual(['committed', 'stale_epoch', { held: false }]);
    expect(await store.journal(id)).toHaveLength(1);
  });

  it('lets a process end by itself that has not closed its store', async () => {
    const { exitCode, error } = await childOutcome(
      `${IMPORTS}
      export default async (options) => {
        const store = new PostgresRunStore(options);
        await store.create(recordOf(1));
      }`,
      { input: { url: sandbox.url, schema } },
    );

    expect({ exitCode, error }).toEqual({ exitCode: 0, error: undefined });
  });
});

/** Resolves when the server has noticed that the killed process is gone: until then it may still execute its last statement. */
async function settled(sandbox: PostgresSandbox, schema: string): Promise<void> {
  const text = `SELECT count(*)::int AS count FROM pg_stat_activity WHERE state = 'active' AND query LIKE $1 AND pid <> pg_backend_pid()`;
  while (((await sandbox.query<{ count: number }>(text, [`%"${schema}"%`]))[0]?.count ?? 0) > 0);
}

async function readAll(store: PostgresRunStore, id: string): Promise<number[]> {
  const found: number[] = [];
  for (;;) {
    const events = await store.events(id, found.at(-1));
    if (events.length === 0) return found;
    found.push(...seqsOf(events));
  }
}
