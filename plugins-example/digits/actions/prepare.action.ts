import { join, resolve } from 'node:path';
import { IsInt, IsString, Max, Min } from 'class-validator';
import { Action, BaseAction, Dataset, RuntimeContext, UiField } from 'nest-synapse';
import { DigitsDataset } from '../src/digits-dataset.js';
import { SplitFile } from '../src/split-file.js';

export class PrepareParams {
  @UiField({ help: 'Decides which fifth is held out; the same seed gives the same two parts' })
  @IsInt()
  @Min(0)
  @Max(2_147_483_646)
  seed = 42;

  @UiField({ help: "Folder for the data set; empty for the run's own folder" })
  @IsString()
  output_dir = '';
}

export class PrepareResult {
  /** File of the two parts, for `train` and `evaluate`. */
  @IsString()
  dataset_path!: string;

  /** Pictures to learn from. */
  @IsInt()
  training_count!: number;

  /** Pictures to be measured by. */
  @IsInt()
  held_out_count!: number;
}

@Action({
  name: 'prepare',
  description: 'Split the digits into those to learn from and those to be measured by',
  params: PrepareParams,
  result: PrepareResult,
  outputType: Dataset,
  method: 'local',
})
export class PrepareAction extends BaseAction<PrepareParams, PrepareResult> {
  constructor(
    private readonly dataset: DigitsDataset,
    private readonly splits: SplitFile,
  ) {
    super();
  }

  async execute({ seed, output_dir }: PrepareParams, ctx: RuntimeContext<PrepareParams>): Promise<PrepareResult> {
    const { training, heldOut } = this.dataset.split(seed);
    const datasetPath = resolve(join(output_dir || ctx.workDir, 'digits.json'));
    await this.splits.save(datasetPath, { seed, training, heldOut });
    return { dataset_path: datasetPath, training_count: training.length, held_out_count: heldOut.length };
  }
}
