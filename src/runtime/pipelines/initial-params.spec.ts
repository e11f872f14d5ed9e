import { ActionPipeline } from '../../authoring/pipelines/action-pipeline.js';
import { MemoryRunStore } from '../run-store/memory-run-store.js';
import {
  BoxesAction,
  FetchAction,
  type PipelineWorld,
  pipelineWorld,
  storyOf,
  TrainAction,
  TrainParams,
} from './pipelines.fixture.js';

const CHAIN = ActionPipeline.of([FetchAction, BoxesAction, TrainAction], { name: 'chain' });
const BAD: readonly [string, object, object][] = [
  [
    'a name that none of its actions takes',
    { id: 7, epoch: 5 },
    { path: 'epoch', message: "is taken by none of its actions. Did you mean 'epochs'?" },
  ],
  [
    'a value that the last of its actions refuses',
    { id: 7, epochs: 'many' },
    { path: 'epochs', message: expect.stringContaining('integer') as string },
  ],
];

describe('Initial params of a pipeline that a host runs', () => {
  let world: PipelineWorld;
  beforeEach(async () => {
    world = await pipelineWorld(new MemoryRunStore({ isDurable: true }));
    world.pipelines.register(CHAIN);
  });
  afterEach(() => world.app.close());

  it.each(BAD)('%s fails the run before the first action begins', async (_case, params, issue) => {
    const handle = await world.pipelines.run(CHAIN, { params });

    await expect(handle.result()).rejects.toMatchObject({ code: 'SYN_PARAMS_INVALID', issues: [issue] });
    expect(await storyOf(handle)).toEqual(['run.started', 'run.failed']);
    expect(world.diary.lines).toEqual([]);
    expect(await world.store.list({ parentId: handle.id })).toEqual([]);
  });

  it.each(BAD)('%s fails what is submitted', async (_case, params) => {
    const runId = await world.pipelines.submit('chain', params);

    await expect(world.pipelines.wait(runId)).rejects.toMatchObject({ code: 'SYN_PARAMS_INVALID' });
    expect(world.diary.lines).toEqual([]);
  });

  it('a new run that goes on from an earlier one is asked for what is still to run', async () => {
    const { id } = await world.pipelines.run(CHAIN, { params: { id: 7 } }).then(async (handle) => {
      await handle.result();
      return handle;
    });
    world.diary.lines.length = 0;
    const fork = await world.pipelines.fork(id, { step: 'fetch', params: { epochs: 'many' } });

    await expect(fork.result()).rejects.toMatchObject({ code: 'SYN_PARAMS_INVALID' });
    expect(world.diary.lines).toEqual([]);
  });

  it('what a result is going to replace is not looked at', async () => {
    const handle = await world.pipelines.run(CHAIN, { params: { id: 7, path: 5, boxes: 'none' } });

    expect(await handle.result()).toEqual({ boxes: 7, epochs: 3 });
  });

  it('a pipeline that is not strict leaves them to its actions', async () => {
    const loose = ActionPipeline.of([FetchAction, BoxesAction, TrainAction], { strict: false });
    const handle = await world.pipelines.run(loose, { params: { id: 7, epoch: 5 } });

    expect(await handle.result()).toEqual({ boxes: 7, epochs: 3 });
  });

  it('the own params class of a pipeline is asked instead', async () => {
    const own = ActionPipeline.of([TrainAction], { params: TrainParams });
    const handle = await world.pipelines.run(own, { params: { boxes: 1, epoch: 5 } });

    await expect(handle.result()).rejects.toMatchObject({
      code: 'SYN_PARAMS_INVALID',
      issues: [{ path: 'epoch' }],
    });
  });
});
