import { Injectable, Module, type Type } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { IsInt, Max, Min } from 'class-validator';
import { BaseAction } from '../../authoring/actions/base-action.js';
import { RuntimeContext } from '../../authoring/context/runtime-context.js';
import { Action } from '../../authoring/decorators/action.decorator.js';
import type { RunEvent } from '../../authoring/reporting/run-event.js';
import { SynapseModule } from '../../synapse.module.js';
import type { SynapseModuleOptions } from '../../synapse.module-definition.js';
import { PluginRunner } from './plugin-runner.service.js';
import type { RunHandle } from './run-handle.js';

class CountParams {
  @IsInt()
  @Min(1)
  @Max(100)
  epochs = 3;
}

@Injectable()
class Multiplier {
  times(value: number): number {
    return value * 2;
  }
}

/** Reads the run it is called in through an injected context, without being handed one. */
@Injectable()
class Auditor {
  constructor(private readonly run: RuntimeContext) {}
  whoAmI(): string {
    return this.run.runId;
  }
}

@Action({ name: 'train', params: CountParams })
class TrainAction extends BaseAction<CountParams, { loss: number; run: string }> {
  constructor(
    private readonly multiplier: Multiplier,
    private readonly auditor: Auditor,
  ) {
    super();
  }

  async execute(params: CountParams, ctx: RuntimeContext): Promise<{ loss: number; run: string }> {
    for (let epoch = 1; epoch <= params.epochs; epoch++) {
      await Promise.resolve();
      ctx.setProgress(epoch, params.epochs, 'train');
      this.setMetrics({ loss: 1 / epoch }, 'train');
    }
    this.log('done', { epochs: params.epochs });
    return { loss: this.multiplier.times(params.epochs), run: this.auditor.whoAmI() };
  }
}

@Injectable()
class Tools {
  @Action({ description: 'Counts' })
  count(params: CountParams): { counted: number } {
    return { counted: params.epochs };
  }
}

@Action({ name: 'wait', timeoutMs: 60_000 })
class WaitAction {
  async execute(_params: object, ctx: RuntimeContext): Promise<never> {
    await new Promise((_resolve, reject) => ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason)));
    throw new Error('unreachable');
  }
}

@Action({ name: 'slow', timeoutMs: 20 })
class SlowAction {
  execute(): Promise<never> {
    return new Promise(() => undefined);
  }
}

@Action({ name: 'text' })
class TextThrower {
  execute(): never {
    throw 'just text';
  }
}

async function start(
  actions: Type[],
  options: SynapseModuleOptions = {},
): Promise<{ app: TestingModule; runner: PluginRunner }> {
  @Module({ imports: [SynapseModule.forRoot({ cancelGraceMs: 20, ...options }), SynapseModule.forFeature(actions)] })
  class Host {}
  const app = await Test.createTestingModule({ imports: [Host] }).compile();
  await app.init();
  return { app, runner: app.get(PluginRunner) };
}

async function collect(handle: RunHandle, afterSeq = 0): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of handle.events(afterSeq)) events.push(event);
  return events;
}

describe(PluginRunner, () => {
  let app: TestingModule;
  let runner: PluginRunner;

  beforeAll(async () => {
    ({ app, runner } = await start([Multiplier, Auditor, TrainAction, Tools, WaitAction, SlowAction, TextThrower]));
  });
  afterAll(() => app.close());

  it('runs an action with validated params and an injected service', async () => {
    const handle = await runner.run({ action: 'train', params: { epochs: '4' } });

    await expect(handle.result()).resolves.toEqual({ loss: 8, run: handle.id });
    await expect(handle.status()).resolves.toBe('completed');
  });

  it('gives a gapless stream that ends with one terminal event', async () => {
    const handle = await runner.run({ action: 'train' });
    const events = await collect(handle);

    expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
    expect(events[0]?.type).toBe('run.started');
    expect(events.at(-1)?.type).toBe('run.completed');
    expect(events.filter((event) => event.type.startsWith('run.'))).toHaveLength(2);
    expect(events.find((event) => event.type === 'log')?.data).toMatchObject({ event: 'done', data: { epochs: 3 } });
  });

  it('reaches 100 percent exactly once, and overall progress never goes back', async () => {
    const handle = await runner.run({ action: 'train', params: { epochs: 9 } });
    const overall = (await collect(handle))
      .filter((event) => event.type === 'progress')
      .map((event) => Number(event.data.overall));

    expect(overall).toEqual([...overall].sort((left, right) => left - right));
    expect(overall.filter((percent) => percent === 100)).toHaveLength(1);
    expect(overall.at(-1)).toBe(100);
  });

  it('reads events after a sequence number, also after the run', async () => {
    const handle = await runner.run({ action: 'train' });
    await handle.result();
    const all = await collect(handle);

    await expect(collect(handle, 2)).resolves.toEqual(all.slice(2));
    await expect(collect(handle, all.length)).resolves.toEqual([]);
  });

  it('runs a method of any provider as an action, its params class taken from the method', async () => {
    const handle = await runner.run({ action: 'count', params: { epochs: 7 } });

    await expect(handle.result()).resolves.toEqual({ counted: 7 });
  });

  it('keeps concurrent runs of one singleton apart', async () => {
    const handles = await Promise.all(
      Array.from({ length: 20 }, () => runner.run<{ run: string }>({ action: 'train' })),
    );
    const results = await Promise.all(handles.map((handle) => handle.result()));

    expect(results.map((result) => result.run)).toEqual(handles.map((handle) => handle.id));
  });

  it.each([
    ['an unknown key', { epoch: 1 }, 'epoch'],
    ['a value out of range', { epochs: 0 }, 'epochs'],
  ])('fails the run on %s, with its path', async (_case, params, path) => {
    const handle = await runner.run({ action: 'train', params });

    await expect(handle.result()).rejects.toMatchObject({
      code: 'SYN_PARAMS_INVALID',
      issues: [expect.objectContaining({ path })],
    });
    await expect(handle.status()).resolves.toBe('failed');
    expect((await collect(handle)).at(-1)).toMatchObject({
      type: 'run.failed',
      data: { error: { code: 'SYN_PARAMS_INVALID' } },
    });
  });

  it.each([
    ['nothing', undefined],
    ['no action', {}],
    ['a number for one', { action: 7 }],
  ])('refuses a request with %s, as a body may hold', async (_case, request) => {
    await expect(runner.run(request as never)).rejects.toMatchObject({ code: 'SYN_USAGE' });
  });

  it('names the nearest action when there is none of the name', async () => {
    await expect(runner.run({ action: 'trian' })).rejects.toMatchObject({
      code: 'SYN_ACTION_NOT_FOUND',
      message: expect.stringContaining("Did you mean 'train'?"),
    });
  });

  it.each([
    ['one that nobody knows', 'loacl', 'SYN_USAGE'],
    ['one that is not set up', 'task', 'SYN_NOT_CONFIGURED'],
  ])('refuses a mode: %s', async (_case, mode, code) => {
    await expect(runner.run({ action: 'train', mode })).rejects.toMatchObject({ code });
  });

  it('cancels by signal, and the action sees the reason', async () => {
    const abort = new AbortController();
    const handle = await runner.run({ action: 'wait', signal: abort.signal });
    abort.abort(new Error('enough'));

    await expect(handle.result()).rejects.toMatchObject({ code: 'SYN_RUN_CANCELLED', reason: 'enough' });
    expect((await collect(handle)).at(-1)?.type).toBe('run.cancelled');
  });

  it('ends a run whose time is over, even when the action never does', async () => {
    const handle = await runner.run({ action: 'slow' });

    await expect(handle.result()).rejects.toMatchObject({ code: 'SYN_RUN_TIMEOUT', retryable: true });
  });

  it('makes an error of a thrown text', async () => {
    const handle = await runner.run({ action: 'text' });

    await expect(handle.result()).rejects.toMatchObject({
      code: 'SYN_EXECUTION_FAILED',
      message: 'Action execution failed: just text',
    });
  });

  it('makes run ids that sort by creation', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 50; count++) ids.push((await runner.run({ action: 'count' })).id);

    expect(ids).toEqual([...ids].sort());
    expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});
