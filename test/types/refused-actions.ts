import { Action, BaseAction, BaseStep, RuntimeContext, Step, StepContext, StepResult } from '../../src/index.js';

// No use of @Action here may compile. A line that does is an error itself: an unused `@ts-expect-error`.

class TrainParams {
  epochs = 1;
}
class OtherParams {
  rate = 0.1;
}
class TrainResult {
  loss!: number;
}
class OtherResult {
  score!: number;
}

// @ts-expect-error execute takes other params
@Action({ params: TrainParams })
export class OtherParamsClass {
  execute(params: OtherParams): number {
    return params.rate;
  }
}

// @ts-expect-error execute takes other params, also where the base class is told so
@Action({ params: TrainParams })
export class OtherParamsOfBase extends BaseAction<OtherParams, number> {
  override execute(params: OtherParams): number {
    return params.rate;
  }
}

// @ts-expect-error execute needs more than the params class has
@Action({ params: TrainParams })
export class MoreParams {
  execute(params: TrainParams & OtherParams): number {
    return params.rate;
  }
}

// @ts-expect-error the context is of other params
@Action({ params: TrainParams })
export class OtherContext {
  execute(_params: TrainParams, ctx: RuntimeContext<OtherParams>): number {
    return ctx.params.rate;
  }
}

// @ts-expect-error execute returns another result
@Action({ params: TrainParams, result: TrainResult })
export class OtherResultClass {
  execute(): OtherResult {
    return { score: 1 };
  }
}

// @ts-expect-error execute resolves to another result
@Action({ result: TrainResult })
export class OtherResultLater {
  async execute(): Promise<OtherResult> {
    return { score: 1 };
  }
}

// @ts-expect-error execute returns nothing
@Action({ result: TrainResult })
export class NoResult {
  execute(): void {}
}

// @ts-expect-error execute asks for a third argument
@Action({ params: TrainParams })
export class ThirdArgument {
  execute(params: TrainParams, _ctx: RuntimeContext, factor: number): number {
    return params.epochs * factor;
  }
}

// @ts-expect-error execute is no method
@Action({ params: TrainParams })
export class NoMethod {
  readonly execute = 'train';
}

// @ts-expect-error an option that does not exist
@Action({ name: 'train', timeout: 60 })
export class UnknownOption {
  execute(): void {}
}

// @ts-expect-error params is a class, not an object
@Action({ params: { epochs: 1 } })
export class ParamsObject {
  execute(): void {}
}

// @ts-expect-error a step is a class that executes
@Action({ steps: [Map] })
export class StepsThatAreNone {}

// @ts-expect-error the context of steps is a StepContext
@Action({ context: Map })
export class ContextThatIsNone {}

// @ts-expect-error a step executes
@Step({ name: 'idle' })
export class IdleStep {}

// @ts-expect-error a step has a name
@Step({ weight: 1 })
export class NamelessStep extends BaseStep {
  execute(): StepResult {
    return StepResult.ok();
  }
}

// @ts-expect-error a step returns a StepResult
@Step({ name: 'returns_text' })
export class TextStep {
  execute(_context: StepContext): string {
    return 'done';
  }
}

export class Methods {
  // @ts-expect-error the method takes other params
  @Action({ params: TrainParams })
  otherParams(params: OtherParams): number {
    return params.rate;
  }

  // @ts-expect-error the method returns another result
  @Action({ result: TrainResult })
  otherResult(params: TrainParams): OtherResult {
    return { score: params.epochs };
  }

  // @ts-expect-error the method resolves to another result
  @Action({ params: TrainParams, result: TrainResult })
  async otherResultLater(): Promise<OtherResult> {
    return { score: 1 };
  }

  // @ts-expect-error the method asks for a third argument
  @Action({ params: TrainParams })
  thirdArgument(params: TrainParams, _ctx: RuntimeContext, factor: number): number {
    return params.epochs * factor;
  }

  // @ts-expect-error a property is no method
  @Action()
  readonly property = 1;
}
