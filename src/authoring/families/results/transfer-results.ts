import { IsArray, IsInt, IsObject, IsOptional, IsString, Min } from 'class-validator';
import { UiField } from '../../../foundation/schema/ui-field.decorator.js';

/** Result of an inference. */
export class InferenceResult {
  @UiField({ help: 'What the model says, one object for each item' })
  @IsArray()
  @IsObject({ each: true })
  predictions?: Record<string, unknown>[] = [];

  @UiField({ help: 'How many items were processed' })
  @IsInt()
  @Min(0)
  processed_count?: number = 0;

  @UiField({ help: 'Where the predictions were saved' })
  @IsOptional()
  @IsString()
  output_path?: string | null = null;
}

/** Result of an export. */
export class ExportResult {
  @UiField({ help: 'Path of what was exported' })
  @IsString()
  output_path!: string;

  @UiField({ help: 'How many items were exported' })
  @IsInt()
  @Min(0)
  exported_count!: number;

  @UiField({ help: 'Format of what was exported' })
  @IsString()
  format!: string;

  @UiField({ help: 'Size of what was exported, in bytes' })
  @IsOptional()
  @IsInt()
  @Min(0)
  file_size_bytes?: number | null = null;
}

/** Result of an upload. */
export class UploadResult {
  @UiField({ help: 'How many items were uploaded' })
  @IsInt()
  @Min(0)
  uploaded_count!: number;

  @UiField({ help: 'Where they were uploaded to' })
  @IsOptional()
  @IsString()
  remote_path?: string | null = null;

  @UiField({ help: 'How the upload ended' })
  @IsString()
  status?: string = 'completed';
}
