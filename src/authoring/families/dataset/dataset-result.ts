import { IsBoolean, IsInt, IsOptional, IsString, Min } from 'class-validator';
import { UiField } from '../../../foundation/schema/ui-field.decorator.js';

/** Result of {@link DatasetAction}. */
export class DatasetResult {
  @UiField({ help: 'Folder of the data set' })
  @IsString()
  path!: string;

  @UiField({ help: 'Format of the data set' })
  @IsString()
  format!: string;

  @UiField({ help: 'Whether it has a folder for each of its parts' })
  @IsBoolean()
  is_categorized = false;

  @UiField({ help: 'File that describes the data set to a training' })
  @IsOptional()
  @IsString()
  config_path: string | null = null;

  @UiField({ help: 'How many data units it has' })
  @IsOptional()
  @IsInt()
  @Min(0)
  count: number | null = null;

  @UiField({
    help: 'How many data units are missing, since they could not be downloaded; absent where all came through',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  failed_count?: number;

  @UiField({ help: 'Folder that it was converted from' })
  @IsOptional()
  @IsString()
  source_path: string | null = null;

  /** What a training is given: the file that describes the data set, else its folder. Not part of the result's JSON form. */
  get data_path(): string {
    return this.config_path ?? this.path;
  }
}
