import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type Provider } from '@nestjs/common';
import { IsInt } from 'class-validator';
import { BaseAction } from '../../authoring/actions/base-action.js';
import { RuntimeContext } from '../../authoring/context/runtime-context.js';
import { Action } from '../../authoring/decorators/action.decorator.js';
import { Step } from '../../authoring/decorators/step.decorator.js';
import { BaseStep } from '../../authoring/steps/base-step.js';
import { StepContext } from '../../authoring/steps/step-context.js';
import type { OrchestratorSummary } from '../../authoring/steps/step-orchestrator.js';
import type { StepRegistry } from '../../authoring/steps/step-registry.js';
import { StepResult } from '../../authoring/steps/step-result.js';
import { ValidationStep } from '../../authoring/steps/wrappers/validation-step.js';
import type { RunEvent } from '../../authoring/reporting/run-event.js';
import { eventsOf, type HostedRunner, hostedRunner } from './runner.fixture.js';
import type { RunHandle } from './run-handle.js';

class UploadParams {
  @IsInt()
  files = 2;
}
class UploadContext extends StepContext<UploadParams> {
  readonly urls: string[] = [];
}

@Injectable()
class Storage {
  readonly kept = new Set<string>();
}

@Step({ name: 'upload_files', weight: 0.8 })
class UploadFilesStep extends BaseStep<UploadContext> {
  constructor(
    private readonly storage: Storage,
    private readonly run: RuntimeContext<UploadParams>,
  ) {
    super();
  }
  override canSkip({ params }: UploadContext): boolean {
    return params.files === 0;
  }
  async execute(context: UploadContext): Promise<StepResult> {
    for (let file = 1; file <= this.run.params.files; file++) {
      await sleep(1);
      const url = `${context.idempotencyKey.split(':')[1]}/${file}`;
      this.storage.kept.add(url);
      context.urls.push(url);
      context.setProgress(file, context.params.files);
    }
    return StepResult.ok({ count: context.urls.length }, { rollbackData: { urls: [...context.urls] } });
  }
  override rollback(context: UploadContext, { rollbackData }: StepResult): void {
    for (const url of rollbackData.urls as string[]) this.storage.kept.delete(url);
    context.log('removed', {});
  }
}

@Step({ name: 'finalize', weight: 0.2 })
class FinalizeStep extends BaseStep<UploadContext> {
  execute({ params, signal }: UploadContext): StepResult | Promise<StepResult> {
    if (params.files === 13) return StepResult.fail('an unlucky number');
    if (params.files !== 99) return StepResult.ok();
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
  }
}

@Action({ name: 'upload', params: UploadParams, steps: [UploadFilesStep, FinalizeStep], context: UploadContext })
class UploadAction extends BaseAction<UploadParams> {}

@Action({ name: 'upload_more', params: UploadParams, context: UploadContext, steps: [[UploadFilesStep, FinalizeStep]] })
class UploadMoreAction extends BaseAction<UploadParams, { urls: string[]; steps: number }> {
  constructor(private readonly storage: Storage) {
    super();
  }
  override setupSteps(registry: StepRegistry): void {
    const { files } = this.params;
    if (files === 1) registry.unregister('finalize');
    if (files === 2)
      registry.insertBefore('upload_files', new ValidationStep(() => [this.storage.kept.size < 100, 'full']));
    if (files === 3) for (const { name } of registry.getSteps()) registry.unregister(name);
  }
  override createContext(_params: UploadParams, ctx: RuntimeContext<UploadParams>): UploadContext {
    return Object.assign(new UploadContext(ctx), { urls: ['from before'] });
  }
  override resultOfSteps(context: UploadContext, { steps_total }: OrchestratorSummary) {
    return { urls: context.urls, steps: steps_total };
  }
  override execute() {
    return { urls: ['no steps'], steps: 0 };
  }
}

/** Steps by class, from setupSteps alone; no base class. */
@Action({ name: 'plain' })
class PlainAction {
  setupSteps(registry: StepRegistry): void {
    registry.register(FinalizeStep);
  }
}

@Action({ name: 'empty' })
class EmptyAction {
  setupSteps(): void {}
}

@Action({ name: 'wrong_context', steps: [FinalizeStep] })
class WrongContextAction {
  createContext(): StepContext {
    return {} as never;
  }
}

@Action({ name: 'heir' })
class HeirAction extends UploadAction {}

const PROVIDERS: Provider[] = [
  Storage,
  UploadFilesStep,
  FinalizeStep,
  UploadAction,
  UploadMoreAction,
  PlainAction,
  EmptyAction,
  WrongContextAction,
  HeirAction,
];

describe('The steps of an action', () => {
  let host: HostedRunner;
  beforeAll(async () => {
    host = await hostedRunner({ providers: PROVIDERS });
  });
  afterAll(() => host.app.close());

  const run = (action: string, files = 2): Promise<RunHandle> => host.runner.run({ action, params: { files } });
  const kept = (): string[] => [...host.app.get(Storage).kept];
  const named = (events: RunEvent[], type: string): Record<string, unknown>[] =>
    events.filter((event) => event.type.startsWith(type)).map(({ data }) => data);

  beforeEach(() => host.app.get(Storage).kept.clear());

  it('D08: are what a run executes, with no execute of its own; the summary is the result', async () => {
    const handle = await run('upload');

    expect(await handle.result()).toEqual({ success: true, steps_executed: 2, steps_total: 2 });
    expect(kept()).toEqual(['upload_files/1', 'upload_files/2']);
  });

  it('D08: are those of the nearest parent for a class that names none', async () => {
    expect(await (await run('heir')).result()).toMatchObject({ steps_total: 2 });
  });

  it('come with their events, in the one stream of the run', async () => {
    const handle = await run('upload');
    await handle.result();
    const events = await eventsOf(handle);

    expect(events.map(({ type }) => type).filter((type) => type !== 'progress')).toEqual([
      'run.started',
      'step.started',
      'step.completed',
      'step.started',
      'step.completed',
      'run.completed',
    ]);
    expect(named(events, 'step.completed')[0]).toEqual({
      step: 'upload_files',
      attempt: 1,
      elapsed: expect.any(Number) as number,
    });
  });

  it('weigh in the progress of the run by their weights, also while they are half done', async () => {
    const handle = await run('upload', 4);
    const seen: [unknown, unknown][] = [];
    for await (const { type, data } of handle.events()) if (type === 'progress') seen.push([data.key, data.overall]);

    const byStep = seen.filter(([key]) => key === 'upload_files').map(([, overall]) => overall as number);
    expect(byStep.every((overall) => overall <= 80 && overall % 20 === 0)).toBe(true);
    expect(seen.at(-1)).toEqual([null, 100]);
    expect(seen.filter(([, overall]) => overall === 100)).toHaveLength(1);
  });

  it('are undone when one fails, and the run fails with the step, its reason and what was undone', async () => {
    const handle = await run('upload', 13);

    await expect(handle.result()).rejects.toMatchObject({
      code: 'SYN_EXECUTION_FAILED',
      message: expect.stringContaining("Step 'finalize' failed: an unlucky number") as string,
      details: {
        action: 'upload',
        cause_code: 'SYN_STEP_FAILED',
        step: 'finalize',
        undone: [
          { step: 'finalize', ok: true },
          { step: 'upload_files', ok: true },
        ],
      },
    });
    expect(kept()).toEqual([]);
    const events = await eventsOf(handle);
    expect(named(events, 'step.rolled_back').map(({ step }) => step)).toEqual(['finalize', 'upload_files']);
    expect(named(events, 'log')).toEqual([expect.objectContaining({ event: 'removed', step: 'finalize' })]);
    expect(events.at(-1)?.type).toBe('run.failed');
  });

  it('are undone when the run is cancelled, and the run is not over before', async () => {
    const handle = await run('upload', 99);
    for await (const { type, data } of handle.events()) if (type === 'step.started' && data.step === 'finalize') break;
    await handle.cancel('no longer needed');

    await expect(handle.result()).rejects.toMatchObject({ code: 'SYN_RUN_CANCELLED' });
    expect(kept()).toEqual([]);
    const types = (await eventsOf(handle)).map(({ type }) => type);
    expect(types.slice(-4)).toEqual(['step.rolled_back', 'log', 'step.rolled_back', 'run.cancelled']);
  });

  it('are those that setupSteps makes of them for this run, and the result is what the action makes of them', async () => {
    expect(await (await run('upload_more', 2)).result()).toEqual({
      urls: ['from before', 'upload_files/1', 'upload_files/2'],
      steps: 3,
    });
    expect(await (await run('upload_more', 1)).result()).toEqual({ urls: ['from before', 'upload_files/1'], steps: 1 });
    expect(await (await run('upload_more', 4)).result()).toMatchObject({ steps: 2 });
  });

  it('leave the work to execute in a run that has none', async () => {
    expect(await (await run('upload_more', 3)).result()).toEqual({ urls: ['no steps'], steps: 0 });
  });

  it('can be registered by their classes at run time', async () => {
    expect(await (await run('plain')).result()).toMatchObject({ success: true, steps_total: 1 });
  });

  it('or an execute must be there', async () => {
    await expect((await run('empty')).result()).rejects.toMatchObject({
      details: { cause_code: 'SYN_STEP_DEFINITION' },
    });
  });

  it('need a context that is one', async () => {
    await expect((await run('wrong_context')).result()).rejects.toThrow(
      /context of the steps of WrongContextAction must be a StepContext/,
    );
  });

  it('of many runs at once have nothing to do with each other', async () => {
    const runs = await Promise.all([2, 3, 13, 5, 13].map((files) => run('upload', files)));
    const ends = await Promise.all(
      runs.map((handle) =>
        handle.result().then(
          () => 'completed',
          () => 'failed',
        ),
      ),
    );

    expect(ends).toEqual(['completed', 'completed', 'failed', 'completed', 'failed']);
  });
});

describe('An undo that takes longer than a cancelled run is given', () => {
  @Step({ name: 'slow' })
  class SlowUndoStep extends BaseStep {
    execute(context: StepContext): Promise<StepResult> {
      const { signal } = context;
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    }
    override async rollback(context: StepContext): Promise<void> {
      await sleep(120);
      context.log('undone at last', {});
    }
  }
  @Action({ name: 'slow', steps: [SlowUndoStep], timeoutMs: 30 })
  class SlowAction extends BaseAction {}

  it('is waited for, also where the run has run out of time', async () => {
    const { app, runner } = await hostedRunner({
      providers: [SlowUndoStep, SlowAction],
      options: { cancelGraceMs: 10 },
    });
    const handle = await runner.run({ action: 'slow' });

    await expect(handle.result()).rejects.toMatchObject({ code: 'SYN_RUN_TIMEOUT' });
    const events = await eventsOf(handle);
    expect(events.map(({ type }) => type).slice(-3)).toEqual(['log', 'step.rolled_back', 'run.failed']);
    await app.close();
  });
});
