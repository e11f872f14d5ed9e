import { LeaseLostError } from '../../foundation/errors/durability.errors.js';
import { StoreValueLostError, StoreValueUnavailableError } from '../../foundation/errors/store.errors.js';
import { ownedRecordOf } from '../run-store/run-store.fixture.js';
import type { Peer, PeerWorld } from './durable.fixture.js';
import { dyingIn, workPeers, type World } from './durable-steps.fixture.js';
import { RunTakeover } from './run-takeover.js';
import type { RunHandle } from './run-handle.js';

describe('A lease', () => {
  let peers: PeerWorld;
  let world: World;
  let first: Peer;
  beforeEach(async () => {
    ({ peers, world, first } = await workPeers());
  });
  afterEach(() => peers.close());

  const completedRun = async (): Promise<string> => {
    const run = await peers.peer().runner.run({ action: 'work' });
    await run.result();
    return run.id;
  };

  describe.each([
    ['a new run', async (): Promise<RunHandle> => first.runner.run({ action: 'work' })],
    ['a fork', async (): Promise<RunHandle> => first.runner.fork(await completedRun(), { step: 'a' })],
  ])('of %s whose store took its time', (_what, begin) => {
    /** Does something between the making of the run and the answer, which comes when the lease is over. */
    const slowly = (meanwhile: (id: string) => unknown): void => {
      const create = first.store.create.bind(first.store);
      first.store.create = async (record, entries) => {
        await create(record, entries);
        await peers.clock.pass(400);
        await meanwhile(record.id);
      };
    };

    it('is renewed before the run begins', async () => {
      slowly(() => (first.store.calls.length = 0));
      const handle = await begin();

      expect(first.store.calls[0]).toBe('renew');
      expect(await handle.outcome()).toMatchObject({ status: 'completed' });
    });

    it('is respected where another process has it by then', async () => {
      const owner = { host: 'other.invalid', pid: 1, started_at: 1 };
      let ownId = '';
      slowly(async (id) => {
        ownId = id;
        world.effects.length = 0;
        await peers.store.claim(id, { owner, leaseMs: 300, now: peers.clock.now() });
      });

      await expect(begin()).rejects.toMatchObject({ code: 'SYN_RUN_OWNED' });
      expect(world.effects).toEqual([]);
      expect(await peers.store.get(ownId)).toMatchObject({ status: 'running', owner, epoch: 2 });
    });
  });

  it('is lost by an owner that hangs, whose late commit is refused, and who executes and undoes nothing more', async () => {
    const released = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    world.instead.set('b', async (context) => {
      begun.resolve();
      await released.promise;
      return { ...context, success: true } as never;
    });
    // As with a blocked event loop, no renewal gets through.
    first.store.fault = (call) => (call === 'renew' ? 'hangs' : undefined);
    const late = await first.runner.run({ action: 'work' });
    await begun.promise;
    await peers.clock.pass(30_000);
    world.instead.clear();
    const handle = await peers.peer().runner.resume(late.id);
    await handle.result();
    const before = [
      await peers.store.get(late.id),
      await peers.store.journal(late.id),
      await peers.store.events(late.id),
    ];
    world.effects.length = 0;
    released.resolve();

    await expect(late.result()).rejects.toBeInstanceOf(LeaseLostError);
    expect(world.effects).toEqual([]);
    expect([
      await peers.store.get(late.id),
      await peers.store.journal(late.id),
      await peers.store.events(late.id),
    ]).toEqual(before);
  });

  it('that a renewal finds lost tells the step to end, and the run with it', async () => {
    const begun = world.hold('b');
    const handle = await first.runner.run({ action: 'work' });
    await begun;
    const record = await handle.record();
    await peers.store.claim(handle.id, {
      owner: { host: 'x', pid: 1, started_at: 1 },
      leaseMs: 60_000,
      now: Number.MAX_SAFE_INTEGER,
    });
    await peers.clock.pass(100);
    await peers.clock.pass(1_100);

    await expect(handle.result()).rejects.toMatchObject({ code: 'SYN_LEASE_LOST', retryable: true });
    expect(record.epoch).toBe(1);
    expect(await peers.store.get(handle.id)).toMatchObject({ status: 'running', epoch: 2 });
    expect(world.told).toEqual(['do a', 'do b']);
  });

  it('brings the request of another process to end the run', async () => {
    const begun = world.hold('b');
    const handle = await first.runner.run({ action: 'work' });
    await begun;
    await peers.peer().runner.cancel(handle.id, 'from elsewhere');
    await peers.clock.pass(100);
    await peers.clock.pass(1_100);

    expect(await handle.outcome()).toMatchObject({ status: 'cancelled', error: { reason: 'from elsewhere' } });
    expect(world.told).toEqual(['do a', 'do b', 'undo b', 'undo a']);
    expect(await handle.record()).toMatchObject({
      status: 'cancelled',
      undo: 'done',
      cancel_requested: 'from elsewhere',
    });
  });
});

describe(RunTakeover, () => {
  let peers: PeerWorld;
  let world: World;
  let first: Peer;
  let second: Peer;
  beforeEach(async () => {
    ({ peers, world, first, second } = await workPeers());
  });
  afterEach(async () => {
    second.runner.stopAccepting();
    await peers.close();
  });

  function diesIn(step: string, request: object = {}): Promise<RunHandle> {
    return dyingIn(step, { world, peer: first }, (runner) => runner.run({ action: 'work', ...request }));
  }

  /** Lets time pass in small steps, as peers live it. */
  async function live(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 50) await peers.clock.pass(50);
  }

  it('goes on with the runs of a process that is gone, an interval after their leases at the latest', async () => {
    const { id } = await diesIn('b');
    second.runner.takeOver({ intervalMs: 200 });
    await live(290);
    expect(await peers.store.get(id)).toMatchObject({ epoch: 1 });
    await live(250);

    expect(await peers.store.get(id)).toMatchObject({ status: 'completed', attempt: 2 });
    expect(world.told).toEqual(['do a', 'do b', 'do b', 'do c']);
  });

  it('leaves runs alone whose owners live', async () => {
    const begun = world.hold('b');
    const handle = await first.runner.run({ action: 'work' });
    await begun;
    second.runner.takeOver({ intervalMs: 100 });
    await live(3_000);

    expect(await handle.record()).toMatchObject({ epoch: 1, attempt: 1 });
  });

  it('is done by one of many peers', async () => {
    const { id } = await diesIn('b');
    const others = Array.from({ length: 5 }, () => peers.peer());
    for (const { runner } of others) runner.takeOver({ intervalMs: 100 });
    await live(600);
    for (const { runner } of others) runner.stopAccepting();

    expect(await peers.store.get(id)).toMatchObject({ status: 'completed', attempt: 2, epoch: 2 });
    expect(world.told).toEqual(['do a', 'do b', 'do b', 'do c']);
  });

  it('undoes what was being undone after the end of a run', async () => {
    const run = await first.runner.run({ action: 'work' });
    await run.result();
    first.store.fault = (call, number) => (call === 'commit' && number === 5 ? 'dies' : undefined);
    await first.runner.undo(run.id);
    second.runner.takeOver({ intervalMs: 100 });
    await live(600);

    expect(await peers.store.get(run.id)).toMatchObject({ status: 'completed', undo: 'done' });
  });

  it('cancels runs whose end was asked for', async () => {
    const { id } = await diesIn('b');
    await second.runner.cancel(id, 'enough');
    second.runner.takeOver({ intervalMs: 100 });
    await live(600);

    expect(await peers.store.get(id)).toMatchObject({ status: 'cancelled', undo: 'done' });
  });

  it('leaves runs alone whose actions it does not have, or has in another version', async () => {
    const { id } = await diesIn('b');
    const { runner } = second;
    const refused: string[] = [];
    await peers.store.create({ ...(await peers.store.get(id)), id: 'foreign', action: 'elsewhere' } as never);
    await peers.store.create({ ...(await peers.store.get(id)), id: 'other', plugin: 'nobody' } as never);
    runner.takeOver({ intervalMs: 100, onRefused: ({ id: run }) => refused.push(run) });
    await live(600);

    expect(await peers.store.get('foreign')).toMatchObject({ epoch: 1, status: 'running' });
    expect(await peers.store.get('other')).toMatchObject({ epoch: 1, status: 'running' });
    expect(refused).toEqual([]);
  });

  it('leaves children to their run while that is not over', async () => {
    await peers.store.create({
      id: '0',
      plugin: 'x',
      action: 'y',
      mode: 'local',
      status: 'running',
      attempt: 1,
      params: {},
      idempotency_key: '0',
      created_at: 1,
    });
    const { id } = await diesIn('b', { parentId: '0' });
    second.runner.takeOver({ intervalMs: 100 });
    await live(600);
    expect(await peers.store.get(id)).toMatchObject({ epoch: 1 });
    await peers.store.update('0', { status: 'failed' });
    await live(200);

    expect(await peers.store.get(id)).toMatchObject({ status: 'completed', epoch: 2 });
  });

  it('says once that a run needs secrets which only its caller has, and leaves it to be resumed', async () => {
    const { id } = await diesIn('b', { params: { token: 'open sesame' } });
    const refused: unknown[] = [];
    second.runner.takeOver({ intervalMs: 100, onRefused: (_run, error) => refused.push(error) });
    await live(1_000);

    expect(refused).toEqual([expect.objectContaining({ code: 'SYN_SECRET_MISSING' })]);
    expect(await peers.store.get(id)).toMatchObject({ epoch: 1, status: 'running' });
  });

  it.each([
    ['lost, and says so once', new StoreValueLostError({ runId: '0', value: 'params', url: 'x' }, 'is missing', ''), 1],
    ['away', new StoreValueUnavailableError({ runId: '0', value: 'params', url: 'x' }, 'read', 'it is away'), 0],
  ])('goes on with others when a large value of the run above one is %s', async (_name, thrown, times) => {
    await peers.store.create(ownedRecordOf(1, 9e15, { id: '0' }));
    const child = await diesIn('b', { parentId: '0' });
    const other = await dyingIn('b', { world, peer: peers.peer() }, (runner) => runner.run({ action: 'work' }));
    jest.spyOn(second.store, 'get').mockImplementation((id) => {
      if (id === '0') throw thrown;
      return peers.store.get(id);
    });
    const refused: unknown[] = [];
    second.runner.takeOver({ intervalMs: 100, onRefused: (run, error) => refused.push([run.id, error]) });
    await live(1_200);

    expect(await peers.store.get(other.id)).toMatchObject({ status: 'completed', epoch: 2 });
    expect(await peers.store.get(child.id)).toMatchObject({ status: 'running', epoch: 1 });
    expect(refused).toEqual(Array.from({ length: times }, () => [child.id, thrown]));
  });

  it('asks a store again that was away', async () => {
    const { id } = await diesIn('b');
    second.store.fault = (call, number) => (call === 'expired' && number < 8 ? 'fails' : undefined);
    second.runner.takeOver({ intervalMs: 100 });
    await live(1_200);

    expect(await peers.store.get(id)).toMatchObject({ status: 'completed' });
  });
});
