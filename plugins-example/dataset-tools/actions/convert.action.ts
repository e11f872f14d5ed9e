import { join, resolve } from 'node:path';
import { IsArray, IsBoolean, IsIn, IsInt, IsNotEmpty, IsObject, IsString } from 'class-validator';
import { Action, BaseAction, DatasetFormatRegistry, RuntimeContext, UiField } from 'nest-synapse';

export class ConvertParams {
  @UiField({ help: 'Folder of the data set, or its file' })
  @IsString()
  @IsNotEmpty()
  dataset!: string;

  @UiField({ help: 'Format of the new data set: dm_v1, dm_v2, yolo, coco or pascal' })
  @IsIn(['dm_v1', 'dm_v2', 'yolo', 'coco', 'pascal'])
  to = 'yolo';

  @UiField({ help: "Folder for the new data set; empty for one in the run's own folder" })
  @IsString()
  target = '';

  @UiField({ help: 'What happens with the pictures: a second name for the same file, a copy, or nothing' })
  @IsIn(['link', 'copy', 'none'])
  image_handling: 'link' | 'copy' | 'none' = 'copy';

  @UiField({ help: 'What is wrong in the source ends the work, or is left out and reported' })
  @IsIn(['fail', 'skip'])
  on_error: 'fail' | 'skip' = 'fail';

  @UiField({ help: 'Put the new data set in place of one that is there' })
  @IsBoolean()
  overwrite = false;
}

export class ConvertResult {
  /** The new data set, for the actions that follow. */
  @IsString()
  dataset!: string;

  @IsInt()
  images!: number;

  @IsInt()
  annotations!: number;

  @IsArray()
  @IsString({ each: true })
  classes!: readonly string[];

  /** What the new format cannot hold, and how often the source had it. */
  @IsObject()
  losses!: Record<string, number>;
}

@Action({
  name: 'convert',
  description: 'Convert a data set to another format, and say what is lost',
  params: ConvertParams,
  result: ConvertResult,
  method: 'local',
})
export class ConvertAction extends BaseAction<ConvertParams, ConvertResult> {
  async execute(params: ConvertParams, ctx: RuntimeContext<ConvertParams>): Promise<ConvertResult> {
    const target = resolve(params.target || join(ctx.workDir, params.to));
    const { path, images, annotations, classes, losses } = await new DatasetFormatRegistry().convert(
      params.dataset,
      target,
      {
        to: params.to,
        images: params.image_handling,
        onError: params.on_error,
        overwrite: params.overwrite,
        signal: ctx.signal,
        onProgress: (done) => ctx.setMetrics({ images: done }, 'convert'),
      },
    );
    return {
      dataset: path,
      images,
      annotations,
      classes,
      losses: Object.fromEntries(losses.map(({ field, count }) => [field, count])),
    };
  }
}
