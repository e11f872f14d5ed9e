import type { LayersModel } from '@tensorflow/tfjs-layers';
import { IsArray, IsInt, IsNotEmpty, IsNumber, IsOptional, IsString, Max, Min } from 'class-validator';
import { Action, BaseAction, ONNXModel, UiField } from 'nest-synapse';
import { agreementOf } from '../src/agreement.js';
import { accuracyOf, confusionOf, DigitsClassifier } from '../src/digits-classifier.js';
import { type Digit, DigitsDataset } from '../src/digits-dataset.js';
import { OnnxClassifier } from '../src/onnx-classifier.js';
import { SplitFile } from '../src/split-file.js';
import { WeightsFile } from '../src/weights-file.js';

export class EvaluateParams {
  @UiField({ help: 'The weights_path that train returned' })
  @IsString()
  @IsNotEmpty()
  weights_path!: string;

  @UiField({ help: 'The dataset_path that prepare returned; empty for the split that the weights were trained on' })
  @IsString()
  dataset_path = '';

  @UiField({
    help: 'The onnx_path that export returned: it must answer as the weights do; empty to measure the weights only',
  })
  @IsString()
  onnx_path = '';

  @UiField({ help: 'How far a probability of the ONNX file may be from that of the weights' })
  @IsNumber()
  @Min(0)
  @Max(1)
  tolerance = 0.00001;
}

export class EvaluateResult {
  /** Part of the held-out pictures that the classifier gets right, 0 to 1. */
  @IsNumber()
  @Min(0)
  @Max(1)
  accuracy!: number;

  /** Pictures measured by: those that the training of these weights held out. */
  @IsInt()
  held_out_count!: number;

  /** For each digit, the part of its pictures that the classifier recognises. */
  @IsArray()
  @IsNumber({}, { each: true })
  recall!: number[];

  /** Row: the digit it is, column: the digit the classifier sees; how often. */
  @IsArray()
  confusion!: number[][];

  /** Part of the held-out pictures that the ONNX file gets right, 0 to 1. */
  @IsOptional()
  @IsNumber()
  onnx_accuracy?: number;

  /** Held-out pictures for which the ONNX file and the weights see the same digit: all of them, or the run has failed. */
  @IsOptional()
  @IsInt()
  onnx_agreement_count?: number;

  /** Largest difference between a probability of the ONNX file and that of the weights. */
  @IsOptional()
  @IsNumber()
  onnx_max_difference?: number;
}

@Action({
  name: 'evaluate',
  description: 'Measure saved weights on the digits that their training held out, and an ONNX file against them',
  params: EvaluateParams,
  result: EvaluateResult,
  inputType: ONNXModel,
  method: 'local',
})
export class EvaluateAction extends BaseAction<EvaluateParams, EvaluateResult> {
  constructor(
    private readonly dataset: DigitsDataset,
    private readonly splits: SplitFile,
    private readonly classifier: DigitsClassifier,
    private readonly onnx: OnnxClassifier,
    private readonly weights: WeightsFile,
  ) {
    super();
  }

  async execute(params: EvaluateParams): Promise<EvaluateResult> {
    const { model, seed } = await this.weights.load(params.weights_path);
    try {
      const { heldOut } = params.dataset_path ? await this.splits.load(params.dataset_path) : this.dataset.split(seed);
      return await this.#measure(params, model, heldOut);
    } finally {
      this.classifier.release(model);
    }
  }

  async #measure(params: EvaluateParams, model: LayersModel, heldOut: readonly Digit[]): Promise<EvaluateResult> {
    const probabilities = await this.classifier.predict(model, heldOut);
    const confusion = confusionOf(heldOut, probabilities);
    const accuracy = accuracyOf(confusion);
    this.setMetrics({ accuracy }, 'test');
    const measured = { accuracy, held_out_count: heldOut.length, recall: confusion.map(recallOf), confusion };
    return params.onnx_path ? { ...measured, ...(await this.#compare(params, heldOut, probabilities)) } : measured;
  }

  /** Asks the ONNX file about the same pictures. */
  async #compare(
    { onnx_path, tolerance }: EvaluateParams,
    heldOut: readonly Digit[],
    expected: readonly (readonly number[])[],
  ): Promise<Pick<EvaluateResult, 'onnx_accuracy' | 'onnx_agreement_count' | 'onnx_max_difference'>> {
    const answers = await this.onnx.predict(onnx_path, heldOut);
    const { disagreeing, maxDifference } = agreementOf(expected, answers);
    if (disagreeing.length > 0 || maxDifference > tolerance) {
      throw new Error(
        `'${onnx_path}' does not answer as its weights do: ${disagreeing.length} of ${heldOut.length} pictures are seen ` +
          `as another digit, and a probability differs by ${maxDifference} (allowed: ${tolerance}). ` +
          'Export these weights again, or give the weights_path that this file was exported from.',
      );
    }
    const onnxAccuracy = accuracyOf(confusionOf(heldOut, answers));
    this.setMetrics({ accuracy: onnxAccuracy, max_difference: maxDifference }, 'onnx');
    return { onnx_accuracy: onnxAccuracy, onnx_agreement_count: heldOut.length, onnx_max_difference: maxDifference };
  }
}

function recallOf(row: readonly number[], digit: number): number {
  const all = row.reduce((sum, count) => sum + count, 0);
  return all === 0 ? 0 : (row[digit] ?? 0) / all;
}
