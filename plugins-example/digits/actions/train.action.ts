import { join, resolve } from 'node:path';
import { IsBoolean, IsInt, IsNumber, IsString, Max, Min } from 'class-validator';
import {
  Action,
  BaseTrainAction,
  Dataset,
  ModelWeights,
  RuntimeContext,
  TrainResult as BaseTrainResult,
  UiField,
} from 'nest-synapse';
import { accuracyOf, DigitsClassifier } from '../src/digits-classifier.js';
import { DigitsDataset } from '../src/digits-dataset.js';
import { seededRandom, shuffled } from '../src/seeded-random.js';
import { type SeededSplit, SplitFile } from '../src/split-file.js';
import { WeightsFile } from '../src/weights-file.js';

export class TrainParams {
  @UiField({ help: 'The dataset_path that prepare returned; empty to hold out the fifth that the seed decides' })
  @IsString()
  dataset_path = '';

  @UiField({ help: 'Passes over the training pictures' })
  @IsInt()
  @Min(1)
  @Max(1000)
  epochs = 20;

  @UiField({ help: 'Pictures that are learned from in one step' })
  @IsInt()
  @Min(1)
  @Max(1024)
  batch_size = 32;

  @UiField({ help: 'How far one step may change the weights' })
  @IsNumber()
  @Min(0.00001)
  @Max(1)
  learning_rate = 0.003;

  @UiField({
    help: 'Decides which fifth is held out and which weights training starts from; the same seed gives the same result',
  })
  @IsInt()
  @Min(0)
  @Max(2_147_483_646)
  seed = 42;

  @UiField({
    help: 'Mix up the labels before training. Nothing can be learned then, which shows that the accuracy is real',
  })
  @IsBoolean()
  shuffle_labels = false;

  @UiField({ help: "Folder for the weights; empty for the run's own folder" })
  @IsString()
  output_dir = '';
}

export class TrainResult extends BaseTrainResult {
  /** Part of the held-out pictures that the classifier gets right, 0 to 1. */
  @IsNumber()
  @Min(0)
  @Max(1)
  accuracy!: number;

  /** Time that training took, in seconds. */
  @IsNumber()
  seconds!: number;

  /** Pictures learned from. */
  @IsInt()
  training_count!: number;

  /** Pictures measured by. */
  @IsInt()
  held_out_count!: number;
}

@Action({
  name: 'train',
  description: 'Train the classifier and measure it on a held-out fifth',
  params: TrainParams,
  result: TrainResult,
  inputType: Dataset,
  outputType: ModelWeights,
  method: 'local',
})
export class TrainAction extends BaseTrainAction<TrainParams, TrainResult> {
  constructor(
    private readonly dataset: DigitsDataset,
    private readonly splits: SplitFile,
    private readonly classifier: DigitsClassifier,
    private readonly weights: WeightsFile,
  ) {
    super();
  }

  async execute(params: TrainParams, ctx: RuntimeContext<TrainParams>): Promise<TrainResult> {
    const startedAtMs = performance.now();
    const { training, heldOut, seed } = await this.#split(params);
    const model = await this.classifier.create({ learningRate: params.learning_rate, seed: params.seed });
    try {
      const report = this.autolog('tensorflowjs', { batchesPerEpoch: Math.ceil(training.length / params.batch_size) });
      const fitArgs = report.fitArgs({
        epochs: params.epochs,
        batchSize: params.batch_size,
        callbacks: { onBatchEnd: () => ctx.signal.throwIfAborted() },
      });
      await this.classifier.fit(model, training, heldOut, fitArgs);
      const accuracy = accuracyOf(await this.classifier.confusion(model, heldOut));
      ctx.setMetrics({ accuracy }, 'test');

      const weightsPath = resolve(join(params.output_dir || ctx.workDir, 'weights.json'));
      await this.weights.save(weightsPath, model, { seed });
      report.reportWeights(weightsPath);
      return {
        accuracy,
        seconds: Math.round(performance.now() - startedAtMs) / 1000,
        weights_path: weightsPath,
        final_epoch: params.epochs,
        training_count: training.length,
        held_out_count: heldOut.length,
      };
    } finally {
      this.classifier.release(model);
    }
  }

  async #split({ dataset_path, seed, shuffle_labels: isControl }: TrainParams): Promise<SeededSplit> {
    const split = dataset_path ? await this.splits.load(dataset_path) : { seed, ...this.dataset.split(seed) };
    if (!isControl) return split;
    const labels = shuffled(split.training, seededRandom(seed + 1)).map(({ label }) => label);
    return { ...split, training: split.training.map(({ pixels }, index) => ({ pixels, label: labels[index] ?? 0 })) };
  }
}
