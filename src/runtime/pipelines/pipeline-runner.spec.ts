import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { IsInt } from 'class-validator';
import type { RuntimeContext } from '../../authoring/context/runtime-context.js';
import type { RunHandle } from '../runner/run-handle.js';
import { ActionPipeline } from '../../authoring/pipelines/action-pipeline.js';
import { Action } from '../../authoring/decorators/action.decorator.js';
import { UiField } from '../../foundation/schema/ui-field.decorator.js';
import { eventsOf } from '../runner/runner.fixture.js';
import {
  BoxesAction,
  FetchAction,
  MasksAction,
  type PipelineWorld,
  pipelineWorld,
  storyOf,
  TrainAction,
} from './pipelines.fixture.js';

class AnythingParams {
  @IsInt() seed = 1;
}
@Action({ name: 'anything' })
class AnythingAction {
  execute(params: object): object {
    return params;
  }
}
class TokenParams {
  @UiField({ secret: true })
  token!: string;
}
@Action({ name: 'secret', params: TokenParams })
class SecretAction {
  execute({ token }: TokenParams): { size: number } {
    return { size: token.length };
  }
}

const GRAPH = {
  fetch: FetchAction,
  boxes: { action: BoxesAction, after: ['fetch'] },
  masks: { action: MasksAction, after: ['fetch'], weight: 2 },
  train: { action: TrainAction, after: ['boxes', 'masks'] },
} as const;

describe('PipelineRunner', () => {
  let world: PipelineWorld;
  beforeEach(async () => {
    world = await pipelineWorld(undefined, [AnythingAction, SecretAction]);
  });
  afterEach(() => world.app.close());

  it('runs each action as a child run and comes to the result of the last', async () => {
    const handle = await world.pipelines.run(ActionPipeline.dag(GRAPH), { params: { id: 7 } });
    const result = await handle.result();
    const children = await world.store.list({ parentId: handle.id });

    expect(result).toEqual({ boxes: 7, masks: 14, epochs: 3 });
    expect(children.map(({ action, status }) => `${action} ${status}`).sort()).toEqual([
      'boxes completed',
      'fetch completed',
      'masks completed',
      'train completed',
    ]);
    expect(new Set(children.map(({ idempotency_key }) => idempotency_key)).size).toBe(4);
  });

  it('tells in its own events what happens to each action, in which run', async () => {
    const pipeline = ActionPipeline.of(FetchAction, BoxesAction);
    const handle = await world.pipelines.run(pipeline, { params: { id: 7 } });
    const story = await storyOf(handle);
    const [child] = await world.store.list({ parentId: handle.id, action: 'fetch' });
    const started = (await eventsOf(handle)).find(({ type }) => type === 'step.started');

    expect(story).toEqual([
      'run.started',
      'step.started fetch',
      'step.completed fetch',
      'step.started boxes',
      'step.completed boxes',
      'run.completed',
    ]);
    expect(started?.data).toEqual({ step: 'fetch', attempt: 1, run_id: child?.id });
  });

  it('weighs its actions, never goes back, and is at 100 once, at the end', async () => {
    const handle = await world.pipelines.run(ActionPipeline.dag(GRAPH), { params: { id: 7 } });
    await handle.result();
    const events = (await eventsOf(handle)).filter(({ type }) => type === 'progress');
    const overall = events.map(({ data }) => Number(data['overall']));

    expect(overall).toEqual([...overall].sort((one, other) => one - other));
    expect(overall.filter((percent) => percent === 100)).toHaveLength(1);
    expect(overall.at(-1)).toBe(100);
  });

  it('shows how far an action is while it runs, where somebody listens', async () => {
    world.diary.hold('boxes');
    const seen = Promise.withResolvers<unknown>();
    const handle = await world.pipelines.run(ActionPipeline.of(FetchAction, BoxesAction), {
      params: { id: 7 },
      listener: ({ type, data }) => {
        if (type === 'progress' && data['key'] === 'boxes') seen.resolve(data['overall']);
      },
    });

    expect(await seen.promise).toBe(75);
    world.diary.go('boxes');
    await handle.result();
  });

  it('hands an action the keys that its params class has, and one without a class everything', async () => {
    const pipeline = ActionPipeline.of([FetchAction, AnythingAction], { strict: false });
    const handle = await world.pipelines.run(pipeline, { params: { id: 7, other: true } });

    expect(await handle.result()).toEqual({ id: 7, other: true, path: '/data/7' });
  });

  it('takes keys like __proto__ for keys', async () => {
    const params = JSON.parse('{"id":7,"__proto__":{"polluted":true}}') as object;
    const handle = await world.pipelines.run(ActionPipeline.of([FetchAction, BoxesAction], { strict: false }), {
      params,
    });
    const strict = await world.pipelines.run(ActionPipeline.of([FetchAction, BoxesAction], {}), { params });

    expect(await handle.result()).toEqual({ boxes: 7 });
    await expect(strict.result()).rejects.toMatchObject({ issues: [{ path: '__proto__' }] });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('runs what waits for nothing side by side, and waits for all that a node is after', async () => {
    const { diary, pipelines } = world;
    diary.hold('boxes');
    diary.hold('masks');
    const handle = await pipelines.run(ActionPipeline.dag(GRAPH), { params: { id: 7 } });
    await Promise.all([diary.arrival('boxes'), diary.arrival('masks')]);
    diary.go('masks');
    await world.store.events(handle.id);
    expect(diary.lines).not.toContain('train');
    diary.go('boxes');

    expect(await handle.result()).toEqual({ boxes: 7, masks: 14, epochs: 3 });
  });

  it('comes to the results of all ends by name, where there are several', async () => {
    const { train: _train, ...open } = GRAPH;
    const handle = await world.pipelines.run(ActionPipeline.dag(open), { params: { id: 7 } });

    expect(await handle.result()).toEqual({ boxes: { boxes: 7 }, masks: { masks: 14 } });
  });

  it('runs actions by name, one class more than once, and with a method of the node', async () => {
    const pipeline = ActionPipeline.dag({
      first: { action: 'fetch', method: 'job' },
      again: { action: 'fetch', after: ['first'] },
    });
    const handle = await world.pipelines.run(pipeline, { params: { id: 7 } });
    await handle.result();
    const [, first] = await world.store.list({ parentId: handle.id });
    const notices = (await world.store.events(first?.id ?? '')).filter(({ type }) => type === 'log');

    expect(world.diary.lines).toEqual(['fetch', 'fetch']);
    expect(String((notices[0]?.data['data'] as { message: string }).message)).toContain(`asks for method 'job'`);
  });

  it('checks its own params before anything runs', async () => {
    const pipeline = ActionPipeline.of([FetchAction], { params: AnythingParams, strict: false });
    const handle = await world.pipelines.run(pipeline, { params: { seed: 'x' } });

    await expect(handle.result()).rejects.toMatchObject({ code: 'SYN_PARAMS_INVALID' });
    expect(world.diary.lines).toEqual([]);
  });

  it.each([[null], ['text'], [[1]]])('refuses %j as params', async (params) => {
    const handle = await world.pipelines.run(ActionPipeline.of(FetchAction), { params });

    await expect(handle.result()).rejects.toMatchObject({ code: 'SYN_PARAMS_INVALID' });
  });

  it('keeps secrets of its actions out of its own record', async () => {
    const handle = await world.pipelines.run(ActionPipeline.of(SecretAction), { params: { token: 'hunter2' } });

    expect(await handle.result()).toEqual({ size: 7 });
    expect(JSON.stringify(await handle.record())).not.toContain('hunter2');
  });

  it('refuses an action that nobody provides, by class and by name', async () => {
    @Action({ name: 'stray' })
    class StrayAction {
      execute(): void {
        throw new Error('nobody provides this class');
      }
    }
    const refused = { code: 'SYN_PIPELINE_DEFINITION' };

    await expect(world.pipelines.run(ActionPipeline.of(StrayAction))).rejects.toMatchObject(refused);
    await expect(world.pipelines.run(ActionPipeline.of('fetsch'))).rejects.toMatchObject(refused);
  });

  it('checks named actions against each other before the first run', async () => {
    await expect(world.pipelines.run(ActionPipeline.of('masks', 'train'))).rejects.toMatchObject({
      code: 'SYN_SCHEMA_INCOMPATIBLE',
      message: expect.stringContaining(`{'boxes'}`) as string,
    });
  });

  it('finds pipelines by name once they are registered, and no others', async () => {
    const pipeline = ActionPipeline.of([FetchAction], { name: 'nightly' });
    world.pipelines.register(pipeline);

    expect(await (await world.pipelines.run('nightly', { params: { id: 1 } })).result()).toEqual({ path: '/data/1' });
    expect(() => world.pipelines.register(ActionPipeline.of([BoxesAction], { name: 'nightly' }))).toThrow(
      expect.objectContaining({ code: 'SYN_DUPLICATE_NAME' }),
    );
    await expect(world.pipelines.run('nightli')).rejects.toMatchObject({ code: 'SYN_PIPELINE_NOT_FOUND' });
  });
});

describe('The folders that the actions of a pipeline share', () => {
  @Action({ name: 'write' })
  class WriteAction {
    execute(_params: object, ctx: RuntimeContext): { file: string } {
      const file = join(ctx.pipeline?.artifactsDir ?? '', 'made.txt');
      writeFileSync(file, 'by the first');
      return { file };
    }
  }
  @Action({ name: 'read' })
  class ReadAction {
    execute({ file, fail = false }: { file: string; fail?: boolean }, ctx: RuntimeContext): object {
      if (fail) throw new Error('no reading today');
      return { text: readFileSync(file, 'utf8'), isShared: file.startsWith(ctx.pipeline?.workDir ?? '?') };
    }
  }
  const pipeline = ActionPipeline.of([WriteAction, ReadAction], { strict: false });
  let world: PipelineWorld;
  beforeEach(async () => {
    world = await pipelineWorld(undefined, [WriteAction, ReadAction]);
  });
  afterEach(() => world.app.close());

  async function fileOf(handle: RunHandle): Promise<string> {
    const [child] = await world.store.list({ parentId: handle.id, action: 'write' });
    const record = await world.store.get(child?.id ?? '');
    return (record?.result as { file: string }).file;
  }

  it('are there for all of them, and gone when the pipeline has completed', async () => {
    const handle = await world.pipelines.run(pipeline);

    expect(await handle.result()).toEqual({ text: 'by the first', isShared: true });
    expect(existsSync(await fileOf(handle))).toBe(false);
  });

  it('stay when it has failed: a run that goes on from it may need them', async () => {
    const handle = await world.pipelines.run(pipeline, { params: { fail: true } });
    await handle.outcome();
    const file = await fileOf(handle);

    expect(existsSync(file)).toBe(true);
    rmSync(dirname(dirname(file)), { recursive: true });
  });
});
