import { IsNotEmpty, IsString } from 'class-validator';
import {
  Action,
  type OrchestratorSummary,
  type StepRegistry,
  UiField,
  UploadAction,
  UploadParams,
  UploadPlace,
  type UploadRunResult,
} from 'nest-synapse';
import { DatasetJudge } from '../src/quality/dataset-judge.js';
import { QualityReport } from '../src/report/quality-report.js';
import { DatasetUploadContext } from '../src/upload/dataset-upload-context.js';
import { QualityStep } from '../src/upload/quality-step.js';

export class UploadDatasetParams extends UploadParams {
  override target: UploadPlace = UploadPlace.Storage;

  @UiField({ help: 'Folder that files are put into where no storage is configured' })
  @IsString()
  @IsNotEmpty()
  storage_dir = 'output/storage';
}

/** What an upload answers with. */
export interface UploadDatasetResult extends UploadRunResult {
  /** What the rules found that did not end the upload. */
  readonly warnings: number;
  readonly report_path: string;
}

@Action({
  name: 'upload',
  description: 'Judge a data set, put its files into a storage, and make data units of them',
  params: UploadDatasetParams,
  context: DatasetUploadContext,
  method: 'local',
})
export class UploadDatasetAction extends UploadAction<UploadDatasetParams> {
  constructor(
    private readonly judge: DatasetJudge,
    private readonly report: QualityReport,
  ) {
    super();
  }

  override setupSteps(registry: StepRegistry): void {
    super.setupSteps(registry);
    registry.insertAfter('validate', new QualityStep(this.judge, this.report));
  }

  override resultOfSteps(context: DatasetUploadContext, summary: OrchestratorSummary): UploadDatasetResult {
    const result = super.resultOfSteps(context, summary);
    return { ...result, warnings: context.warningCount, report_path: context.reportPath };
  }
}
