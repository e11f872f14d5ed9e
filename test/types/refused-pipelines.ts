import { Action, ActionPipeline, BaseAction } from '../../src/index.js';

// No pipeline here may compile. A line that does is an error itself: an unused `@ts-expect-error`.

class DownloadParams {
  dataset_id!: number;
}
class DownloadResult {
  dataset_path!: string;
  size!: number;
}
class ConvertParams {
  dataset_path!: string;
}
class ConvertResult {
  converted_path!: string;
}
class TrainParams {
  converted_path!: string;
}
class NumberedParams {
  dataset_path!: number;
}
class OptionalParams {
  size?: string;
}
class PipelineParams {
  seed!: number;
}

@Action({ params: DownloadParams, result: DownloadResult })
export class Download {
  execute(params: DownloadParams): DownloadResult {
    return { dataset_path: `/data/${params.dataset_id}`, size: 1 };
  }
}
@Action({ params: ConvertParams, result: ConvertResult })
export class Convert extends BaseAction<ConvertParams, ConvertResult> {
  override async execute(params: ConvertParams): Promise<ConvertResult> {
    return Promise.resolve({ converted_path: params.dataset_path });
  }
}
@Action({ params: TrainParams })
export class Train {
  execute(params: TrainParams): string {
    return params.converted_path;
  }
}
@Action({ params: NumberedParams })
export class Numbered {
  execute(params: NumberedParams): number {
    return params.dataset_path;
  }
}
@Action({ params: OptionalParams })
export class Optional {
  execute(params: OptionalParams): string {
    return params.size ?? '';
  }
}

// @ts-expect-error the action that makes converted_path comes later
export const wrongOrder = ActionPipeline.of(Download, Train, Convert);

// @ts-expect-error nothing makes converted_path
export const missing = ActionPipeline.of(Download, Train);

// @ts-expect-error dataset_id is a param of the second action only
export const missingInitial = ActionPipeline.of(Convert, Download);

// @ts-expect-error dataset_path is text, not a number
export const mistyped = ActionPipeline.of(Download, Numbered);

// @ts-expect-error an optional param takes no other type either
export const mistypedOptional = ActionPipeline.of(Download, Optional);

// @ts-expect-error a text hands nothing on
export const afterText = ActionPipeline.of(Train, Convert);

// @ts-expect-error the pipeline's own params lack dataset_id
export const wrongParams = ActionPipeline.of([Download, Convert], { params: PipelineParams });

// @ts-expect-error no action
export const nothing = ActionPipeline.of(Download, 7);

// @ts-expect-error strict is the default
export const strict = ActionPipeline.of([Download, Train], { strict: true });

// @ts-expect-error convert does not wait for fetch, and has nothing to convert
export const unordered = ActionPipeline.dag({ fetch: Download, train: { action: Train, after: ['fetch'] } });

// @ts-expect-error no node is called fetched
export const unknownAfter = ActionPipeline.dag({ fetch: Download, convert: { action: Convert, after: ['fetched'] } });

export const sideBranch = ActionPipeline.dag({
  fetch: Download,
  convert: { action: Convert, after: ['fetch'] },
  // @ts-expect-error what a side branch makes is not there for the other
  train: { action: Train, after: ['fetch'] },
});

// @ts-expect-error the graph's own params lack dataset_id
export const graphParams = ActionPipeline.dag({ fetch: Download }, { params: PipelineParams });

const executor = {
  submit: () => Promise.resolve('id'),
  wait: (): never => fail(),
  getResult: () => Promise.resolve(1),
};

// @ts-expect-error dataset_id is a number
export const wrongInput = ActionPipeline.of(Download, Convert).submit({ dataset_id: 'one' }, executor);

// @ts-expect-error no action takes such a param
export const strangeInput = ActionPipeline.of(Download, Convert).submit({ data: 1 }, executor);

function fail(): never {
  throw new Error('never');
}
