import { setImmediate as nextTurn } from 'node:timers/promises';
import { ActionPipeline } from '../../authoring/pipelines/action-pipeline.js';
import { MemoryRunStore } from '../run-store/memory-run-store.js';
import type { RunHandle } from '../runner/run-handle.js';
import {
  BoxesAction,
  FetchAction,
  type PipelineWorld,
  pipelineWorld,
  storyOf,
  TrainAction,
} from './pipelines.fixture.js';

const CHAIN = ActionPipeline.of([FetchAction, BoxesAction, TrainAction], { name: 'chain' });
const SHORT = ActionPipeline.of([FetchAction, BoxesAction], { name: 'chain' });

describe.each([
  ['a store that outlives its process', true],
  ['a store in memory', false],
])('A new run of a pipeline that goes on from an earlier one, in %s', (_case, isDurable) => {
  let world: PipelineWorld;
  beforeEach(async () => {
    world = await pipelineWorld(new MemoryRunStore({ isDurable }));
    world.pipelines.register(CHAIN);
  });
  afterEach(() => world.app.close());

  async function failedRun(at: string): Promise<string> {
    world.diary.failing.add(at);
    const handle = await world.pipelines.run(CHAIN, { params: { id: 7, epochs: 5 } });
    await handle.outcome();
    world.diary.failing.clear();
    world.diary.lines.length = 0;
    return handle.id;
  }
  async function completedRun(): Promise<RunHandle> {
    const handle = await world.pipelines.run(CHAIN, { params: { id: 7, epochs: 5 } });
    await handle.result();
    world.diary.lines.length = 0;
    return handle;
  }

  it('D19: comes to the real last result where everything was done already, and runs nothing', async () => {
    const { id } = await completedRun();
    const handle = await world.pipelines.fork(id);

    expect(await handle.result()).toEqual({ boxes: 7, epochs: 5 });
    expect(world.diary.lines).toEqual([]);
    expect(await storyOf(handle)).toEqual([
      'run.started',
      'step.skipped fetch',
      'step.skipped boxes',
      'step.skipped train',
      'run.completed',
    ]);
  });

  it('D19: takes over what it has taken over itself, once more', async () => {
    const { id } = await completedRun();
    const second = await world.pipelines.fork(id, { step: 'fetch' });
    await second.result();
    world.diary.lines.length = 0;
    const third = await world.pipelines.fork(second.id);

    expect(await third.result()).toEqual({ boxes: 7, epochs: 5 });
    expect(world.diary.lines).toEqual([]);
  });

  it('runs again what was compensated for', async () => {
    const id = await failedRun('train');
    const handle = await world.pipelines.fork(id);

    expect(await handle.result()).toEqual({ boxes: 7, epochs: 5 });
    expect(world.diary.lines).toEqual(['fetch', 'boxes', 'train']);
  });

  it('D19: keeps the params it is not given anew', async () => {
    const { id } = await completedRun();
    const kept = await world.pipelines.fork(id, { step: 'boxes' });
    const replaced = await world.pipelines.fork(id, { step: 'boxes', params: { epochs: 9 } });

    expect(await kept.result()).toEqual({ boxes: 7, epochs: 5 });
    expect(await replaced.result()).toEqual({ boxes: 7, epochs: 9 });
    expect(world.diary.lines).toEqual(['train', 'train']);
  });

  it('goes on after the action that is named', async () => {
    const { id } = await completedRun();
    await (await world.pipelines.fork(id, { step: 'fetch' })).result();

    expect(world.diary.lines).toEqual(['boxes', 'train']);
  });

  it('never compensates for what another run has done', async () => {
    const { id } = await completedRun();
    world.diary.failing.add('train');
    const handle = await world.pipelines.fork(id, { step: 'fetch' });

    expect(await handle.outcome()).toMatchObject({
      status: 'failed',
      error: { details: { undone: [{ step: 'boxes' }] } },
    });
    expect(world.diary.lines).toEqual(['boxes', 'train', 'undo boxes']);
  });

  it.each([
    ['an unknown run', () => '019aaaaa-0000-7000-8000-000000000000', {}, 'SYN_RUN_NOT_FOUND'],
    ['an action that it has not', (id: string) => id, { step: 'nope' }, 'SYN_USAGE'],
    ['params that are no object', (id: string) => id, { params: [1] }, 'SYN_USAGE'],
    ['a change that only what is taken over would see', (id: string) => id, { params: { id: 8 } }, 'SYN_USAGE'],
    ['a mistyped param', (id: string) => id, { step: 'boxes', params: { epoch: 9 } }, 'SYN_USAGE'],
  ])('refuses %s', async (_name, idOf, request, code) => {
    const { id } = await completedRun();

    await expect(world.pipelines.fork(idOf(id), request)).rejects.toMatchObject({ code });
  });

  it('D19: refuses a run of a pipeline that has changed, and one of another', async () => {
    const { id } = await completedRun();
    const other = ActionPipeline.of([FetchAction], { name: 'other' });

    for (const pipeline of [SHORT, other]) {
      await expect(world.pipelines.run(pipeline, { resumeFrom: id })).rejects.toMatchObject({
        code: 'SYN_PIPELINE_CHANGED',
      });
    }
  });

  it('refuses a run that is not over', async () => {
    world.diary.hold('train');
    const handle = await world.pipelines.run(CHAIN, { params: { id: 7 } });
    await world.diary.arrival('train');

    await expect(world.pipelines.fork(handle.id)).rejects.toMatchObject({ code: 'SYN_USAGE' });
    world.diary.go('train');
    await handle.result();
  });
});

describe('What can be asked of the runs of pipelines', () => {
  let world: PipelineWorld;
  beforeEach(async () => {
    world = await pipelineWorld();
    world.pipelines.register(CHAIN);
  });
  afterEach(() => world.app.close());

  it('submit and wait: an id at once, the result when it is over', async () => {
    const runId = await CHAIN.submit({ id: 7 }, world.pipelines);

    expect(await CHAIN.wait(runId, world.pipelines)).toEqual({ boxes: 7, epochs: 3 });
    expect(await CHAIN.execute({ id: 8 }, world.pipelines)).toEqual({ boxes: 7, epochs: 3 });
  });

  it('D20: every run that failed is failed, with its action and its error', async () => {
    world.diary.failing.add('boxes');
    const runId = await CHAIN.submit({ id: 7 }, world.pipelines);

    await expect(CHAIN.wait(runId, world.pipelines)).rejects.toMatchObject({ code: 'SYN_PIPELINE_FAILED' });
    const progress = await world.pipelines.getProgress(runId);
    expect(progress.toDict()).toMatchObject({
      status: 'failed',
      error: `Action 'boxes' failed: boxes failed`,
      actions: {
        fetch: { status: 'completed', progress: 1, message: 'undone' },
        boxes: { status: 'failed', error: 'boxes failed' },
        train: { status: 'pending', progress: 0 },
      },
    });
  });

  it('D03: progress can be read while the run goes on, and streamed to its end', async () => {
    world.diary.hold('boxes');
    const runId = await CHAIN.submit({ id: 7 }, world.pipelines);
    await world.diary.arrival('boxes');
    const stream = world.pipelines.streamProgress(runId, { pollIntervalMs: 1 });
    const seen: string[] = [];
    for await (const { status, currentAction } of stream) {
      seen.push(`${status} ${currentAction ?? '-'}`);
      if (currentAction === 'boxes') world.diary.go('boxes');
    }

    expect(seen).toContain('running boxes');
    expect(seen.at(-1)).toBe('completed -');
    expect((await world.pipelines.getProgress(runId)).overallProgress).toBe(1);
  });

  it('a wait that takes too long fails, and the run goes on', async () => {
    world.diary.hold('boxes');
    const runId = await CHAIN.submit({ id: 7 }, world.pipelines);
    const late = CHAIN.wait(runId, world.pipelines, { timeoutMs: 5, pollIntervalMs: 1 });

    await expect(late).rejects.toMatchObject({ code: 'SYN_RUN_TIMEOUT' });
    await expect(world.pipelines.getResult(runId)).rejects.toMatchObject({ code: 'SYN_USAGE' });
    world.diary.go('boxes');
    expect(await CHAIN.wait(runId, world.pipelines)).toEqual({ boxes: 7, epochs: 3 });
  });

  it('a run of another process is waited for by looking', async () => {
    world.diary.hold('boxes');
    const handle = await world.pipelines.run(CHAIN, { params: { id: 7 } });
    const waiting = world.pipelines.wait(handle.id, { pollIntervalMs: 1 });
    await world.diary.arrival('boxes');
    await nextTurn();
    world.diary.go('boxes');

    expect((await waiting).status).toBe('completed');
  });

  it('checkpoints: what each completed action has left behind, in order', async () => {
    const runId = await CHAIN.submit({ id: 7 }, world.pipelines);
    await CHAIN.wait(runId, world.pipelines);
    const checkpoints = await world.pipelines.checkpoints(runId);

    expect(checkpoints.map(({ actionName, result }) => [actionName, result])).toEqual([
      ['fetch', { path: '/data/7' }],
      ['boxes', { boxes: 7 }],
      ['train', { boxes: 7, epochs: 3 }],
    ]);
  });

  it('an unknown run is refused, whatever is asked', async () => {
    const refused = { code: 'SYN_RUN_NOT_FOUND' };

    await expect(world.pipelines.wait('nobody')).rejects.toMatchObject(refused);
    await expect(world.pipelines.getResult('nobody')).rejects.toMatchObject(refused);
    await expect(world.pipelines.getProgress('nobody')).rejects.toMatchObject(refused);
    await expect(world.pipelines.checkpoints('nobody')).rejects.toMatchObject(refused);
  });
});
