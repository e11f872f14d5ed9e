import { setTimeout as sleep } from 'node:timers/promises';
import { StepResult } from '../../../src/authoring/steps/step-result.js';
import { WORK_PROVIDERS, World } from '../../../src/runtime/runner/durable-steps.fixture.js';
import { type HostedRunner, hostedRunner } from '../../../src/runtime/runner/runner.fixture.js';
import { ActionRegistry } from '../../../src/runtime/discovery/action-registry.js';
import { ExecutorRegistry } from '../../../src/runtime/executors/executor-registry.js';
import type { PostgresRunStore } from '../../../src/runtime/run-store/postgres/postgres-run-store.js';
import {
  entryOf,
  eventsFrom,
  ownedRecordOf,
  recordOf,
  seqsOf,
} from '../../../src/runtime/run-store/run-store.fixture.js';
import { PluginRunner } from '../../../src/runtime/runner/plugin-runner.service.js';
import { codeOf } from '../../../src/runtime/run-store/sqlite/sqlite.fixture.js';
import { describeWithPostgres, PostgresSandbox } from './postgres-sandbox.js';

jest.setTimeout(120_000);

const { id } = recordOf(1);

describeWithPostgres('A Postgres that goes away and comes back', 'a server of its own', () => {
  let sandbox: PostgresSandbox;
  let host: HostedRunner;
  beforeAll(async () => {
    sandbox = await PostgresSandbox.open('a server of its own');
  });
  afterAll(() => sandbox.close());
  beforeEach(async () => {
    host = await hostedRunner({ providers: [...WORK_PROVIDERS] });
  });
  afterEach(() => host.app.close());

  const runnerOn = (store: PostgresRunStore, pid: number): PluginRunner => {
    const registry = host.app.get(ActionRegistry);
    const executors = host.app.get(ExecutorRegistry);
    return new PluginRunner({ registry, executors, store, owner: { host: `host-${pid}.invalid`, pid, started_at: 1 } });
  };

  it('for 10 s in the middle of a run lets the run go on, and lose nothing', async () => {
    const store = sandbox.store();
    const world = host.app.get(World);
    world.instead.set('b', async () => {
      await sandbox.server.stop();
      return StepResult.ok({ word: 'w' }, { rollbackData: { step: 'b' } });
    });
    const handle = await runnerOn(store, 1).run({ action: 'work' });
    await sleep(10_000);
    await sandbox.server.startAgain();
    await handle.result();

    expect(world.told).toEqual(['do a', 'do b', 'do c']);
    expect((await store.journal(handle.id)).map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    const events = await store.events(handle.id);
    expect(seqsOf(events)).toEqual(events.map((_, index) => index + 1));
    expect(events.at(-1)?.type).toBe('run.completed');
    expect(await store.get(handle.id)).toMatchObject({ status: 'completed', attempt: 1 });
  });

  it('for longer than the lease leaves a run that another process goes on with', async () => {
    const schema = sandbox.newSchema();
    const store = sandbox.store({ schema, leaseMs: 300, retryForMs: 200 });
    const world = host.app.get(World);
    world.instead.set('b', async () => {
      await sandbox.server.stop('immediate');
      return StepResult.ok();
    });
    const handle = await runnerOn(store, 1).run({ action: 'work' });
    expect(await codeOf(() => handle.result())).toBe('SYN_LEASE_LOST');
    await sandbox.server.startAgain();
    world.instead.clear();
    const peer = runnerOn(sandbox.store({ schema, leaseMs: 300 }), 2);

    expect(await store.get(handle.id)).toMatchObject({ status: 'running', next_steps: ['b'] });
    await (await peer.resume(handle.id, { wait: true })).result();
    expect(world.told).toEqual(['do a', 'do b', 'do b', 'do c']);
    expect(await store.get(handle.id)).toMatchObject({ status: 'completed', attempt: 2, epoch: 2 });
  });

  it.each(['fast', 'immediate'] as const)(
    'has every commit that it acknowledged before it was stopped: %s',
    async (mode) => {
      const store = sandbox.store({ maxConnections: 3 });
      await store.create(ownedRecordOf(1, 5_000));
      const acknowledged: number[] = [];
      let seq = 0;
      let isOver = false;
      const commits = (async () => {
        while (!isOver) {
          const commit = { entries: [entryOf(++seq)], events: eventsFrom(id, seq, seq), change: { progress: seq } };
          expect(await store.commit(id, 1, commit)).toBe('committed');
          acknowledged.push(seq);
        }
      })();
      for (let round = 0; round < 3; round++) {
        const before = acknowledged.length;
        while (acknowledged.length < before + 20) await sleep(1);
        await sandbox.server.stop(mode);
        await sandbox.server.startAgain();
      }
      isOver = true;
      await commits;

      expect(seqsOf(await store.journal(id))).toEqual(acknowledged);
      expect(seqsOf(await store.events(id))).toEqual(acknowledged);
      expect(await store.get(id)).toMatchObject({ progress: acknowledged.at(-1) });
    },
  );

  it('for longer than a call waits is told, with the cure, and is of no matter to later calls', async () => {
    const store = sandbox.store({ retryForMs: 300 });
    await store.create(ownedRecordOf(1, 5_000));
    await sandbox.server.stop();
    const commit = { entries: [entryOf(1)] };

    await expect(store.commit(id, 1, commit)).rejects.toMatchObject({
      code: 'SYN_STORE_UNAVAILABLE',
      retryable: true,
      details: { path: store.location, waited_ms: expect.any(Number) as number },
    });
    await sandbox.server.startAgain();
    expect(await store.commit(id, 1, commit)).toBe('committed');
  });

  it('does not renew a lease into the past when it is back', async () => {
    const store = sandbox.store();
    await store.create(ownedRecordOf(1, Date.now() + 500));
    await sandbox.server.stop();

    expect(await codeOf(() => store.renew(id, 1, Date.now() + 300))).toBe('SYN_STORE_UNAVAILABLE');
    await sandbox.server.startAgain();
  });

  it('is not waited for by a store that is closed, whenever that is', async () => {
    const stores = [1, 10, 100, 400].map((afterMs) => ({ afterMs, store: sandbox.store() }));
    for (const { store } of stores) await store.create(recordOf(1));
    await sandbox.server.stop();
    const codes = stores.map(async ({ store, afterMs }) => {
      const late = codeOf(() => store.get(id));
      await sleep(afterMs);
      await store.close();
      return late;
    });

    expect(new Set(await Promise.all(codes))).toEqual(new Set(['SYN_STORE_UNAVAILABLE']));
    await sandbox.server.startAgain();
    for (const { store } of stores) expect(await store.get(id)).toEqual(recordOf(1));
  });

  it('while a host starts that is to come up anyway has it take over, once it is back, what others have left there', async () => {
    const schema = sandbox.newSchema();
    const store = sandbox.store({ schema });
    await store.create(ownedRecordOf(1, 1, { plugin: 'app', action: 'work', params: {} }));
    await sandbox.server.stop();
    const url = new URL(sandbox.url);
    url.searchParams.set('schema', schema);
    const isOver = Promise.withResolvers<void>();
    const patient = await hostedRunner({
      providers: [...WORK_PROVIDERS],
      options: {
        ...{ store: url.href, requireStore: false, recover: true, recoverIntervalMs: 20 },
        listeners: [({ run_id, type }) => void (run_id === id && type === 'run.completed' && isOver.resolve())],
      },
    });
    expect(await codeOf(() => patient.runner.run({ action: 'work' }))).toBe('SYN_STORE_UNAVAILABLE');
    await sandbox.server.startAgain();
    await isOver.promise;

    expect(await store.get(id)).toMatchObject({ status: 'completed', epoch: 2 });
    expect(await (await patient.runner.run({ action: 'work' })).outcome()).toMatchObject({ status: 'completed' });
    await patient.app.close();
  });
});
