import { StepResult } from '../../authoring/steps/step-result.js';
import type { Peer, PeerWorld } from './durable.fixture.js';
import { dyingIn, workPeers, type World } from './durable-steps.fixture.js';
import type { RunHandle } from './run-handle.js';

describe('A run that is over', () => {
  let peers: PeerWorld;
  let world: World;
  let peer: Peer;
  beforeEach(async () => {
    ({ peers, world, first: peer } = await workPeers());
  });
  afterEach(() => peers.close());

  async function completed(): Promise<RunHandle> {
    const handle = await peer.runner.run({ action: 'work', params: { word: 'w' } });
    await handle.result();
    world.effects.length = 0;
    return handle;
  }

  async function typesOf(id: string): Promise<string[]> {
    const events = await peers.store.events(id);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    return events.map(({ type }) => type);
  }

  describe('can be undone and', () => {
    it('stays what it was, with every step undone', async () => {
      const { id } = await completed();
      const handle = await peer.runner.undo(id);

      expect((await handle.result()).map(({ step, ok }) => `${step} ${ok}`)).toEqual(['c true', 'b true', 'a true']);
      expect(world.effects).toEqual([`undo ${id}:c`, `undo ${id}:b`, `undo ${id}:a`]);
      expect(await handle.record()).toMatchObject({ status: 'completed', undo: 'done', attempt: 2 });
      expect((await handle.record()).lease_expires_at).toBeUndefined();
    });

    it('has the events of the undo after its end, and no second end', async () => {
      const { id } = await completed();
      const before = await typesOf(id);
      const handle = await peer.runner.undo(id);
      const seen: string[] = [];
      for await (const { type } of handle.events(before.length)) seen.push(type);

      expect(seen).toEqual(['run.started', 'step.rolled_back', 'step.rolled_back', 'step.rolled_back']);
      expect(await typesOf(id)).toEqual([...before, ...seen]);
    });

    it('keeps what could not be undone as a state of its own, and tries that again, and only that', async () => {
      world.stuck.add('b');
      const { id } = await completed();
      const failed = await (await peer.runner.undo(id)).outcome();

      expect(failed).toMatchObject({
        status: 'failed',
        error: {
          code: 'SYN_UNDO_FAILED',
          undone: [{ ok: true }, { step: 'b', ok: false, error: 'b is stuck' }, { ok: true }],
        },
      });
      expect(await peers.store.get(id)).toMatchObject({ status: 'completed', undo: 'failed' });
      world.effects.length = 0;
      world.stuck.clear();
      await (await peer.runner.undo(id)).result();

      expect(world.told).toEqual(['undo b']);
      expect(await peers.store.get(id)).toMatchObject({ status: 'completed', undo: 'done' });
    });

    it('can have the undo of its failure finished', async () => {
      world.stuck.add('a');
      world.instead.set('c', () => StepResult.fail('no luck'));
      const run = await peer.runner.run({ action: 'work' });
      await run.outcome();
      expect(await run.record()).toMatchObject({ status: 'failed', undo: 'failed' });
      world.stuck.clear();
      await (await peer.runner.undo(run.id)).result();

      expect(await run.record()).toMatchObject({ status: 'failed', undo: 'done' });
      expect(world.told.slice(3)).toEqual(['undo c', 'undo b', 'undo a']);
    });

    it('goes on being undone by another process when the first one dies at it', async () => {
      const { id } = await completed();
      peer.store.fault = (call, number) => (call === 'commit' && number === 6 ? 'dies' : undefined);
      await peer.runner.undo(id);
      await peers.outwait();
      expect(await peers.store.expired(peers.clock.now())).toMatchObject([
        { id, status: 'completed', undo: 'pending' },
      ]);
      await (await peers.peer().runner.undo(id)).result();

      expect(world.told).toEqual(['undo c', 'undo b', 'undo b', 'undo a']);
      expect(await peers.store.get(id)).toMatchObject({ status: 'completed', undo: 'done' });
      await typesOf(id);
    });

    it('is not undone twice, nor by two at once', async () => {
      const { id } = await completed();
      await (await peer.runner.undo(id)).result();

      await expect(peer.runner.undo(id)).rejects.toThrow(/All of its steps are undone already/);
      const other = await completed();
      peer.store.fault = (call) => (call === 'commit' ? 'hangs' : undefined);
      await peer.runner.undo(other.id);
      await expect(peers.peer().runner.undo(other.id)).rejects.toMatchObject({ code: 'SYN_RUN_OWNED' });
    });

    it('has nothing to undo where its action has no steps', async () => {
      const run = await peer.runner.run({ action: 'plain' });
      await run.result();

      await expect(peer.runner.undo(run.id)).rejects.toThrow(/Action 'plain' has no steps/);
    });
  });

  describe('can be forked and', () => {
    it('the new run goes on after the step, with changed params, keys of its own, and the context as the step left it', async () => {
      const { id } = await completed();
      const fork = await peer.runner.fork(id, { step: 'a', params: { word: 'new' } });

      expect(await fork.result()).toMatchObject({ seen: ['a', 'b', 'c'], word: 'new' });
      expect(fork.id).not.toBe(id);
      expect(world.effects).toEqual([`do ${fork.id}:b`, `do ${fork.id}:c`]);
      expect(await fork.record()).toMatchObject({ forked_from: id, status: 'completed', params: { word: 'new' } });
      expect((await peers.store.journal(fork.id)).map(({ seq, name }) => `${seq} ${name}`)).toEqual([
        '1 a',
        '2 b',
        '3 c',
      ]);
    });

    it('goes on after the last finished step where none is named', async () => {
      world.instead.set('c', () => StepResult.fail('no luck'));
      world.stuck.add('c').add('b').add('a');
      const begun = world.hold('b');
      const run = await peer.runner.run({ action: 'work' });
      await begun;
      world.instead.clear();
      const fork = await peers.peer().runner.fork(run.id);

      expect(await fork.result()).toMatchObject({ seen: ['a', 'b', 'c'] });
    });

    it('never undoes what the first run did', async () => {
      const { id } = await completed();
      world.instead.set('c', () => StepResult.fail('no luck'));
      const fork = await peer.runner.fork(id, { step: 'a' });
      await fork.outcome();

      expect(world.effects).toEqual([`do ${fork.id}:b`, `do ${fork.id}:c`, `undo ${fork.id}:c`, `undo ${fork.id}:b`]);
    });

    it('goes on from its own first commit when its process dies', async () => {
      const { id } = await completed();
      const fork = await dyingIn('b', { world, peer }, (runner) => runner.fork(id, { step: 'a' }));
      await peers.outwait();

      expect(await (await peers.peer().runner.resume(fork.id)).result()).toMatchObject({ seen: ['a', 'b', 'c'] });
      expect(world.told).toEqual(['do b', 'do b', 'do c']);
    });

    it.each([
      ['that it does not have', 'z', /no finished step 'z'\. Finished steps: a, b, c\./],
      ['that was undone', 'b', /step 'a' was undone/],
    ])('is refused at a step %s', async (_case, step, message) => {
      const { id } = await completed();
      if (step === 'b') await (await peer.runner.undo(id)).result();

      await expect(peer.runner.fork(id, { step })).rejects.toThrow(message);
    });
  });

  it('is not resumed, nor cancelled', async () => {
    const { id } = await completed();

    await expect(peer.runner.resume(id)).rejects.toMatchObject({ code: 'SYN_RUN_ENDED', kind: 'usage' });
    expect(await peer.runner.cancel(id, 'late')).toMatchObject({ status: 'completed' });
  });

  it('has to be there for anything', async () => {
    const { runner } = peer;
    for (const call of [runner.resume('1'), runner.undo('1'), runner.fork('1'), runner.cancel('1', 'x')]) {
      await expect(call).rejects.toMatchObject({ code: 'SYN_RUN_NOT_FOUND' });
    }
  });
});
