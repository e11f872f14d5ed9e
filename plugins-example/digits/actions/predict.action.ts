import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsInt,
  IsNotEmpty,
  IsNumber,
  IsOptional,
  IsString,
  Max,
  Min,
} from 'class-validator';
import { Action, BaseAction, UiField } from 'nest-synapse';
import { DigitsClassifier, likeliest } from '../src/digits-classifier.js';
import { DARKEST, DigitsDataset, PIXELS } from '../src/digits-dataset.js';
import { WeightsFile } from '../src/weights-file.js';

export class PredictParams {
  @UiField({ help: 'The weights_path that train returned' })
  @IsString()
  @IsNotEmpty()
  weights_path!: string;

  @UiField({ help: 'A picture of the data set by its line, from 0; or give pixels' })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(1796)
  index?: number;

  @UiField({ help: 'A picture of your own: 64 values 0 (light) to 16 (dark), 8 by 8, row by row' })
  @IsOptional()
  @IsArray()
  @ArrayMinSize(PIXELS)
  @ArrayMaxSize(PIXELS)
  @IsNumber({}, { each: true })
  @Min(0, { each: true })
  @Max(DARKEST, { each: true })
  pixels?: number[];
}

export class PredictResult {
  /** The likeliest digit. */
  @IsInt()
  @Min(0)
  @Max(9)
  digit!: number;

  /** How likely each of the ten digits is; they sum up to 1. */
  @IsArray()
  @IsNumber({}, { each: true })
  probabilities!: number[];

  /** The digit that the picture of the data set shows; absent for pixels of one's own. */
  @IsOptional()
  @IsInt()
  label?: number;
}

@Action({
  name: 'predict',
  description: 'Ask saved weights which digit a picture shows',
  params: PredictParams,
  result: PredictResult,
  method: 'local',
})
export class PredictAction extends BaseAction<PredictParams, PredictResult> {
  constructor(
    private readonly dataset: DigitsDataset,
    private readonly classifier: DigitsClassifier,
    private readonly weights: WeightsFile,
  ) {
    super();
  }

  async execute(params: PredictParams): Promise<PredictResult> {
    const picture = this.#pictureOf(params);
    const { model } = await this.weights.load(params.weights_path);
    try {
      const [probabilities = []] = await this.classifier.predict(model, [picture]);
      return {
        digit: likeliest(probabilities),
        probabilities,
        ...(picture.label !== undefined && { label: picture.label }),
      };
    } finally {
      this.classifier.release(model);
    }
  }

  #pictureOf({ index, pixels }: PredictParams): { pixels: readonly number[]; label?: number } {
    if ((index === undefined) === (pixels === undefined)) {
      throw new Error('Give either index or pixels: a picture of the data set by its line, or one of your own.');
    }
    if (pixels) return { pixels };
    const digit = this.dataset.all()[index ?? 0];
    if (!digit) throw new Error(`The data set has no picture ${index}.`);
    return digit;
  }
}
