import { ActionPipeline } from '../../authoring/pipelines/action-pipeline.js';
import type { Pipeline } from '../../authoring/pipelines/pipeline.interface.js';
import type { SynapseError } from '../../foundation/errors/synapse.error.js';
import type { RunHandle } from '../runner/run-handle.js';
import { BaseAction } from '../../authoring/actions/base-action.js';
import { Action } from '../../authoring/decorators/action.decorator.js';
import {
  BoxesAction,
  BoxesResult,
  FetchAction,
  MasksAction,
  PathParams,
  type PipelineWorld,
  pipelineWorld,
  storyOf,
  TrainAction,
} from './pipelines.fixture.js';

const BRANCHES = ActionPipeline.dag({
  fetch: FetchAction,
  boxes: { action: BoxesAction, after: ['fetch'] },
  masks: { action: MasksAction, after: ['fetch'] },
  train: { action: TrainAction, after: ['boxes', 'masks'] },
});
const CHAIN = ActionPipeline.of(FetchAction, BoxesAction, TrainAction);

const errorOf = (handle: RunHandle): Promise<SynapseError> =>
  handle.result().then(
    () => Promise.reject(new Error('the run has completed')),
    (thrown: unknown) => thrown as SynapseError,
  );

describe('A pipeline of which an action fails', () => {
  let world: PipelineWorld;
  beforeEach(async () => {
    world = await pipelineWorld();
  });
  afterEach(() => world.app.close());

  const start = (pipeline: Pipeline = CHAIN): Promise<RunHandle> =>
    world.pipelines.run(pipeline, { params: { id: 7 } });

  it('D49: compensates for what is completed, newest first, with params, result and context of the action', async () => {
    world.diary.failing.add('train');
    const handle = await start();
    const error = await errorOf(handle);

    expect(error).toMatchObject({
      code: 'SYN_PIPELINE_FAILED',
      message: `Action 'train' failed: train failed`,
      details: {
        action: 'train',
        undone: [
          { step: 'boxes', ok: true },
          { step: 'fetch', ok: true },
        ],
      },
    });
    expect(world.diary.lines).toEqual(['fetch', 'boxes', 'train', 'undo boxes', 'undo fetch 7 /data/7 true']);
    expect((await storyOf(handle)).slice(-4)).toEqual([
      'step.failed train',
      'step.rolled_back boxes',
      'step.rolled_back fetch',
      'run.failed',
    ]);
  });

  it('says which compensations failed, and goes on with the others', async () => {
    world.diary.failing.add('train').add('undo boxes');
    const error = await errorOf(await start());

    expect(error.details['undone']).toEqual([
      { step: 'boxes', ok: false, error: 'undo boxes failed' },
      { step: 'fetch', ok: true },
    ]);
    expect(world.diary.lines.at(-1)).toBe('undo fetch 7 /data/7 true');
  });

  it('tries a compensation as often as the action itself says', async () => {
    let tries = 0;
    @Action({ name: 'stubborn', params: PathParams, result: BoxesResult, retry: { maxAttempts: 3, initialDelayMs: 1 } })
    class StubbornAction extends BaseAction<PathParams, BoxesResult> {
      override execute(): BoxesResult {
        return { boxes: 1 };
      }
      override compensate(): void {
        if (++tries < 3) throw new Error('not yet');
      }
    }
    const stubborn = await pipelineWorld(undefined, [StubbornAction]);
    stubborn.diary.failing.add('train');
    const pipeline = ActionPipeline.of(FetchAction, StubbornAction, TrainAction);
    const error = await errorOf(await stubborn.pipelines.run(pipeline, { params: { id: 7 } }));
    await stubborn.app.close();

    expect(tries).toBe(3);
    expect(error.details['undone']).toEqual([
      { step: 'stubborn', ok: true },
      { step: 'fetch', ok: true },
    ]);
  });

  it('starts nothing after the failure, and compensates only for what was completed', async () => {
    world.diary.failing.add('boxes');
    const handle = await start();
    await errorOf(handle);
    const children = await world.store.list({ parentId: handle.id });

    expect(world.diary.lines).toEqual(['fetch', 'boxes', 'undo fetch 7 /data/7 true']);
    expect(children.map(({ action, status }) => [action, status])).toEqual([
      ['boxes', 'failed'],
      ['fetch', 'completed'],
    ]);
  });

  it('tells what runs beside it to end, and is over when that is', async () => {
    world.diary.failing.add('boxes');
    world.diary.hold('masks');
    const handle = await start(BRANCHES);
    const error = await errorOf(handle);
    const [masks] = await world.store.list({ parentId: handle.id, action: 'masks' });

    expect(error.message).toBe(`Action 'boxes' failed: boxes failed`);
    expect(masks?.status).toBe('cancelled');
    expect(masks?.error?.message).toContain(`action 'boxes' of the pipeline failed`);
    expect(world.diary.lines).not.toContain('train');
  });

  it('says which params an action was not given, as what they are', async () => {
    const handle = await world.pipelines.run(CHAIN, { params: {} });

    expect(await errorOf(handle)).toMatchObject({
      code: 'SYN_PIPELINE_PARAMS',
      kind: 'validation',
      message: expect.stringContaining(`Failed to validate params for action 'fetch'`) as string,
    });
  });

  it('D21: when it is cancelled, its actions are told, what they did is compensated for, and then it is over', async () => {
    world.diary.hold('train');
    const handle = await start();
    await world.diary.arrival('train');
    const outcome = await handle.cancel('no longer needed');
    const [train] = await world.store.list({ parentId: handle.id, action: 'train' });

    expect(outcome).toMatchObject({ status: 'cancelled', error: { reason: 'no longer needed' } });
    expect(train).toMatchObject({ status: 'cancelled', error: { details: { reason: 'no longer needed' } } });
    expect(world.diary.lines.slice(-2)).toEqual(['undo boxes', 'undo fetch 7 /data/7 true']);
  });

  it('D21: a cancel by its id, as from elsewhere, does the same, and stays: nothing overwrites it', async () => {
    world.diary.hold('train');
    const handle = await start();
    await world.diary.arrival('train');
    const record = await world.pipelines.cancel(handle.id, 'from elsewhere');
    world.diary.go('train');

    expect(record.status).toBe('cancelled');
    expect(await handle.status()).toBe('cancelled');
    expect(world.diary.lines).toContain('undo boxes');
  });

  it('fails when one of its actions alone is cancelled', async () => {
    world.diary.hold('boxes');
    const handle = await start();
    await world.diary.arrival('boxes');
    const [boxes] = await world.store.list({ parentId: handle.id, action: 'boxes' });
    await world.pipelines.cancel(boxes?.id ?? '', 'only this one');

    expect(await errorOf(handle)).toMatchObject({ code: 'SYN_PIPELINE_FAILED', details: { action: 'boxes' } });
  });

  it('is cancelled before it starts by a signal that has aborted', async () => {
    const handle = await world.pipelines.run(CHAIN, { params: { id: 7 }, signal: AbortSignal.abort() });

    expect((await handle.outcome()).status).toBe('cancelled');
    expect(world.diary.lines).toEqual([]);
  });

  it('ends with the application: its actions are cancelled, and it waits for them', async () => {
    world.diary.hold('boxes');
    const handle = await start();
    await world.diary.arrival('boxes');
    await world.app.close();

    expect((await handle.outcome()).status).toBe('cancelled');
    expect(world.diary.lines.at(-1)).toBe('undo fetch 7 /data/7 true');
  });
});
