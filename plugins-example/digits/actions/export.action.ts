import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { IsNotEmpty, IsString } from 'class-validator';
import {
  Action,
  BaseExportAction,
  ExportResult as BaseExportResult,
  ModelWeights,
  ONNXModel,
  RuntimeContext,
  UiField,
} from 'nest-synapse';
import { CheckStep, ConvertStep, NetworkContext, PublishStep } from '../src/export-steps.js';

export class ExportParams {
  @UiField({ help: 'The weights_path that train returned' })
  @IsString()
  @IsNotEmpty()
  weights_path!: string;

  @UiField({ help: "Folder for the ONNX file; empty for the run's own folder" })
  @IsString()
  output_dir = '';
}

export class ExportResult extends BaseExportResult {
  /** The network as an ONNX file, for `evaluate` and for every other runtime. */
  @IsString()
  onnx_path!: string;
}

/** Three steps, so that a network that cannot be read is never where others look for it. */
@Action({
  name: 'export',
  description: 'Write saved weights as an ONNX file that takes pictures as they are',
  params: ExportParams,
  result: ExportResult,
  inputType: ModelWeights,
  outputType: ONNXModel,
  method: 'local',
  steps: [ConvertStep, CheckStep, PublishStep],
  context: NetworkContext,
})
export class ExportAction extends BaseExportAction<ExportParams, ExportResult> {
  override createContext(params: ExportParams, ctx: RuntimeContext<ExportParams>): NetworkContext<ExportParams> {
    const outputPath = resolve(join(params.output_dir || ctx.workDir, 'digits.onnx'));
    return Object.assign(new NetworkContext(ctx), { outputPath, weightsPath: params.weights_path });
  }

  override resultOfSteps({ outputPath, exportedCount, sizeBytes }: NetworkContext<ExportParams>): ExportResult {
    const path = outputPath ?? '';
    return {
      onnx_path: path,
      output_path: path,
      exported_count: exportedCount,
      format: 'onnx',
      file_size_bytes: sizeBytes,
    };
  }

  /** In a pipeline whose evaluation refuses the file, it must not stay where others look for it. */
  override async compensate(_params: ExportParams, { onnx_path }: ExportResult): Promise<void> {
    await rm(onnx_path, { force: true });
  }
}
