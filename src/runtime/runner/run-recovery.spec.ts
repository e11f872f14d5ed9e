import { StepResult } from '../../authoring/steps/step-result.js';
import type { RunEvent } from '../../authoring/reporting/run-event.js';
import type { Peer, PeerWorld } from './durable.fixture.js';
import { dyingIn, workPeers, type World } from './durable-steps.fixture.js';
import type { RunHandle } from './run-handle.js';

describe('A run whose process died', () => {
  let peers: PeerWorld;
  let world: World;
  let first: Peer;
  let second: Peer;
  beforeEach(async () => {
    ({ peers, world, first, second } = await workPeers());
  });
  afterEach(() => peers.close());

  /** Starts a run whose process dies in a step. */
  function diesIn(step: string, action = 'work', params: object = { word: 'w' }): Promise<RunHandle> {
    return dyingIn(step, { world, peer: first }, (runner) => runner.run({ action, params }));
  }

  async function eventsOf(id: string): Promise<readonly RunEvent[]> {
    const events = await peers.store.events(id);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    return events;
  }

  it('goes on at the step in doubt, with the same keys, the context as it was, and the next attempt', async () => {
    const { id } = await diesIn('b');
    await peers.outwait();
    const handle = await second.runner.resume(id);

    expect(await handle.result()).toEqual({ seen: ['a', 'b', 'c'], word: 'w', token: 0 });
    expect(handle.id).toBe(id);
    expect(world.effects).toEqual([`do ${id}:a`, `do ${id}:b`, `do ${id}:b`, `do ${id}:c`]);
    expect(await handle.record()).toMatchObject({ status: 'completed', attempt: 2, epoch: 2 });
    const events = await eventsOf(id);
    expect(events.filter(({ type }) => type.startsWith('run.')).map(({ type, attempt }) => [type, attempt])).toEqual([
      ['run.started', 1],
      ['run.started', 2],
      ['run.completed', 2],
    ]);
  });

  it('goes on with what is left of a group', async () => {
    const begun = world.hold('c');
    const { id } = await first.runner.run({ action: 'side_by_side' });
    await begun;
    await peers.clock.pass(1);
    first.store.isDead = true;
    world.instead.clear();
    await peers.outwait();
    await (await second.runner.resume(id)).result();

    expect(world.told).toEqual(['do a', 'do b', 'do c', 'do c']);
  });

  it('of an action without steps starts again, with the same key', async () => {
    const { id } = await diesIn('plain', 'plain', {});
    await peers.outwait();

    expect(await (await second.runner.resume(id)).result()).toBe('attempt 2');
    expect(world.effects).toEqual([`do ${id}:plain`, `do ${id}:plain`]);
  });

  it('goes on being undone when it died in the middle of that, and fails as it would have', async () => {
    world.instead.set('c', () => StepResult.fail('no luck'));
    first.store.fault = (call, number) => (call === 'commit' && number === 4 ? 'dies' : undefined);
    const { id } = await first.runner.run({ action: 'work' });
    await peers.outwait();
    const handle = await second.runner.resume(id);

    await expect(handle.result()).rejects.toMatchObject({ details: { step: 'c', reason: 'no luck' } });
    expect(world.told).toEqual(['do a', 'do b', 'do c', 'undo c', 'undo c', 'undo b', 'undo a']);
    expect(await handle.record()).toMatchObject({ status: 'failed', undo: 'done' });
  });

  it('ends as cancelled when it died while it was undone for that', async () => {
    const begun = world.hold('b');
    const { id } = await first.runner.run({ action: 'work' });
    await begun;
    first.store.fault = (call, number) => (call === 'commit' && number === 3 ? 'dies' : undefined);
    void first.runner.cancel(id, 'enough');
    await peers.clock.pass(2_000);
    world.instead.clear();
    await peers.outwait();
    const outcome = await (await second.runner.resume(id)).outcome();

    expect(outcome).toMatchObject({ status: 'cancelled', error: { code: 'SYN_RUN_CANCELLED' } });
    expect((await peers.store.get(id))?.error?.message).toContain('enough');
  });

  it('is undone instead where that is asked for, the step in doubt first, and is cancelled by it', async () => {
    const { id } = await diesIn('b');
    await peers.outwait();
    const handle = await second.runner.undo(id);

    expect(await handle.result()).toEqual([
      { step: 'b', ok: true },
      { step: 'a', ok: true },
    ]);
    expect(world.told).toEqual(['do a', 'do b', 'undo b', 'undo a']);
    expect(await peers.store.get(id)).toMatchObject({ status: 'cancelled', undo: 'done' });
    expect((await eventsOf(id)).at(-1)?.type).toBe('run.cancelled');
  });

  it('is undone and cancelled at once when it is cancelled', async () => {
    const { id } = await diesIn('c');
    await peers.outwait();

    expect(await second.runner.cancel(id, 'enough')).toMatchObject({ status: 'cancelled', undo: 'done' });
    expect(world.told.slice(3)).toEqual(['undo c', 'undo b', 'undo a']);
  });

  it('is undone by whoever goes on with it when its end was asked for before', async () => {
    const { id } = await diesIn('b');
    await second.runner.cancel(id, 'enough');
    expect((await peers.store.get(id))?.status).toBe('running');
    await peers.outwait();
    await (await second.runner.resume(id)).outcome();

    expect(await peers.store.get(id)).toMatchObject({ status: 'cancelled', undo: 'done' });
    expect(world.told).toEqual(['do a', 'do b', 'undo b', 'undo a']);
  });

  it('can die again, and again', async () => {
    const { id } = await diesIn('a');
    for (const step of ['a', 'b', 'c']) {
      await peers.outwait();
      const peer = peers.peer();
      await dyingIn(step, { world, peer }, (runner) => runner.resume(id));
    }
    await peers.outwait();
    const handle = await second.runner.resume(id);

    expect(await handle.result()).toMatchObject({ seen: ['a', 'b', 'c'] });
    expect(await handle.record()).toMatchObject({ attempt: 5, epoch: 5 });
    await eventsOf(id);
  });

  it('needs its secrets again: they are not in the store, and what is missing is named', async () => {
    const { id } = await diesIn('b', 'work', { token: 'open sesame' });
    await peers.outwait();
    const resume = (params?: object): Promise<RunHandle> => second.runner.resume(id, { params });

    expect(JSON.stringify([await peers.store.get(id), await peers.store.journal(id)])).not.toContain('sesame');
    await expect(resume()).rejects.toMatchObject({ code: 'SYN_SECRET_MISSING', missing: ['token'] });
    await expect(resume({ word: 'x' })).rejects.toThrow(/'word' is none\. To change it, fork the run/);
    expect(await peers.store.get(id)).toMatchObject({ epoch: 1 });
    expect(await (await resume({ token: 'open sesame' })).result()).toMatchObject({ token: 11 });
  });

  it('is waited for when its owner is on another host, and taken over when that stays silent', async () => {
    const { id } = await diesIn('b');
    const resumed = second.runner.resume(id, { wait: true });
    await peers.clock.pass(200);
    expect((await peers.store.get(id))?.epoch).toBe(1);
    await peers.clock.pass(200);

    expect(await (await resumed).result()).toMatchObject({ seen: ['a', 'b', 'c'] });
  });

  it('is left alone when its owner shows that it is alive', async () => {
    const begun = world.hold('b');
    const { id } = await first.runner.run({ action: 'work' });
    await begun;

    await expect(second.runner.resume(id)).rejects.toMatchObject({ code: 'SYN_RUN_OWNED', kind: 'usage' });
    const waiting = second.runner.resume(id, { wait: true });
    waiting.catch(() => undefined);
    await peers.clock.pass(1_000);
    await expect(waiting).rejects.toThrow(/executed by process 1 on host-1\.invalid/);
  });
});
