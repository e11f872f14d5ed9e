import type { TestingModule } from '@nestjs/testing';
import { RuntimeContext, type RunBinding } from '../../authoring/context/runtime-context.js';
import { Action } from '../../authoring/decorators/action.decorator.js';
import { Step } from '../../authoring/decorators/step.decorator.js';
import { BaseStep } from '../../authoring/steps/base-step.js';
import { StepContext } from '../../authoring/steps/step-context.js';
import { StepResult } from '../../authoring/steps/step-result.js';
import type { PluginRunner } from './plugin-runner.service.js';
import { hostedRunner } from './runner.fixture.js';

let undoBegan: PromiseWithResolvers<void>;
let letUndo: PromiseWithResolvers<void>;

@Step({ name: 'lasting_undo' })
class LastingUndoStep extends BaseStep {
  execute(): StepResult {
    return StepResult.ok();
  }
  override async rollback(): Promise<void> {
    undoBegan.resolve();
    await letUndo.promise;
  }
}

@Step({ name: 'wait' })
class WaitStep extends BaseStep {
  execute({ signal }: StepContext): Promise<StepResult> {
    return new Promise((_resolve, reject) =>
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
    );
  }
}

/** Awaits what nobody tells: only the end of its grace time ends it. */
@Step({ name: 'deaf' })
class DeafStep extends BaseStep {
  execute(): Promise<StepResult> {
    return new Promise(() => undefined);
  }
}

@Action({ name: 'waiting', steps: [LastingUndoStep, WaitStep] })
class WaitingAction {}
@Action({ name: 'deaf', steps: [DeafStep] })
class DeafAction {}

/** Its steps stand on a signal of its own, which ends after a while, whatever the run does. */
@Action({ name: 'tighter', steps: [WaitStep] })
class TighterAction {
  createContext(_params: unknown, ctx: RuntimeContext): StepContext {
    const signal = AbortSignal.any([ctx.signal, AbortSignal.timeout(50)]);
    const binding = { runId: ctx.runId, logger: ctx.logger, idempotencyKey: ctx.idempotencyKey, signal };
    return new StepContext(new RuntimeContext(binding as unknown as RunBinding));
  }
}

describe('The steps of a run that is told to end', () => {
  let app: TestingModule;
  let runner: PluginRunner;

  beforeAll(async () => {
    const providers = [WaitingAction, DeafAction, TighterAction, LastingUndoStep, WaitStep, DeafStep];
    ({ app, runner } = await hostedRunner({ providers }));
  });
  beforeEach(() => {
    undoBegan = Promise.withResolvers();
    letUndo = Promise.withResolvers();
  });
  afterAll(() => app.close());

  it('wait for it while they execute, and not any more while they are undone', async () => {
    const handle = await runner.run({ action: 'waiting' });
    expect(handle.isAbortAwaited).toBe(true);
    const ended = handle.cancel('enough');
    await undoBegan.promise;
    expect(handle.isAbortAwaited).toBe(false);
    letUndo.resolve();

    expect(await ended).toMatchObject({ status: 'cancelled' });
  });

  it('are told where nothing of theirs has asked for the signal', async () => {
    const handle = await runner.run({ action: 'deaf' });

    expect(await handle.cancel('enough')).toMatchObject({ status: 'cancelled' });
  });

  it('are told by the signal of their context where that is not the run', async () => {
    const handle = await runner.run({ action: 'tighter' });

    expect(await handle.outcome()).toMatchObject({ status: 'failed' });
  });
});
