import { IsInt, IsString } from 'class-validator';
import { BaseAction } from '../../../authoring/actions/base-action.js';
import { RuntimeContext } from '../../../authoring/context/runtime-context.js';
import { Action } from '../../../authoring/decorators/action.decorator.js';
import { SamplePause } from './sample-pause.js';

/** Params of {@link DownloadAction}. */
export class Step1Params {
  @IsInt()
  dataset_id!: number;
}

/** Result of {@link DownloadAction}. */
export class Step1Result {
  @IsInt()
  dataset_id!: number;
  @IsString()
  dataset_path!: string;
}

/** A sample that stands for the download of a data set: takes a second and names a folder, in which nothing is. */
@Action({ name: 'download', description: 'Downloads a data set', params: Step1Params, result: Step1Result })
export class DownloadAction extends BaseAction<Step1Params, Step1Result> {
  constructor(private readonly pause: SamplePause) {
    super();
  }

  async execute({ dataset_id }: Step1Params, ctx: RuntimeContext<Step1Params>): Promise<Step1Result> {
    ctx.logMessage(`Downloading dataset ${dataset_id}`);
    await this.pause.take(1_000, ctx.signal);
    return { dataset_id, dataset_path: `/tmp/datasets/${dataset_id}` };
  }
}
