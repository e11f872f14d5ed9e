import { Type } from 'class-transformer';
import { Injectable } from '@nestjs/common';
import { BaseAction } from '../../authoring/actions/base-action.js';
import { Action } from '../../authoring/decorators/action.decorator.js';
import { Step } from '../../authoring/decorators/step.decorator.js';
import { BaseStep } from '../../authoring/steps/base-step.js';
import { StepContext } from '../../authoring/steps/step-context.js';
import type { StepRegistry } from '../../authoring/steps/step-registry.js';
import { StepResult } from '../../authoring/steps/step-result.js';
import type { NewJournalEntry } from '../run-store/run-journal.js';
import type { RunRecord } from '../run-store/run-record.js';
import { PeerWorld } from './durable.fixture.js';
import { WORK_PROVIDERS, World } from './durable-steps.fixture.js';
import { eventsOf, hostedRunner } from './runner.fixture.js';
import { MemoryRunStore } from '../run-store/memory-run-store.js';

class Place {
  constructor(readonly url: string = '') {}
}
/** Its constructor cannot do without its argument, which nobody has when it is restored. */
class Spot {
  readonly name: string;
  constructor(name: string) {
    this.name = name.trim();
  }
}
class PlaceContext extends StepContext {
  @Type(() => Place)
  place: Place = new Place();
  @Type(() => Spot)
  spot?: Spot;
}

@Injectable()
class Changing {
  steps: string[] = ['one', 'two'];
  effects: string[] = [];
}

@Step({ name: 'one' })
class OneStep extends BaseStep<PlaceContext> {
  constructor(private readonly changing: Changing) {
    super();
  }
  execute(context: PlaceContext): StepResult {
    this.changing.effects.push('one');
    context.place = new Place('kept');
    return StepResult.ok();
  }
}
@Step({ name: 'two' })
class TwoStep extends BaseStep<PlaceContext> {
  constructor(private readonly changing: Changing) {
    super();
  }
  execute({ place }: PlaceContext): StepResult {
    this.changing.effects.push(`two in ${place.constructor.name} ${place.url}`);
    return StepResult.ok();
  }
}
@Action({ name: 'changing', context: PlaceContext, leaseMs: 5_000 })
class ChangingAction extends BaseAction {
  constructor(private readonly changing: Changing) {
    super();
  }
  override setupSteps(registry: StepRegistry): void {
    for (const name of this.changing.steps) registry.register(name === 'one' ? OneStep : TwoStep);
  }
}

const STEP: NewJournalEntry = {
  seq: 1,
  kind: 'step',
  name: 'one',
  result: { success: true, skipped: false, data: {}, error: null, timestamp: 1, needs_undo: true, next: ['two'] },
  rollback_data: {},
  context: { errors: [], place: { url: 'kept' } },
  at: 1,
};

describe('A run that cannot be gone on with', () => {
  let peers: PeerWorld;
  let changing: Changing;
  beforeEach(async () => {
    peers = await PeerWorld.of([...WORK_PROVIDERS, Changing, OneStep, TwoStep, ChangingAction]);
    changing = peers.get(Changing);
  });
  afterEach(() => peers.close());

  /** A run that another process has left with this journal. */
  async function left(entries: readonly NewJournalEntry[], known: Partial<RunRecord> = {}): Promise<string> {
    const record = {
      id: '1',
      plugin: 'app',
      action: 'changing',
      mode: 'local',
      status: 'running',
      attempt: 1,
      params: {},
      created_at: 1,
    } as const;
    const owner = { host: 'gone.invalid', pid: 1, started_at: 1 };
    await peers.store.create(
      { ...record, idempotency_key: '1', epoch: 1, owner, lease_expires_at: 1, ...known },
      entries,
    );
    return '1';
  }

  it('goes on with instances of the classes that its context declares, as a check of what follows', async () => {
    await (await peers.peer().runner.resume(await left([STEP]))).result();

    expect(changing.effects).toEqual(['two in Place kept']);
  });

  it.each<[string, NewJournalEntry, RegExp]>([
    [
      'a result that is none',
      { ...STEP, result: 'gone' },
      /Entry 1 of the run's journal \(step of step 'one'\) cannot be read/,
    ],
    ['a result without a state', { ...STEP, result: { next: ['two'] } }, /cannot be read/],
    ['an undo without records', { ...STEP, kind: 'undo_started', result: {} }, /cannot be read/],
    ['a step that the action does not have', { ...STEP, name: 'zero' }, /the journal tells of step 'zero'/],
    ['a context that is none', { ...STEP, context: 'gone' }, /cannot be read/],
    [
      'a context that cannot be restored',
      { ...STEP, context: { errors: [], spot: { name: 'x' } } },
      /context of the run cannot be restored: .*Were fields of PlaceContext changed/,
    ],
  ])('because of %s is refused, and left as it is', async (_case, entry, message) => {
    const id = await left([entry]);
    const { runner } = peers.peer();
    const failure = runner.resume(id).then((handle) => handle.result());

    await expect(failure).rejects.toThrow(message);
    expect(changing.effects).toEqual([]);
    expect(await peers.store.get(id)).toMatchObject({ status: 'running', epoch: 2 });
    expect(await peers.store.expired(peers.clock.now())).toMatchObject([{ id }]);
    expect(await peers.store.events(id)).toEqual([]);
  });

  it('because its steps were changed can be gone on with by the version that began it, at once', async () => {
    const id = await left([STEP]);
    changing.steps = ['two'];
    await expect((await peers.peer().runner.resume(id)).result()).rejects.toThrow(/steps of the action were changed/);
    changing.steps = ['one', 'two'];

    await (await peers.peer().runner.resume(id)).result();
    expect(await peers.store.get(id)).toMatchObject({ status: 'completed', epoch: 3 });
  });

  it('because its params class was changed is left to others too, also where it is to be undone', async () => {
    const id = await left([{ ...STEP, name: 'a', context: { errors: [], seen: [] } }], {
      action: 'work',
      params: { word: 7 },
    });

    await expect((await peers.peer().runner.resume(id)).result()).rejects.toMatchObject({ code: 'SYN_PARAMS_INVALID' });
    await expect((await peers.peer().runner.undo(id)).result()).rejects.toMatchObject({ code: 'SYN_PARAMS_INVALID' });
    expect(await peers.store.get(id)).toMatchObject({ status: 'running', epoch: 3 });
    expect(peers.get(World).effects).toEqual([]);
  });

  it('since its action, or its plugin, is not here', async () => {
    const { runner } = peers.peer();
    await left([STEP], { action: 'changed' });

    await expect(runner.resume('1')).rejects.toMatchObject({ code: 'SYN_ACTION_NOT_FOUND' });
    await peers.store.create({ ...((await peers.store.get('1')) as RunRecord), id: '2', plugin: 'nobody' });
    await expect(runner.resume('2')).rejects.toMatchObject({ code: 'SYN_PLUGIN_NOT_FOUND' });
    expect(await peers.store.get('1')).toMatchObject({ epoch: 1 });
  });

  it('since its store does not outlive its process', async () => {
    const { runner, app } = await hostedRunner({ providers: WORK_PROVIDERS, options: { store: new MemoryRunStore() } });
    const handle = await runner.run({ action: 'work' });
    await handle.result();

    expect(await handle.record()).not.toHaveProperty('lease_expires_at');
    await expect(runner.undo(handle.id)).rejects.toThrow(/kept in memory only/);
    await app.close();
  });

  it('takes the lease that its action asks for, when it is made and when it is taken over', async () => {
    const { runner, store } = peers.peer();
    store.fault = (call) => (call === 'commit' ? 'hangs' : undefined);
    const handle = await runner.run({ action: 'changing' });
    const other = await runner.run({ action: 'work' });
    await runner.resume(await left([STEP]));
    const leaseOf = async (id: string): Promise<number> =>
      ((await peers.store.get(id))?.lease_expires_at ?? 0) - peers.clock.now();

    expect([await leaseOf(handle.id), await leaseOf('1'), await leaseOf(other.id)]).toEqual([5_000, 5_000, 300]);
  });
});

describe('An application that recovers', () => {
  it('goes on with the runs of its store whose processes are gone, once it has started', async () => {
    const store = new MemoryRunStore({ isDurable: true });
    const owner = { host: 'gone.invalid', pid: 1, started_at: 1 };
    const record = {
      id: '1',
      plugin: 'app',
      action: 'work',
      mode: 'local',
      status: 'running',
      attempt: 1,
      params: {},
    } as const;
    store.create({ ...record, created_at: 1, idempotency_key: '1', epoch: 1, owner, lease_expires_at: 1 });
    const ended = Promise.withResolvers<string>();
    const listeners = [
      ({ type }: { readonly type: string }) => (type === 'run.completed' ? ended.resolve(type) : undefined),
    ];
    const { app } = await hostedRunner({ providers: WORK_PROVIDERS, options: { store, recover: true, listeners } });

    expect(await ended.promise).toBe('run.completed');
    expect(store.get('1')).toMatchObject({ status: 'completed', attempt: 2 });
    await app.close();
  });

  it('does so only where it was asked to', async () => {
    const store = new MemoryRunStore({ isDurable: true });
    const { app, runner } = await hostedRunner({ providers: WORK_PROVIDERS, options: { store } });
    const handle = await runner.run({ action: 'plain' });
    await handle.result();

    expect((await eventsOf(handle)).map(({ type }) => type)).toEqual(['run.started', 'run.completed']);
    await app.close();
  });

  it('hands its runs over when it shuts down, where that is asked for: nothing is undone, and a peer goes on at once', async () => {
    const store = new MemoryRunStore({ isDurable: true });
    const { app, runner } = await hostedRunner({ providers: WORK_PROVIDERS, options: { store, onShutdown: 'leave' } });
    const world = app.get(World);
    const begun = world.hold('b');
    const handle = await runner.run({ action: 'work' });
    await begun;
    await app.close();

    expect(await handle.outcome()).toMatchObject({ status: 'failed', error: { code: 'SYN_LEASE_LOST' } });
    expect(world.told).toEqual(['do a', 'do b']);
    const peer = await hostedRunner({ providers: WORK_PROVIDERS, options: { store } });
    expect(await (await peer.runner.resume(handle.id)).result()).toMatchObject({ seen: ['a', 'b', 'c'] });
    await peer.app.close();
  });
});
