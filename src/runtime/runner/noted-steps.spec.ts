import { LeaseLostError } from '../../foundation/errors/durability.errors.js';
import { StepNotes } from '../../authoring/families/work/step-notes.js';
import type { StepContext } from '../../authoring/steps/step-context.js';
import { StepResult } from '../../authoring/steps/step-result.js';
import type { Peer, PeerWorld } from './durable.fixture.js';
import { WORK_PROVIDERS, workPeers, World } from './durable-steps.fixture.js';
import { hostedRunner } from './runner.fixture.js';

interface Note {
  readonly made: number;
}
const notesOf = (context: StepContext): StepNotes<Note> => new StepNotes<Note>('made', context);
const readBy = (seen: Note[]) => async (context: StepContext) => {
  for await (const note of notesOf(context).entries()) seen.push(note);
  return StepResult.ok();
};

describe('What a step notes while it works', () => {
  let peers: PeerWorld;
  let world: World;
  let first: Peer;
  beforeEach(async () => {
    ({ peers, world, first } = await workPeers());
  });
  afterEach(() => peers.close());

  /** Has step b make notes and then never come back; resolves to the run once they are made. */
  const notedBy = async (peer: Peer, notes: readonly Note[], start = () => peer.runner.run({ action: 'work' })) => {
    const noted = Promise.withResolvers<void>();
    world.instead.set('b', async (context) => {
      for (const note of notes) await notesOf(context).add(note);
      noted.resolve();
      return new Promise<never>(() => undefined);
    });
    const handle = await start();
    await noted.promise;
    peer.store.isDead = true;
    await peers.outwait();
    return handle;
  };

  it('is read in its order by the processes that go on with the run, one after the other', async () => {
    const { id } = await notedBy(first, [{ made: 1 }, { made: 2 }]);
    const second = peers.peer();
    await notedBy(second, [{ made: 3 }], () => second.runner.resume(id));
    const seen: Note[] = [];
    world.instead.set('b', readBy(seen));
    await (await peers.peer().runner.resume(id)).result();

    expect(seen).toEqual([{ made: 1 }, { made: 2 }, { made: 3 }]);
  });

  it('is of that step only, and read back by the attempt that has written it', async () => {
    const seen: Note[] = [];
    world.instead.set('a', async (context) => {
      await notesOf(context).add({ made: 1 });
      await notesOf(context).add({ made: 2 });
      expect(await notesOf(context).last()).toEqual({ made: 2 });
      return StepResult.ok();
    });
    world.instead.set('b', readBy(seen));
    await (await first.runner.run({ action: 'work' })).result();

    expect(seen).toEqual([]);
  });

  it('waits for a store that is away', async () => {
    let failures = 0;
    const order: string[] = [];
    first.store.fault = (call) => (call === 'append' && failures < 3 ? (failures++, 'fails') : undefined);
    world.instead.set('b', async (context) => {
      await notesOf(context).add({ made: 1 });
      order.push(`noted after ${failures}`);
      return StepResult.ok();
    });
    const handle = await first.runner.run({ action: 'work' });
    while (order.length === 0) await peers.clock.pass(50);
    await handle.result();

    expect(order).toEqual(['noted after 3']);
    const events = await peers.store.events(handle.id);
    expect(events.filter(({ type }) => type === 'checkpoint')).toHaveLength(1);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  });

  it('is refused to a process that has lost the run meanwhile, and known to nobody', async () => {
    const [begun, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const told: unknown[] = [];
    world.instead.set('b', async (context) => {
      begun.resolve();
      await released.promise;
      await notesOf(context)
        .add({ made: 1 })
        .catch((error: unknown) => told.push(error));
      return StepResult.ok();
    });
    first.store.fault = (call) => (call === 'renew' ? 'hangs' : undefined);
    const late = await first.runner.run({ action: 'work' });
    await begun.promise;
    await peers.clock.pass(30_000);
    const seen: Note[] = [];
    world.instead.set('b', readBy(seen));
    first.store.fault = () => undefined;
    const handle = await peers.peer().runner.resume(late.id);
    await handle.result();
    released.resolve();
    await expect(late.result()).rejects.toBeInstanceOf(LeaseLostError);

    expect([told, seen]).toEqual([[expect.any(LeaseLostError)], []]);
    const events = await peers.store.events(late.id);
    expect(events.filter(({ type }) => type === 'checkpoint')).toEqual([]);
  });

  it('stays in its process where a run does not outlive it', async () => {
    const host = await hostedRunner({ providers: WORK_PROVIDERS });
    const seen: Note[] = [];
    const own = host.app.get(World, { strict: false });
    own.instead.set('b', async (context) => {
      expect(context.runtimeCtx.notes).toBeUndefined();
      await notesOf(context).add({ made: 7 });
      return readBy(seen)(context);
    });
    await (await host.runner.run({ action: 'work' })).result();
    await host.app.close();

    expect(seen).toEqual([{ made: 7 }]);
  });
});
