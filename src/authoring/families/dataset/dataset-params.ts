import { IsArray, IsBoolean, IsEnum, IsIn, IsInt, IsNotEmpty, IsObject, IsOptional, IsString } from 'class-validator';
import { UiField } from '../../../foundation/schema/ui-field.decorator.js';

/** What a dataset action does. */
export const DatasetOperation = {
  Download: 'download',
  Convert: 'convert',
  DownloadAndConvert: 'download_and_convert',
} as const;
export type DatasetOperation = (typeof DatasetOperation)[keyof typeof DatasetOperation];

/** Formats of data sets; `dm` is the platform's own in the version that `dm_version` says. */
const FORMATS = ['dm', 'dm_v1', 'dm_v2', 'yolo', 'coco', 'pascal'];

/** Params of {@link DatasetAction}. */
export class DatasetParams {
  @UiField({ help: 'What to do; without it, convert where there is a path, and download where there is none' })
  @IsOptional()
  @IsEnum(DatasetOperation)
  operation?: DatasetOperation | null = null;

  @UiField({ help: 'Data collection to download, by its id' })
  @IsOptional()
  @IsInt()
  dataset_id?: number | null = null;

  @UiField({ help: 'Names of the parts to download, each with the filters of its data units' })
  @IsOptional()
  @IsObject()
  splits?: Record<string, Record<string, unknown>> | null = null;

  @UiField({ help: 'Folder of the data set to convert' })
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  path?: string | null = null;

  @UiField({ help: 'Format to convert from' })
  @IsIn(FORMATS)
  source_format = 'dm_v2';

  @UiField({ help: 'Format to convert to' })
  @IsIn(FORMATS)
  target_format = 'yolo';

  @UiField({ help: "Version of the platform's own format, where a format does not say it" })
  @IsIn(['v1', 'v2'])
  dm_version = 'v2';

  @UiField({
    help: "Folder for the data set; without it, one of the run's own, or one beside the folder that is converted",
  })
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  output_dir?: string | null = null;

  @UiField({ help: 'Whether the data set has a folder for each of its parts' })
  @IsBoolean()
  is_categorized = false;

  @UiField({
    help: 'What happens with a data unit or file that fails; without it, a download reports it and goes on, and a conversion fails',
  })
  @IsOptional()
  @IsIn(['skip', 'fail'])
  on_error?: 'skip' | 'fail' | null = null;

  @UiField({ help: 'What a conversion does with the pictures; without it, it links them' })
  @IsOptional()
  @IsIn(['link', 'copy', 'none'])
  images?: 'link' | 'copy' | 'none' | null = null;

  @UiField({ help: 'The only classes of the converted data set, in the order of their numbers', itemType: String })
  @IsOptional()
  @IsArray()
  @IsString({ each: true })
  classes?: string[] | null = null;
}
