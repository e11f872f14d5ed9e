import { Injectable, Module } from '@nestjs/common';
import { IsInt } from 'class-validator';
import { BaseAction } from '../../authoring/actions/base-action.js';
import { RuntimeContext } from '../../authoring/context/runtime-context.js';
import { Action } from '../../authoring/decorators/action.decorator.js';
import { Step } from '../../authoring/decorators/step.decorator.js';
import { BaseStep } from '../../authoring/steps/base-step.js';
import { StepContext } from '../../authoring/steps/step-context.js';
import { StepResult } from '../../authoring/steps/step-result.js';
import { type ActionTester, createActionTester } from './action-tester.js';
import { VirtualClock } from './virtual-clock.js';

class CountParams {
  @IsInt()
  files = 2;
  @IsInt()
  weight = 1;
}

@Injectable()
class Storage {
  size(): number {
    return 100;
  }
}
@Module({ providers: [Storage], exports: [Storage] })
class StorageModule {}

@Action({ name: 'count', params: CountParams })
class CountAction extends BaseAction<CountParams, { total: number }> {
  constructor(private readonly storage: Storage) {
    super();
  }
  async execute(params: CountParams, ctx: RuntimeContext<CountParams>): Promise<{ total: number }> {
    for (let file = 1; file <= params.files; file++) ctx.setProgress(file, params.files);
    ctx.log('counted', { place: ctx.env.getStr('PLACE') });
    ctx.setMetrics({ total: this.storage.size() * params.weight }, 'sizes');
    return { total: params.files * this.storage.size() * params.weight };
  }
}

class ToolParams {
  @IsInt()
  value = 0;
}
@Injectable()
class Tools {
  @Action({ name: 'double' })
  double({ value }: ToolParams): number {
    return value * 2;
  }
  @Action({ name: 'halve' })
  halve({ value }: ToolParams): number {
    return value / 2;
  }
}

class TransferContext extends StepContext {
  copied = 0;
}
@Step({ name: 'copy', retry: { maxAttempts: 3, initialDelayMs: 3_600_000 } })
class CopyStep extends BaseStep<TransferContext> {
  tries = 0;
  execute(context: TransferContext): StepResult {
    if (++this.tries < 3) return StepResult.fail('busy');
    context.copied = 7;
    return StepResult.ok({ copied: 7 });
  }
}
@Step({ name: 'check' })
class CheckStep extends BaseStep<TransferContext> {
  async execute({ signal }: TransferContext): Promise<StepResult> {
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    return StepResult.ok();
  }
}
@Action({ name: 'transfer', steps: [CopyStep, CheckStep], context: TransferContext })
class TransferAction extends BaseAction {}

class NoAction {}

describe(createActionTester, () => {
  let tester: ActionTester<never, never> | undefined;
  /** Closed after the test. */
  const kept = <T extends { close(): Promise<void> }>(made: T): T => {
    tester = made as unknown as ActionTester<never, never>;
    return made;
  };
  afterEach(async () => tester?.close());

  it('hands params in, and gives result, events, logs, metrics and progress out', async () => {
    const counts = kept(await createActionTester(CountAction, { providers: [Storage], env: { PLACE: 'here' } }));
    const run = await counts.run({ files: 3 });

    expect(run.result.total).toBe(300);
    expect(run.error).toBeUndefined();
    expect(run.logs).toMatchObject([{ event: 'counted', data: { place: 'here' } }]);
    expect(run.metrics).toEqual({ sizes: { total: 100 } });
    expect(run.progress.at(-1)).toMatchObject({ overall: 100 });
    expect(run.events.map(({ seq }) => seq)).toEqual(run.events.map((_, index) => index + 1));
    expect(run.record).toMatchObject({ action: 'count', params: { files: 3 }, status: 'completed' });
  });

  it('lays the params of a run over those of all', async () => {
    const counts = kept(
      await createActionTester(CountAction, { providers: [Storage], params: { files: 5, weight: 2 } }),
    );

    expect((await counts.run()).result.total).toBe(1_000);
    expect((await counts.run({ weight: 3 })).result.total).toBe(1_500);
  });

  it('refuses params as every way to run an action does', async () => {
    const counts = kept(await createActionTester(CountAction, { providers: [Storage] }));
    const run = await counts.run({ files: 1.5 });

    expect(run.status).toBe('failed');
    expect(run.error?.code).toBe('SYN_PARAMS_INVALID');
    expect(() => run.result).toThrow(expect.objectContaining({ code: 'SYN_PARAMS_INVALID' }));
  });

  it.each([
    ['value', { useValue: { size: () => 7 } }],
    [
      'class',
      {
        useClass: class Small {
          size = (): number => 7;
        },
      },
    ],
    ['factory', { inject: [RuntimeContext], useFactory: (ctx: unknown) => ({ size: () => (ctx ? 7 : 0) }) }],
  ])('puts a %s in the place of a provider, in imported modules too', async (_kind, standIn) => {
    const overrides = [{ provide: Storage, ...standIn }];
    const counts = kept(await createActionTester(CountAction, { imports: [StorageModule], overrides }));

    expect((await counts.run({ files: 1 })).result.total).toBe(7);
    expect(counts.get(Storage).size()).toBe(7);
  });

  it('says which dependency nobody provides', async () => {
    await expect(createActionTester(CountAction)).rejects.toThrow(/Storage/);
  });

  it('tests one of several methods that are actions', async () => {
    const tools = kept(await createActionTester(Tools, { name: 'halve' }));

    expect((await tools.run({ value: 8 } as never)).result).toBe(4);
    await expect(createActionTester(Tools)).rejects.toMatchObject({ code: 'SYN_USAGE' });
    await expect(createActionTester(Tools, { name: 'treble' })).rejects.toMatchObject({ code: 'SYN_USAGE' });
    await expect(createActionTester(NoAction)).rejects.toMatchObject({ code: 'SYN_USAGE' });
  });

  it('provides the steps of the action, goes through their pauses at once, and cancels what waits', async () => {
    const clock = new VirtualClock();
    const transfers = kept(await createActionTester(TransferAction, { clock }));
    const handle = await transfers.start();
    await clock.advance(3 * 3_600_000);
    expect(transfers.get(CopyStep).tries).toBe(3);
    const ended = clock.until(handle.cancel('enough'));
    const run = await transfers.finished(handle);
    await ended;

    expect(run).toMatchObject({ status: 'cancelled', error: { reason: 'enough' } });
    expect(run.steps).toEqual([
      'copy step.started',
      'copy step.retrying',
      'copy step.started',
      'copy step.retrying',
      'copy step.started',
      'copy step.completed',
      'check step.started',
      'check step.failed',
      'check step.rolled_back',
      'copy step.rolled_back',
    ]);
  });

  it('ends a run when the signal of its request aborts', async () => {
    const clock = new VirtualClock();
    const transfers = kept(await createActionTester(TransferAction, { clock }));
    const controller = new AbortController();
    clock.after(10_000_000, () => controller.abort('time is up'));

    expect(await transfers.run({}, { signal: controller.signal })).toMatchObject({ status: 'cancelled' });
  });
});
