import { IsInt, IsObject, IsString, Min } from 'class-validator';
import { BaseAction } from '../../../authoring/actions/base-action.js';
import { RuntimeContext } from '../../../authoring/context/runtime-context.js';
import { Action } from '../../../authoring/decorators/action.decorator.js';
import { SamplePause } from './sample-pause.js';

/** Params of {@link TrainAction}. */
export class Step3Params {
  @IsString()
  converted_path!: string;
  @IsInt()
  @Min(1)
  epochs = 5;
}

/** Result of {@link TrainAction}. */
export class Step3Result {
  @IsString()
  model_path!: string;
  @IsObject()
  metrics!: Record<string, number>;
}

/** A sample that stands for a training: takes two seconds and comes to the same figures each time. */
@Action({ name: 'train', description: 'Trains a model', params: Step3Params, result: Step3Result })
export class TrainAction extends BaseAction<Step3Params, Step3Result> {
  constructor(private readonly pause: SamplePause) {
    super();
  }

  async execute({ converted_path, epochs }: Step3Params, ctx: RuntimeContext<Step3Params>): Promise<Step3Result> {
    ctx.logMessage(`Training model on ${converted_path} for ${epochs} epochs`);
    await this.pause.take(2_000, ctx.signal);
    return { model_path: '/tmp/models/best.pt', metrics: { mAP50: 0.85, 'mAP50-95': 0.72 } };
  }
}
