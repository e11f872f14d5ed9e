import { ActionPipeline } from '../../authoring/pipelines/action-pipeline.js';
import { MemoryRunStore } from '../run-store/memory-run-store.js';
import { PluginRunner } from '../runner/plugin-runner.service.js';
import type { RunHandle } from '../runner/run-handle.js';
import { FetchAction, type PipelineWorld, pipelineWorld, TrainAction } from './pipelines.fixture.js';
import {
  CopyAction,
  PostedAction,
  SentAction,
  SHELVES,
  SlowAction,
  StoreAction,
  TokenAction,
} from './stepped-actions.fixture.js';

/** Actions that hand nothing on would make lines in the log. */
const LOOSE = { strict: false, logger: { log: () => undefined, warn: () => undefined } } as const;
const CHAIN = ActionPipeline.of([FetchAction, StoreAction, CopyAction, TrainAction], { name: 'chain', ...LOOSE });
const BRANCHES = ActionPipeline.dag(
  {
    fetch: FetchAction,
    store: { action: StoreAction, after: ['fetch'] },
    copy: { action: CopyAction, after: ['fetch'] },
    train: { action: TrainAction, after: ['store', 'copy'] },
  },
  { name: 'branches', ...LOOSE },
);
const PARAMS = { id: 7, boxes: 1 };
const ALL_BACK = [
  'back copy:take',
  'back store:publish /data/7',
  'back store:put /data/7 shelf 1',
  'undo fetch 7 /data/7 true',
];

const undoneOf = async (handle: RunHandle): Promise<unknown> => {
  const outcome = await handle.outcome();
  return outcome.status === 'completed' ? outcome : (outcome.error.details['undone'] ?? outcome.error);
};

describe.each([
  ['a store that outlives its process', true],
  ['a store in memory', false],
])('A pipeline that goes back over actions with steps, in %s', (_case, isDurable) => {
  let world: PipelineWorld;
  beforeEach(async () => {
    world = await pipelineWorld(new MemoryRunStore({ isDurable }), SHELVES);
    for (const pipeline of [CHAIN, BRANCHES]) world.pipelines.register(pipeline);
  });
  afterEach(() => world.app.close());

  const back = (): string[] => world.diary.lines.filter((line) => /^(back|undo)/.test(line));

  it('undoes the steps of completed actions that have no compensate, newest first, each with what its steps have left', async () => {
    world.diary.failing.add('train');
    const handle = await world.pipelines.run(CHAIN, { params: PARAMS });

    expect(await undoneOf(handle)).toEqual([
      { step: 'copy', ok: true },
      { step: 'store', ok: true },
      { step: 'fetch', ok: true },
    ]);
    expect(back()).toEqual(ALL_BACK);
  });

  it('does so when it is cancelled', async () => {
    world.diary.hold('train');
    const handle = await world.pipelines.run(CHAIN, { params: PARAMS });
    await world.diary.arrival('train');

    expect((await handle.cancel('no longer needed')).status).toBe('cancelled');
    expect(back()).toEqual(ALL_BACK);
  });

  it('undoes branches in the order in which they ended, newest first', async () => {
    world.diary.failing.add('train');
    world.diary.hold('put');
    const handle = await world.pipelines.run(BRANCHES, { params: PARAMS });
    await world.diary.arrival('put');
    while (!world.diary.lines.includes('take')) await new Promise((resolve) => setImmediate(resolve));
    world.diary.go('put');
    await handle.outcome();

    expect(back().map((line) => line.split(' ')[1])).toEqual(['store:publish', 'store:put', 'copy:take', 'fetch']);
  });

  it('asks compensate alone where an action has it as well: it is the word on the whole', async () => {
    world.diary.failing.add('train');
    const pipeline = ActionPipeline.of([SentAction, TrainAction], LOOSE);
    await (await world.pipelines.run(pipeline, { params: PARAMS })).outcome();

    expect(back()).toEqual(['undo sent']);
  });

  it('goes on with the others where a step cannot be undone, and names it', async () => {
    world.diary.failing.add('train').add('back store:publish /data/7');
    const handle = await world.pipelines.run(CHAIN, { params: PARAMS });

    expect(await undoneOf(handle)).toEqual([
      { step: 'copy', ok: true },
      {
        step: 'store',
        ok: false,
        error: `step 'publish' (back store:publish /data/7 failed) could not be undone`,
      },
      { step: 'fetch', ok: true },
    ]);
    expect(back()).toEqual(ALL_BACK);
  });

  it('tries again as often as the action says, and then only the steps that are left', async () => {
    world.diary.failing.add('train').add('back copy:take');
    const handle = await world.pipelines.run(CHAIN, { params: { ...PARAMS, recovers: true } });

    expect(await undoneOf(handle)).toContainEqual({ step: 'copy', ok: true });
    expect(back().slice(0, 3)).toEqual(['back copy:take', 'back copy:take', 'back store:publish /data/7']);
  });

  it('undoes with the secrets that the action was given', async () => {
    world.diary.failing.add('train');
    const pipeline = ActionPipeline.of([TokenAction, TrainAction], LOOSE);
    await (await world.pipelines.run(pipeline, { params: { ...PARAMS, token: 's3cret' } })).outcome();

    expect(back()).toEqual(['back token:use s3cret']);
  });

  it.each([
    ['without compensate', StoreAction, 'store'],
    ['with compensate', PostedAction, 'posted'],
  ])('includes the steps that an action which failed, %s, could not undo itself', async (_name, action, name) => {
    world.diary.failing.add('publish').add(`back ${name}:put /data/7 shelf 1`);
    const pipeline = ActionPipeline.of([FetchAction, action, TrainAction], LOOSE);
    const handle = await world.pipelines.run(pipeline, { params: PARAMS });

    expect(await undoneOf(handle)).toEqual([
      { step: name, ok: false, error: expect.stringContaining(`step 'put'`) as string },
      { step: 'fetch', ok: true },
    ]);
    const tried = `back ${name}:put /data/7 shelf 1`;
    expect(back()).toEqual([`back ${name}:publish /data/7`, tried, tried, 'undo fetch 7 /data/7 true']);
  });

  it('tells nothing of actions that had nothing to undo', async () => {
    world.diary.failing.add('train');
    const pipeline = ActionPipeline.of([CopyAction, TrainAction], LOOSE);
    const handle = await world.pipelines.run(pipeline, { params: { ...PARAMS, path: '/x', idle: true } });

    expect(await undoneOf(handle)).toEqual([]);
  });
});

describe('The undo of a pipeline whose actions have steps', () => {
  let world: PipelineWorld;
  let runner: PluginRunner;
  beforeEach(async () => {
    world = await pipelineWorld(new MemoryRunStore({ isDurable: true }), SHELVES);
    runner = world.app.get(PluginRunner);
    for (const pipeline of [CHAIN, BRANCHES]) world.pipelines.register(pipeline);
  });
  afterEach(() => world.app.close());

  const back = (): string[] => world.diary.lines.filter((line) => /^(back|undo)/.test(line));
  const childOf = async (parentId: string, action: string): Promise<string> =>
    (await world.store.list({ parentId, action }))[0]?.id ?? '';

  it('undoes all of one that is completed, in the runs of its actions, which say so', async () => {
    const { id } = await world.pipelines.run(CHAIN, { params: PARAMS }).then(async (handle) => {
      await handle.result();
      return handle;
    });
    const undo = await runner.undo(id);
    const store = await childOf(id, 'store');

    expect(await undo.result()).toHaveLength(3);
    expect(back()).toEqual(ALL_BACK);
    expect(await world.store.get(id)).toMatchObject({ status: 'completed', undo: 'done' });
    expect(await world.store.get(store)).toMatchObject({ status: 'completed', undo: 'done' });
    const events = (await world.store.events(store)).filter(({ type }) => type === 'step.rolled_back');
    expect(events.map(({ data }) => data['step'])).toEqual(['publish', 'put']);
  });

  it('tries again what could not be undone, and nothing else', async () => {
    world.diary.failing.add('train').add('back store:publish /data/7');
    const handle = await world.pipelines.run(CHAIN, { params: PARAMS });
    await handle.outcome();
    expect(await world.store.get(handle.id)).toMatchObject({ status: 'failed', undo: 'failed' });
    world.diary.failing.clear();
    world.diary.lines.length = 0;
    const undo = await runner.undo(handle.id);

    expect(await undo.result()).toContainEqual({ step: 'store', ok: true });
    expect(back()).toEqual(['back store:publish /data/7']);
    expect(await world.store.get(handle.id)).toMatchObject({ status: 'failed', undo: 'done' });
    await expect(runner.undo(handle.id)).rejects.toMatchObject({ code: 'SYN_RUN_ENDED' });
  });

  it('takes what somebody else has undone as undone', async () => {
    const handle = await world.pipelines.run(CHAIN, { params: PARAMS });
    await handle.result();
    await (await runner.undo(await childOf(handle.id, 'store'))).result();
    world.diary.lines.length = 0;

    expect(await (await runner.undo(handle.id)).result()).toHaveLength(3);
    expect(back()).toEqual(['back copy:take', 'undo fetch 7 /data/7 true']);
  });

  it('leaves what an action wants to stay for a run that goes on, which takes it over', async () => {
    const pipeline = ActionPipeline.of([SlowAction, StoreAction, TrainAction], { name: 'slowly', ...LOOSE });
    world.pipelines.register(pipeline);
    world.diary.failing.add('train');
    const failed = await world.pipelines.run(pipeline, { params: { ...PARAMS, path: '/x' } });
    expect(await undoneOf(failed)).toEqual([{ step: 'store', ok: true }]);
    world.diary.failing.clear();
    world.diary.lines.length = 0;
    await (await world.pipelines.fork(failed.id)).result();

    expect(world.diary.lines).toEqual(['put', 'publish', 'train']);
  });

  it('undoes what an action wants to stay where all of a completed pipeline is to be undone', async () => {
    const pipeline = ActionPipeline.of([SlowAction, TrainAction], { name: 'slowly', ...LOOSE });
    world.pipelines.register(pipeline);
    const completed = await world.pipelines.run(pipeline, { params: { ...PARAMS, path: '/x' } });
    await completed.result();

    expect(await (await runner.undo(completed.id)).result()).toEqual([{ step: 'slow', ok: true }]);
  });

  it('waits for whoever undoes one of its actions already, and undoes nothing twice', async () => {
    const handle = await world.pipelines.run(CHAIN, { params: PARAMS });
    await handle.result();
    world.diary.lines.length = 0;
    world.diary.hold('back put');
    const other = await runner.undo(await childOf(handle.id, 'store'));
    await world.diary.arrival('back put');
    const undo = await runner.undo(handle.id);
    while (!back().includes('back copy:take')) await new Promise((resolve) => setImmediate(resolve));
    world.diary.go('back put');

    expect(await undo.result()).toHaveLength(3);
    expect(await other.result()).toHaveLength(2);
    expect([...back()].sort()).toEqual([...ALL_BACK].sort());
  });

  it('includes the steps that the action which failed could not undo itself', async () => {
    world.diary.failing.add('publish').add('back store:put /data/7 shelf 1');
    const handle = await world.pipelines.run(CHAIN, { params: PARAMS });
    expect(await undoneOf(handle)).toEqual([
      { step: 'store', ok: false, error: expect.stringContaining(`step 'put'`) as string },
      { step: 'fetch', ok: true },
    ]);
    world.diary.failing.clear();
    world.diary.lines.length = 0;

    expect(await (await runner.undo(handle.id)).result()).toContainEqual({ step: 'store', ok: true });
    expect(back()).toEqual(['back store:put /data/7 shelf 1']);
  });

  it('has a new run that goes on from it run again what is undone, also by an undo of the action alone', async () => {
    const handle = await world.pipelines.run(CHAIN, { params: PARAMS });
    await handle.result();
    await (await runner.undo(await childOf(handle.id, 'copy'))).result();
    world.diary.lines.length = 0;
    await (await world.pipelines.fork(handle.id)).result();

    expect(world.diary.lines).toEqual(['take', 'train']);
  });
});
