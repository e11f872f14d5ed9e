import {
  Action,
  BaseExportAction,
  BaseTrainAction,
  BaseTrainParams,
  BaseUploadAction,
  DatasetAction,
  ExportContext,
  type ExportStepsResult,
  type OrchestratorSummary,
  RuntimeContext,
  TrainResult,
  type TrainStepsResult,
  UploadContext,
  UploadResult,
} from '../../src/index.js';

// Every class here must compile.

class Params extends BaseTrainParams {
  epochs = 1;
}

@Action({ params: Params, result: TrainResult })
export class Executing extends BaseTrainAction<Params, TrainResult> {
  override execute({ epochs }: Params): TrainResult {
    return { weights_path: 'w', final_epoch: epochs };
  }
}

class OwnResult extends TrainResult {
  accuracy!: number;
}

@Action({ params: Params, result: OwnResult })
export class WithOwnResult extends BaseTrainAction<Params, OwnResult> {
  override async execute({ epochs }: Params, ctx: RuntimeContext<Params>): Promise<OwnResult> {
    const checkpoint = await this.getCheckpoint();
    this.setProgress(1, epochs, this.progress.Train);
    return { weights_path: checkpoint?.path ?? ctx.workDir, final_epoch: epochs, accuracy: 1 };
  }
}

@Action({ params: Params })
export class Stepped extends BaseTrainAction<Params> {}

class RowsContext extends ExportContext<Params> {
  rows: string[] = [];
}

@Action({ params: Params, context: RowsContext })
export class WithOwnContext extends BaseExportAction<Params, { rows: number }> {
  override createContext(params: Params, ctx: RuntimeContext<Params>): RowsContext {
    return Object.assign(new RowsContext(ctx), { totalCount: params.epochs });
  }
  override resultOfSteps({ rows }: RowsContext, summary: OrchestratorSummary): { rows: number } {
    return { rows: rows.length + summary.steps_total };
  }
}

@Action({ params: Params, result: UploadResult })
export class Uploading extends BaseUploadAction<Params, UploadResult> {
  override resultOfSteps({ uploadedFiles }: UploadContext<Params>): UploadResult {
    return { uploaded_count: uploadedFiles.length };
  }
}

@Action({ name: 'dataset' })
export class Copying extends DatasetAction {
  protected override downloadUnits(): Promise<number> {
    return Promise.resolve(0);
  }
}

/** What a run of steps comes to is known where it is awaited. */
export const modelOf = ({ model }: TrainStepsResult): unknown => model;
export const countOf = ({ exported_count }: ExportStepsResult): number => exported_count;
