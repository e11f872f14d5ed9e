import {
  Action,
  BaseAction,
  BaseStep,
  RuntimeContext,
  Step,
  StepContext,
  type StepRegistry,
  StepResult,
} from '../../src/index.js';

// Every class here must compile: what authors may write.

class TrainParams {
  epochs = 1;
}
class LargerParams extends TrainParams {
  rate = 0.1;
}
class TrainResult {
  loss!: number;
}
class Service {}

@Action({ params: TrainParams, result: TrainResult })
export class Derived extends BaseAction<TrainParams, TrainResult> {
  constructor(private readonly service: Service) {
    super();
  }
  override async execute(params: TrainParams, ctx: RuntimeContext): Promise<TrainResult> {
    void [this.service, ctx.runId];
    return { loss: 1 / params.epochs };
  }
}

@Action({ params: TrainParams, result: TrainResult })
export class Plain {
  execute(params: TrainParams, ctx: RuntimeContext<TrainParams>): TrainResult {
    return { loss: params.epochs + ctx.params.epochs };
  }
}

@Action({ params: LargerParams })
export class TakesLess {
  execute({ epochs }: TrainParams): number {
    return epochs;
  }
}

@Action({ params: TrainParams })
export class TakesNothing {
  execute(): void {}
}

@Action()
export class WithoutParamsClass {
  execute(params: { readonly anything: string }): string {
    return params.anything;
  }
}

@Action
export class WithoutParentheses {
  execute(): void {}
}

/** Steps will be its work. */
@Action({ params: TrainParams })
export class WithoutExecute extends BaseAction<TrainParams> {}

@Action({ params: TrainParams })
export class Generic<T> extends BaseAction<TrainParams, T[]> {
  override execute(): T[] {
    return [];
  }
}

class TrainContext extends StepContext<TrainParams> {
  loss = 1;
}
@Step({ name: 'fit', weight: 0.9, retry: { maxAttempts: 3, jitter: 0.5 }, timeoutMs: 60_000 })
class FitStep extends BaseStep<TrainContext> {
  constructor(private readonly service: Service) {
    super();
  }
  override canSkip({ params }: TrainContext): boolean {
    return params.epochs === 0;
  }
  async execute(context: TrainContext): Promise<StepResult> {
    void this.service;
    return StepResult.ok({ loss: context.loss });
  }
}
@Step({ name: 'plain' })
class PlainStep {
  execute({ currentStep }: StepContext): StepResult {
    return StepResult.ok({ currentStep });
  }
}

@Action({ params: TrainParams, result: TrainResult, steps: [FitStep, [PlainStep, FitStep]], context: TrainContext })
export class Stepped extends BaseAction<TrainParams, TrainResult> {
  override setupSteps(registry: StepRegistry): void {
    registry.insertAfter('fit', PlainStep);
    registry.register(new PlainStep());
  }
  override createContext(_params: TrainParams, ctx: RuntimeContext<TrainParams>): TrainContext {
    return new TrainContext(ctx);
  }
  override resultOfSteps(context: TrainContext): TrainResult {
    return { loss: context.loss };
  }
}

export class Methods {
  @Action({ description: 'Both arguments' })
  both(params: TrainParams, ctx: RuntimeContext): number {
    return params.epochs + ctx.attempt;
  }

  @Action({ params: TrainParams, result: TrainResult })
  async one(params: TrainParams): Promise<TrainResult> {
    return { loss: params.epochs };
  }

  @Action()
  none(): void {}

  @Action
  bare(params: TrainParams): number {
    return params.epochs;
  }
}
