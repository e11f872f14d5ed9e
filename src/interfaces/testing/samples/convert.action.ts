import { IsString } from 'class-validator';
import { BaseAction } from '../../../authoring/actions/base-action.js';
import { RuntimeContext } from '../../../authoring/context/runtime-context.js';
import { Action } from '../../../authoring/decorators/action.decorator.js';
import { SamplePause } from './sample-pause.js';

/** Params of {@link ConvertAction}. */
export class Step2Params {
  @IsString()
  dataset_path!: string;
}

/** Result of {@link ConvertAction}. */
export class Step2Result {
  @IsString()
  dataset_path!: string;
  @IsString()
  converted_path!: string;
}

/** A sample that stands for the conversion of a data set to YOLO's format. */
@Action({ name: 'convert', description: 'Converts a data set', params: Step2Params, result: Step2Result })
export class ConvertAction extends BaseAction<Step2Params, Step2Result> {
  constructor(private readonly pause: SamplePause) {
    super();
  }

  async execute({ dataset_path }: Step2Params, ctx: RuntimeContext<Step2Params>): Promise<Step2Result> {
    ctx.logMessage(`Converting dataset at ${dataset_path}`);
    await this.pause.take(1_000, ctx.signal);
    return { dataset_path, converted_path: `${dataset_path}/yolo` };
  }
}
