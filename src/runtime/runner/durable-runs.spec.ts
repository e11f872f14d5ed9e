import { LeaseLostError } from '../../foundation/errors/durability.errors.js';
import { StepResult } from '../../authoring/steps/step-result.js';
import type { RunEvent } from '../../authoring/reporting/run-event.js';
import { PeerWorld } from './durable.fixture.js';
import { WORK_PROVIDERS, World } from './durable-steps.fixture.js';

describe('A run in a store that outlives its process', () => {
  let peers: PeerWorld;
  let world: World;
  beforeEach(async () => {
    peers = await PeerWorld.of(WORK_PROVIDERS);
    world = peers.get(World);
  });
  afterEach(() => peers.close());

  async function eventsOf(id: string): Promise<readonly RunEvent[]> {
    const events = await peers.store.events(id);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    return events;
  }

  it.each([
    ['answers at once', false],
    ['answers later', true],
  ])(
    'takes one commit more than it has steps where the store %s, the one that makes it included',
    async (_case, isAsync) => {
      const { runner, store } = peers.peer({ isAsync });
      const handle = await runner.run({ action: 'work' });
      await handle.result();

      expect([store.count('create'), store.count('commit'), store.count('update')]).toEqual([1, 3, 0]);
      expect((await eventsOf(handle.id)).at(-1)?.type).toBe('run.completed');
    },
  );

  it('without steps takes the commit that makes it and the one that ends it', async () => {
    const { runner, store } = peers.peer();
    await (await runner.run({ action: 'plain' })).result();

    expect([store.count('create'), store.count('commit'), store.count('update')]).toEqual([1, 1, 0]);
  });

  it('has every step in its journal, with its result, its undo data, the context, and what comes next in the run', async () => {
    const { runner } = peers.peer();
    const begun = world.hold('c');
    const handle = await runner.run({ action: 'work', params: { word: 'w' } });
    await begun;

    expect(await peers.store.journal(handle.id)).toMatchObject([
      { seq: 1, kind: 'step', name: 'a', context: { seen: ['a'] }, rollback_data: { step: 'a' } },
      {
        seq: 2,
        kind: 'step',
        name: 'b',
        context: { seen: ['a', 'b'] },
        result: { success: true, data: { word: 'w' } },
      },
    ]);
    expect(await handle.record()).toMatchObject({ next_steps: ['c'], progress: 50, epoch: 1, status: 'running' });
  });

  it('gives its lease back when it ends', async () => {
    const { runner } = peers.peer();
    const begun = world.hold('a');
    const held = await runner.run({ action: 'work' });
    await begun;
    world.instead.clear();
    const handle = await runner.run({ action: 'work' });
    await handle.result();

    expect((await held.record()).lease_expires_at).toBe(peers.clock.now() + 300);
    expect((await handle.record()).lease_expires_at).toBeUndefined();
    expect(await handle.record()).toMatchObject({ status: 'completed', next_steps: [], progress: 100 });
  });

  it('keeps its lease for as long as a step is awaited', async () => {
    const { runner } = peers.peer();
    const begun = world.hold('b');
    const handle = await runner.run({ action: 'work' });
    await begun;
    for (let second = 0; second < 10; second++) {
      await peers.clock.pass(1_000);
      expect(await peers.store.expired(peers.clock.now())).toEqual([]);
    }

    expect((await handle.record()).owner?.host).toBe('host-1.invalid');
  });

  it('puts the events that tell of a step into the commit of the step', async () => {
    const { runner, store } = peers.peer();
    store.fault = (call) => (call === 'append' ? 'fails' : undefined);
    const begun = world.hold('b');
    const handle = await runner.run({ action: 'work' });
    await begun;

    expect((await eventsOf(handle.id)).map(({ type, data }) => `${type} ${String(data['step'] ?? '')}`)).toEqual([
      'run.started ',
      'step.started a',
      'step.completed a',
    ]);
  });

  it.each([
    ['a step in the middle', 'b', ['undo b', 'undo a']],
    ['the last step', 'c', ['undo c', 'undo b', 'undo a']],
  ])('fails and is undone when what %s came to cannot be kept', async (_case, step, undone) => {
    const { runner } = peers.peer();
    world.instead.set(step, () => StepResult.ok({ big: 7n }));
    const handle = await runner.run({ action: 'work' });

    await expect(handle.result()).rejects.toMatchObject({ details: { cause_code: 'SYN_STEP_FAILED', step } });
    await expect(handle.result()).rejects.toThrow(/cannot be kept/);
    expect(world.told.filter((effect) => effect.startsWith('undo'))).toEqual(undone);
    expect(await handle.record()).toMatchObject({ status: 'failed', undo: 'done' });
  });

  it('fails and is undone when what a step of a group came to cannot be kept', async () => {
    const { runner } = peers.peer();
    world.instead.set('b', () => StepResult.ok({ big: 7n }));
    const handle = await runner.run({ action: 'side_by_side' });

    await expect(handle.result()).rejects.toMatchObject({ details: { cause_code: 'SYN_STEP_FAILED', step: 'b' } });
    expect(world.told).toEqual(['do a', 'do b', 'do c', 'undo b', 'undo c', 'undo a']);
    expect(await handle.record()).toMatchObject({ status: 'failed', undo: 'done' });
  });

  it('fails and is undone when a field of the context could not be restored, and says which one and what to do', async () => {
    const { runner } = peers.peer();
    world.instead.set('b', (context) => {
      Object.assign(context, { cache: new Map([['a', 1]]) });
      return StepResult.ok();
    });
    const handle = await runner.run({ action: 'work' });

    await expect(handle.result()).rejects.toThrow(
      /WorkContext\.cache cannot be kept in a journal: it holds a Map\. Put @Type/,
    );
    expect(world.told).toEqual(['do a', 'do b', 'undo b', 'undo a']);
  });

  it('goes on after a store that was away for less than the lease', async () => {
    const { runner, store } = peers.peer();
    store.fault = (call, number) => (call === 'commit' && number < 4 ? 'fails' : undefined);
    const handle = await runner.run({ action: 'work' });
    await peers.clock.pass(200);

    expect(await handle.result()).toMatchObject({ seen: ['a', 'b', 'c'] });
    expect(world.told).toEqual(['do a', 'do b', 'do c']);
    await eventsOf(handle.id);
  });

  it.each([1, 2, 3])('takes commit %d for what it is when only its answer was lost', async (lost) => {
    const { runner, store } = peers.peer();
    store.fault = (call, number) => (call === 'commit' && number === lost ? 'fails_after' : undefined);
    const handle = await runner.run({ action: 'work' });
    await peers.clock.pass(100);

    expect(await handle.result()).toMatchObject({ seen: ['a', 'b', 'c'] });
    expect(await peers.store.journal(handle.id)).toHaveLength(3);
    expect((await eventsOf(handle.id)).at(-1)?.type).toBe('run.completed');
  });

  it('is left as it stands when the store stays away for longer than the lease: nothing more is executed or undone', async () => {
    const { runner, store } = peers.peer();
    store.fault = (call) => (['commit', 'renew', 'append'].includes(call) ? 'fails' : undefined);
    const handle = await runner.run({ action: 'work' });
    await peers.clock.pass(2_000);

    await expect(handle.result()).rejects.toBeInstanceOf(LeaseLostError);
    expect(world.told).toEqual(['do a']);
    expect(await peers.store.get(handle.id)).toMatchObject({ status: 'running', epoch: 1 });
    expect(await peers.store.journal(handle.id)).toEqual([]);
  });
});
