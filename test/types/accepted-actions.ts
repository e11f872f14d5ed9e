import { Action, BaseAction, RuntimeContext } from '../../src/index.js';

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
