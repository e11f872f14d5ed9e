import {
  Action,
  BaseExportAction,
  BaseTrainAction,
  BaseUploadAction,
  ExportResult,
  TrainResult,
} from '../../src/index.js';

// No class here may compile. A line that does is an error itself: an unused `@ts-expect-error`.

class Params {
  epochs = 1;
}
class OtherParams {
  rate = 0.1;
}

// @ts-expect-error the base is told of other params than the decorator
@Action({ params: Params })
export class OtherParamsOfBase extends BaseTrainAction<OtherParams> {
  override execute({ rate }: OtherParams): never {
    throw new Error(String(rate));
  }
}

// @ts-expect-error steps without a resultOfSteps of their own come to the summary, which is no TrainResult
@Action({ params: Params, result: TrainResult })
export class SummaryAsResult extends BaseTrainAction<Params> {}

// @ts-expect-error the summary of an upload is no ExportResult
@Action({ params: Params, result: ExportResult })
export class UploadAsExport extends BaseUploadAction<Params> {}

@Action({ params: Params, result: TrainResult })
export class NoWeights extends BaseTrainAction<Params, TrainResult> {
  override execute({ epochs }: Params): TrainResult {
    // @ts-expect-error a training without weights
    return { final_epoch: epochs };
  }
}

@Action({ params: Params })
export class ForeignProgress extends BaseExportAction<Params> {
  override setupSteps(): void {
    // @ts-expect-error exports have no such name
    this.setProgress(1, 1, this.progress.Train);
  }
}
