import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { IsInt, IsNotEmpty, IsString } from 'class-validator';
import { Action, BaseAction, ModelWeights, ONNXModel, RuntimeContext, UiField } from 'nest-synapse';
import { DigitsClassifier } from '../src/digits-classifier.js';
import { onnxModelOf } from '../src/onnx-model.js';
import { WeightsFile } from '../src/weights-file.js';
import { writeWholeFile } from '../src/whole-file.js';

export class ExportParams {
  @UiField({ help: 'The weights_path that train returned' })
  @IsString()
  @IsNotEmpty()
  weights_path!: string;

  @UiField({ help: "Folder for the ONNX file; empty for the run's own folder" })
  @IsString()
  output_dir = '';
}

export class ExportResult {
  /** The network as an ONNX file, for `evaluate` and for every other runtime. */
  @IsString()
  onnx_path!: string;

  @IsInt()
  file_size_bytes!: number;
}

@Action({
  name: 'export',
  description: 'Write saved weights as an ONNX file that takes pictures as they are',
  params: ExportParams,
  result: ExportResult,
  inputType: ModelWeights,
  outputType: ONNXModel,
  method: 'local',
})
export class ExportAction extends BaseAction<ExportParams, ExportResult> {
  constructor(
    private readonly classifier: DigitsClassifier,
    private readonly weights: WeightsFile,
  ) {
    super();
  }

  async execute({ weights_path, output_dir }: ExportParams, ctx: RuntimeContext<ExportParams>): Promise<ExportResult> {
    const { model } = await this.weights.load(weights_path);
    try {
      const bytes = onnxModelOf(model);
      const onnxPath = resolve(join(output_dir || ctx.workDir, 'digits.onnx'));
      await writeWholeFile(onnxPath, (temporary) => writeFile(temporary, bytes));
      return { onnx_path: onnxPath, file_size_bytes: bytes.length };
    } finally {
      this.classifier.release(model);
    }
  }
}
