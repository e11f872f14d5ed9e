import { Action, ActionPipeline, BaseAction } from '../../src/index.js';

// Every pipeline here must compile.

class DownloadParams {
  dataset_id!: number;
}
class DownloadResult {
  dataset_path!: string;
}
class ConvertParams {
  dataset_path!: string;
  image_size?: number = 640;
}
class ConvertResult {
  converted_path!: string;
  count!: number;
}
class TrainParams {
  converted_path!: string;
  epochs = 5;
}
class PipelineParams {
  dataset_id!: number;
  epochs = 5;
}

@Action({ params: DownloadParams, result: DownloadResult })
export class Download {
  execute(params: DownloadParams): DownloadResult {
    return { dataset_path: `/data/${params.dataset_id}` };
  }
}
@Action({ params: ConvertParams, result: ConvertResult })
export class Convert extends BaseAction<ConvertParams, ConvertResult> {
  override async execute(params: ConvertParams): Promise<ConvertResult> {
    return Promise.resolve({ converted_path: params.dataset_path, count: 1 });
  }
}
@Action({ params: TrainParams })
export class Train {
  execute(params: TrainParams): { readonly loss: number } {
    return { loss: params.epochs };
  }
}
@Action({ params: ConvertParams })
export class Untyped {
  execute(_params: ConvertParams): unknown {
    return 1;
  }
}

export const inOrder = ActionPipeline.of(Download, Convert);
export const withParams = ActionPipeline.of([Download, Convert, Train], { params: PipelineParams });
export const lenient = ActionPipeline.of([Download, Train], { strict: false });
export const named = ActionPipeline.of(Download, 'convert', Train);
export const untold = ActionPipeline.of(Download, Untyped, Train);
export const first = ActionPipeline.of(Train);

export const graph = ActionPipeline.dag({
  fetch: Download,
  boxes: { action: Convert, after: ['fetch'] },
  masks: { action: Convert, after: ['fetch'], weight: 2 },
});
export const graphWithParams = ActionPipeline.dag(
  { fetch: Download, boxes: { action: Convert, after: ['fetch'] }, train: { action: Train, after: ['boxes'] } },
  { params: PipelineParams },
);

export async function results(): Promise<{ readonly loss: number }> {
  const executor = {
    submit: () => Promise.resolve('id'),
    wait: (): never => never(),
    getResult: () => Promise.resolve(1),
  };
  const { count } = await inOrder.execute({ dataset_id: 1 }, executor);
  return withParams.wait(String(count), executor);
}
function never(): never {
  throw new Error('never');
}
