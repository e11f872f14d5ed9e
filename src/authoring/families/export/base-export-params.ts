import { IsIn, IsNotEmpty, IsObject, IsOptional, IsString } from 'class-validator';
import { UiField } from '../../../foundation/schema/ui-field.decorator.js';

/** What of the platform can be exported. */
export const ExportTarget = { Assignment: 'assignment', GroundTruth: 'ground_truth', Task: 'task' } as const;
export type ExportTarget = (typeof ExportTarget)[keyof typeof ExportTarget];

/** Files that results are written to: a JSON value a line, one JSON list, or a table. */
export const ExportFormat = { Ndjson: 'ndjson', Json: 'json', Csv: 'csv' } as const;
export type ExportFormat = (typeof ExportFormat)[keyof typeof ExportFormat];

/** Params that exports have in common; extend it. */
export class BaseExportParams {
  @UiField({ help: 'What is exported' })
  @IsIn(Object.values(ExportTarget))
  target: ExportTarget = ExportTarget.Assignment;

  @UiField({ help: 'Which of them: fields of the platform and the values that they must have' })
  @IsObject()
  filter: Record<string, unknown> = {};

  @UiField({ help: 'Format of the file' })
  @IsIn(Object.values(ExportFormat))
  format: ExportFormat = ExportFormat.Ndjson;

  @UiField({ help: 'Path of the file; without it, one in the folder of the run' })
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  output_path?: string | null = null;

  @UiField({ help: 'Whether a result that cannot be converted ends the export, or is reported and left out' })
  @IsIn(['fail', 'skip'])
  on_error: 'fail' | 'skip' = 'fail';
}
