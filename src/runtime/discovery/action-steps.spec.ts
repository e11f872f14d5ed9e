import { Inject, Injectable, Module, type Provider, Scope } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { boundRun } from '../../authoring/context/run-binding.fixture.js';
import { RuntimeContext } from '../../authoring/context/runtime-context.js';
import { Action } from '../../authoring/decorators/action.decorator.js';
import { Step } from '../../authoring/decorators/step.decorator.js';
import type { StepClass } from '../../authoring/steps/base-step.js';
import { BaseStep } from '../../authoring/steps/base-step.js';
import type { JournalState } from '../../authoring/steps/journal-state.js';
import type { StepContext } from '../../authoring/steps/step-context.js';
import type { StepHost } from '../../authoring/steps/step-host.interface.js';
import type { StepRegistry } from '../../authoring/steps/step-registry.js';
import { StepResult } from '../../authoring/steps/step-result.js';
import { ActionExplorer } from './action-explorer.js';
import { ActionRegistry } from './action-registry.js';
import { ActionSteps } from './action-steps.js';

@Step({ name: 'label' })
class LabelStep extends BaseStep {
  constructor(@Inject('label') private readonly label: string) {
    super();
  }
  execute(): StepResult {
    return StepResult.ok({ label: this.label });
  }
}
@Step({ name: 'plain' })
class PlainStep {
  execute(): StepResult {
    return StepResult.ok();
  }
}

@Action({ name: 'upload', steps: [LabelStep] })
class UploadAction {
  resultOfSteps({ stepResults }: StepContext): unknown {
    return stepResults.map(({ data }) => data.label);
  }
}

const label = (value: string): Provider => ({ provide: 'label', useValue: value });

async function explored(providers: Provider[], imports: (new () => object)[] = []): Promise<ActionRegistry> {
  class Host {}
  const app = await Test.createTestingModule({
    imports: [DiscoveryModule, { module: Host, providers, imports }],
    providers: [ActionExplorer, { provide: ActionRegistry, useFactory: () => new ActionRegistry() }],
  }).compile();
  app.get(ActionExplorer).explore('app');
  return app.get(ActionRegistry);
}

const context = (): RuntimeContext => new RuntimeContext<unknown>(boundRun({}).binding);
const call = (registry: ActionRegistry, name = 'upload'): unknown => registry.resolve(name).call({}, context());

describe('The steps that an action names', () => {
  it('are the instances that Nest made', async () => {
    expect(await call(await explored([label('one'), LabelStep, UploadAction]))).toEqual(['one']);
  });

  it.each<[string, Provider]>([
    ['a factory', { provide: LabelStep, useFactory: () => new LabelStep('made') }],
    ['a factory under another token', { provide: 'step', useFactory: () => new LabelStep('made') }],
    [
      'another object in its place, as in a test',
      { provide: LabelStep, useValue: { execute: () => StepResult.ok({ label: 'made' }) } },
    ],
  ])('may come from %s', async (_case, provider) => {
    expect(await call(await explored([provider, UploadAction]))).toEqual(['made']);
  });

  it('are found once where a provider has another name as well', async () => {
    const alias = { provide: 'alias', useExisting: LabelStep };

    expect(await call(await explored([label('one'), LabelStep, alias, UploadAction]))).toEqual(['one']);
  });

  @Module({ providers: [label('inner'), LabelStep] })
  class InnerModule {}
  @Module({ imports: [InnerModule] })
  class MiddleModule {}

  it('may stand in a module that the one of the action imports, however deep', async () => {
    expect(await call(await explored([UploadAction], [MiddleModule]))).toEqual(['inner']);
  });

  it("are those of the action's own module where several have them", async () => {
    expect(await call(await explored([label('own'), LabelStep, UploadAction], [InnerModule]))).toEqual(['own']);
  });

  it('are found before the first run: a step that nobody provides stops the start, with the cure', async () => {
    const exploring = explored([UploadAction]);

    await expect(exploring).rejects.toMatchObject({
      code: 'SYN_STEP_DEFINITION',
      details: { class: 'LabelStep', action_class: 'UploadAction' },
    });
    await expect(exploring).rejects.toThrow(
      /LabelStep, which no module provides.*forFeature\(\[UploadAction, LabelStep\]\)/,
    );
  });

  it('are refused where it is not clear which instance is meant', async () => {
    @Module({ providers: [label('other'), LabelStep] })
    class OtherModule {}

    await expect(explored([UploadAction], [InnerModule, OtherModule])).rejects.toThrow(
      /2 instances, in (InnerModule and OtherModule|OtherModule and InnerModule)/,
    );
  });

  it('are refused when they are request-scoped, as actions are', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest {}
    @Step({ name: 'scoped' })
    class ScopedStep extends PlainStep {
      constructor(readonly perRequest: PerRequest) {
        super();
      }
    }
    @Action({ name: 'scoped', steps: [ScopedStep] })
    class ScopedAction {}

    await expect(explored([PerRequest, ScopedStep, ScopedAction])).rejects.toThrow(
      /ScopedStep carries @Step but is not a singleton/,
    );
  });

  it.each<[string, readonly unknown[], RegExp]>([
    ['a name that another step has', [PlainStep, PlainStep], /Two steps are called 'plain'/],
    ['nothing where a class should be', [undefined], /steps\[0\] of Bad is undefined.*import each other/],
    ['nothing in a group', [[undefined]], /must be an object with an execute/],
    ['a class that is no step', [Map], /must be an object with an execute\(context\) method, got Map/],
  ])('are refused at the start with %s', async (_case, steps, message) => {
    @Action({ name: 'bad', steps: steps as StepClass[] })
    class Bad {}

    await expect(explored([PlainStep, { provide: Map, useFactory: () => new Map() }, Bad])).rejects.toThrow(message);
  });

  it('belong to a class: a method cannot have any', async () => {
    class Tools {
      @Action({ name: 'count', steps: [PlainStep] })
      count(): void {}
    }

    await expect(explored([PlainStep, Tools])).rejects.toMatchObject({
      code: 'SYN_ACTION_DEFINITION',
      details: { method: 'count' },
    });
  });

  it('are not asked for by actions that have none', async () => {
    @Action({ name: 'train', steps: [] })
    class TrainAction {
      execute(): string {
        return 'trained';
      }
    }
    const registry = await explored([TrainAction]);

    expect(registry.resolve('train').steps).toBeUndefined();
    expect(call(registry, 'train')).toBe('trained');
  });

  it('may be found at run time by their class, and are refused then when nobody provides them', async () => {
    @Action({ name: 'late' })
    class LateAction {
      setupSteps(registry: StepRegistry): void {
        registry.register(LabelStep);
      }
    }

    const [provided, without] = [await explored([label('late'), LabelStep, LateAction]), await explored([LateAction])];

    expect(await call(provided, 'late')).toMatchObject({ steps_total: 1 });
    expect(() => call(without, 'late')).toThrow(/LabelStep, which no module provides/);
  });
});

describe(ActionSteps, () => {
  const noStep = (): never => {
    throw new Error('asked for a step');
  };

  it('tells the run when its steps begin and when they are over, also when they fail', async () => {
    const told: string[] = [];
    const host: StepHost = {
      beginSteps: (steps) => {
        told.push(`begin ${steps.map(({ name }) => name).join()}`);
        return { hooks: { onEvent: (type) => void told.push(type) } };
      },
      endSteps: () => void told.push('end'),
    };
    const setupSteps = (registry: StepRegistry): void =>
      registry.register({ name: 'a', execute: () => StepResult.fail('bad') });
    const steps = new ActionSteps('Upload', { setupSteps }, {}, noStep);

    await expect(steps.run({}, context(), host)).rejects.toMatchObject({ code: 'SYN_STEP_FAILED' });
    expect(told).toEqual(['begin a', 'step.started', 'step.failed', 'step.rolled_back', 'end']);
  });

  it('goes on from what the run says an earlier process has done', async () => {
    const executed: string[] = [];
    const step = (name: string) => ({ name, execute: () => StepResult.ok(void executed.push(name) as never) });
    const setupSteps = (registry: StepRegistry): void => ['a', 'b'].forEach((name) => registry.register(step(name)));
    const from: JournalState = { records: [{ name: 'a', result: StepResult.ok(), needsUndo: true }], next: ['b'] };
    const host: StepHost = { beginSteps: () => ({ hooks: {}, from }), endSteps: () => undefined };

    expect(await new ActionSteps('Upload', { setupSteps }, {}, noStep).run({}, context(), host)).toMatchObject({
      steps_executed: 2,
    });
    expect(executed).toEqual(['b']);
  });

  it('undoes what an earlier process has done, when it is asked to', async () => {
    const undone: string[] = [];
    const setupSteps = (registry: StepRegistry): void =>
      registry.register({ name: 'a', execute: noStep, rollback: () => void undone.push('a') });
    const from: JournalState = { records: [{ name: 'a', result: StepResult.ok(), needsUndo: true }], next: [] };
    const steps = new ActionSteps('Upload', { setupSteps }, {}, noStep);

    expect(await steps.undo({}, context(), { from })).toEqual([{ step: 'a', ok: true }]);
    expect(undone).toEqual(['a']);
  });
});
