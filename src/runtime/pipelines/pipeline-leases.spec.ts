import { ActionPipeline } from '../../authoring/pipelines/action-pipeline.js';
import { StoreUnavailableError } from '../../foundation/errors/store.errors.js';
import { MemoryRunStore } from '../run-store/memory-run-store.js';
import { PluginRunner } from '../runner/plugin-runner.service.js';
import { BoxesAction, FetchAction, type PipelineWorld, pipelineWorld, TrainAction } from './pipelines.fixture.js';
import { ShakyStore } from './shaky-store.fixture.js';
import { SHELVES, StoreAction } from './stepped-actions.fixture.js';

const LOOSE = { strict: false, logger: { log: () => undefined, warn: () => undefined } } as const;
const CHAIN = ActionPipeline.of([FetchAction, StoreAction, TrainAction], { name: 'chain', ...LOOSE });
const BRANCHES = ActionPipeline.dag(
  {
    fetch: FetchAction,
    store: { action: StoreAction, after: ['fetch'] },
    boxes: { action: BoxesAction, after: ['fetch'] },
  },
  { name: 'branches', ...LOOSE },
);
const PARAMS = { id: 7, boxes: 1 };

describe('A pipeline whose run, or that of an action, changes hands', () => {
  const shared = (): MemoryRunStore => new MemoryRunStore({ isDurable: true });
  let inner: MemoryRunStore;
  let store: ShakyStore;
  let world: PipelineWorld;
  let runner: PluginRunner;
  beforeEach(async () => {
    inner = shared();
    store = new ShakyStore(inner);
    world = await pipelineWorld(store, SHELVES);
    world.pipelines.register(CHAIN);
    runner = world.app.get(PluginRunner);
  });
  afterEach(() => world.app.close());

  /** Another process with the same pipeline, on the same runs. */
  const peerWorld = async (): Promise<{ readonly store: ShakyStore; readonly world: PipelineWorld }> => {
    const own = new ShakyStore(inner);
    const peer = await pipelineWorld(own, SHELVES);
    peer.pipelines.register(CHAIN);
    return { store: own, world: peer };
  };
  const childOf = async (parentId: string, action: string): Promise<string> =>
    (await inner.list({ parentId, action }))[0]?.id ?? '';
  /** As when its owner has been silent for long enough. */
  const letGo = async (id: string): Promise<void> => void inner.renew(id, (await inner.get(id))?.epoch ?? 0, 0);

  /** A pipeline whose process has been silent for long enough while one of its actions is in its step; that one still has its run. */
  const leftInPut = async (): Promise<{ readonly id: string; readonly child: string }> => {
    world.diary.hold('put');
    const { id } = await world.pipelines.run(CHAIN, { params: PARAMS });
    await world.diary.arrival('put');
    const child = await childOf(id, 'store');
    await letGo(id);
    return { id, child };
  };

  it('is given up with the run of an action that is lost: nothing is undone, and both can be gone on with', async () => {
    world.diary.hold('put');
    const handle = await world.pipelines.run(CHAIN, { params: PARAMS });
    await world.diary.arrival('put');
    const child = (store.away = await childOf(handle.id, 'store'));
    world.diary.go('put');

    expect(await handle.outcome()).toMatchObject({ status: 'failed', error: { code: 'SYN_LEASE_LOST' } });
    expect(world.diary.lines).toEqual(['fetch', 'put']);
    expect([inner.get(handle.id)?.status, inner.get(child)?.status]).toEqual(['running', 'running']);
    store.away = undefined;
    await letGo(handle.id);
    const resumed = await runner.resume(handle.id);
    await letGo(child);
    await resumed.result();

    expect(world.diary.lines).toEqual(['fetch', 'put', 'put', 'publish', 'train']);
  });

  it('ends and undoes what earlier processes have begun when it is told to end while it looks at that', async () => {
    const { id, child } = await leftInPut();
    await letGo(child);
    const peer = await peerWorld();
    const looks = Promise.withResolvers<void>();
    const goes = Promise.withResolvers<void>();
    peer.store.before = ({ method }) => {
      if (method !== 'list') return undefined;
      looks.resolve();
      return goes.promise;
    };
    const resumed = await peer.world.app.get(PluginRunner).resume(id);
    await looks.promise;
    const cancelled = resumed.cancel('no longer needed');
    goes.resolve();

    expect((await cancelled).status).toBe('cancelled');
    expect(peer.world.diary.lines).toEqual(['back store:put undefined shelf 0', 'undo fetch 7 /data/7 true']);
    expect([inner.get(child)?.status, inner.get(id)?.undo]).toEqual(['cancelled', 'done']);
    await peer.world.app.close();
  });

  it('has an undo failed whose run cannot write it down, once, and tried again by the next undo', async () => {
    const handle = await world.pipelines.run(CHAIN, { params: PARAMS });
    await handle.result();
    world.diary.lines.length = 0;
    const child = await childOf(handle.id, 'store');
    world.diary.hold('back put');
    const undo = await runner.undo(handle.id);
    await world.diary.arrival('back put');
    store.away = child;
    world.diary.go('back put');
    const tried = undo.outcome();
    // Whoever repeats it would have to wait for the lease.
    store.before = ({ method, runId }) => (method === 'claim' && runId === child ? letGo(child) : undefined);

    expect(await tried).toMatchObject({ status: 'failed', error: { code: 'SYN_UNDO_FAILED' } });
    expect(inner.get(handle.id)).toMatchObject({ status: 'completed', undo: 'failed' });
    expect(world.diary.lines.filter((line) => line.includes('store:put'))).toHaveLength(1);
    store.away = undefined;
    expect(await (await runner.undo(handle.id)).result()).toContainEqual({ step: 'store', ok: true });
    expect(inner.get(handle.id)?.undo).toBe('done');
  });

  it('is undone only when the run of an action that another process has is over', async () => {
    const { id, child } = await leftInPut();
    const peer = await peerWorld();
    const askedAgain = Promise.withResolvers<void>();
    let asked = 0;
    peer.store.before = ({ method }) => {
      if (method === 'requestCancel' && ++asked === 2) askedAgain.resolve();
      return undefined;
    };
    const undo = await peer.world.app.get(PluginRunner).undo(id);
    await Promise.race([askedAgain.promise, undo.outcome()]);
    expect(peer.world.diary.lines).toEqual([]);
    void runner.cancel(child, 'as its next renewal says');

    expect(await undo.outcome()).toMatchObject({ status: 'completed', result: [{ step: 'fetch', ok: true }] });
    expect(inner.get(child)?.status).toBe('cancelled');
    await peer.world.app.close();
  });

  it('is taken over again by a host, to be undone, whose store was away when an action was to be ended for it', async () => {
    const { id, child } = await leftInPut();
    await letGo(child);
    inner.requestCancel(id, 'no longer needed');
    const peer = await peerWorld();
    const refused: unknown[] = [];
    const isOver = Promise.withResolvers<void>();
    let isAway = true;
    peer.store.before = ({ method, runId }) => {
      if (method === 'expired' && (refused.length > 0 || inner.get(id)?.undo === 'done')) isOver.resolve();
      if (!isAway || method !== 'claim' || runId !== child) return undefined;
      isAway = false;
      throw new StoreUnavailableError('runs', 'the line is down', 0);
    };
    peer.world.runner.takeOver({ intervalMs: 10, onRefused: (_run, error) => refused.push(error) });
    await isOver.promise;

    expect(refused).toEqual([]);
    expect(inner.get(id)).toMatchObject({ status: 'cancelled', attempt: 3 });
    expect(peer.world.diary.lines).toEqual(['back store:put undefined shelf 0', 'undo fetch 7 /data/7 true']);
    await peer.world.app.close();
  });

  it('that is told to end while it cannot be gone on with, is undone instead of left as it is', async () => {
    world.pipelines.register(BRANCHES);
    world.diary.hold('put');
    world.diary.hold('boxes');
    const { id } = await world.pipelines.run(BRANCHES, { params: PARAMS });
    await Promise.all([world.diary.arrival('put'), world.diary.arrival('boxes')]);
    const child = await childOf(id, 'store');
    for (const run of [id, child, await childOf(id, 'boxes')]) await letGo(run);
    const peer = await peerWorld();
    peer.world.pipelines.register(BRANCHES);
    peer.world.diary.hold('boxes');
    let isAway = true;
    peer.store.before = ({ method, runId }) => {
      if (!isAway || method !== 'claim' || runId !== child) return undefined;
      isAway = false;
      throw new StoreUnavailableError('runs', 'the line is down', 0);
    };
    await peer.world.runner.resume(id);
    await peer.world.diary.arrival('boxes');

    expect(isAway).toBe(false);
    expect(await peer.world.runner.cancel(id, 'enough')).toMatchObject({ status: 'cancelled', undo: 'done' });
    expect(peer.world.diary.lines).toEqual(['boxes', 'back store:put undefined shelf 0', 'undo fetch 7 /data/7 true']);
    await peer.world.app.close();
  });

  it('that cannot be gone on with keeps the events that tell why, also where the store is still busy with earlier ones', async () => {
    world.diary.hold('put');
    const handle = await world.pipelines.run(CHAIN, { params: PARAMS });
    await world.diary.arrival('put');
    const isWriting = Promise.withResolvers<void>();
    const isStuck = Promise.withResolvers<void>();
    store.before = ({ method, runId }) => {
      if (method === 'append' && runId === handle.id) {
        isWriting.resolve();
        return isStuck.promise;
      }
      return method === 'create' ? isWriting.promise.then(fails) : undefined;
    };
    const fails = (): never => {
      setImmediate(isStuck.resolve);
      throw new StoreUnavailableError('runs', 'the line is down', 0);
    };
    world.diary.go('put');

    expect(await handle.outcome()).toMatchObject({ error: { code: 'SYN_STORE_UNAVAILABLE' } });
    expect(JSON.stringify(inner.events(handle.id))).toContain(
      'Nothing more begins: The run store runs cannot be reached',
    );
  });
});
