import { IsIn, IsInt, IsNotEmpty, IsOptional, IsString, Max, Min } from 'class-validator';
import { UiField } from '../../../foundation/schema/ui-field.decorator.js';

/** Where files come from, and where they go to. */
export const UploadPlace = { Local: 'local', Storage: 'storage', Platform: 'platform' } as const;
export type UploadPlace = (typeof UploadPlace)[keyof typeof UploadPlace];

/** Params of {@link UploadAction}; extend it for fields of your own. */
export class UploadParams {
  @UiField({ help: 'Data collection that the units are made in, by its id' })
  @IsInt()
  data_collection!: number;

  @UiField({
    help: 'Folder with the files: a folder for each file specification, or all in one where there is only one specification',
  })
  @IsString()
  @IsNotEmpty()
  path!: string;

  @UiField({ help: 'Whether the folder is one of this machine or of the storage' })
  @IsIn([UploadPlace.Local, UploadPlace.Storage])
  source: UploadPlace = UploadPlace.Local;

  @UiField({ help: 'Whether the files go to the platform, or to the storage and only their URLs to the platform' })
  @IsIn([UploadPlace.Platform, UploadPlace.Storage])
  target: UploadPlace = UploadPlace.Platform;

  @UiField({ help: 'Folder in the storage that files are put into' })
  @IsString()
  @IsNotEmpty()
  target_folder = 'data_files';

  @UiField({ help: 'Table with what is known about the units (.xlsx, .csv, .ndjson), in the folder or by its path' })
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  metadata?: string | null = null;

  @UiField({ help: "Column of the table that names the unit's file; without it, the first one" })
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  metadata_key?: string | null = null;

  @UiField({ help: 'Whether units that are not complete end the upload, or are reported and left out' })
  @IsIn(['fail', 'skip'])
  on_error: 'fail' | 'skip' = 'fail';

  @UiField({ help: 'How many units are made with one request' })
  @IsInt()
  @Min(1)
  @Max(1_000)
  batch_size = 100;

  @UiField({ help: 'How many files are uploaded at the same time' })
  @IsInt()
  @Min(1)
  @Max(64)
  parallel = 8;

  @UiField({ help: 'Most bytes of one file; without it, there is no limit' })
  @IsOptional()
  @IsInt()
  @Min(1)
  max_file_bytes?: number | null = null;
}
