import { IsArray, IsInt, IsNotEmpty, IsNumber, IsString, Max, Min } from 'class-validator';
import { Action, BaseAction, UiField } from 'nest-synapse';
import { accuracyOf, DigitsClassifier } from '../src/digits-classifier.js';
import { DigitsDataset } from '../src/digits-dataset.js';
import { WeightsFile } from '../src/weights-file.js';

export class EvaluateParams {
  @UiField({ help: 'The weights_path that train returned' })
  @IsString()
  @IsNotEmpty()
  weights_path!: string;
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
}

@Action({
  name: 'evaluate',
  description: 'Measure saved weights on the digits that their training held out',
  params: EvaluateParams,
  result: EvaluateResult,
  method: 'local',
})
export class EvaluateAction extends BaseAction<EvaluateParams, EvaluateResult> {
  constructor(
    private readonly dataset: DigitsDataset,
    private readonly classifier: DigitsClassifier,
    private readonly weights: WeightsFile,
  ) {
    super();
  }

  async execute({ weights_path }: EvaluateParams): Promise<EvaluateResult> {
    const { model, seed } = await this.weights.load(weights_path);
    try {
      const { heldOut } = this.dataset.split(seed);
      const confusion = await this.classifier.confusion(model, heldOut);
      const accuracy = accuracyOf(confusion);
      this.setMetrics({ accuracy }, 'test');
      return { accuracy, held_out_count: heldOut.length, recall: confusion.map(recallOf), confusion };
    } finally {
      this.classifier.release(model);
    }
  }
}

function recallOf(row: readonly number[], digit: number): number {
  const all = row.reduce((sum, count) => sum + count, 0);
  return all === 0 ? 0 : (row[digit] ?? 0) / all;
}
