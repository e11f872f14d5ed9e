import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { discoverActions } from '../../dist/runtime/discovery/static-scan/discover-actions.js';
import { parseAll } from '../baselines/discover.mjs';

const MODULES = 500;

/** A module as an author writes it: params, result, a class action, with a local base in every fifth one. */
const source = (index) => `import { IsInt, IsString, Max, Min } from 'class-validator';
import { Action, BaseAction, Dataset, ModelWeights, RuntimeContext, UiField } from 'nest-synapse';
import { Trainer } from './trainer.js';

/** Parameters of action ${index}. */
export class Train${index}Params {
  /** Shown as the field's help. */
  @UiField({ help: 'Passes over the data' })
  @IsInt() @Min(1) @Max(1000)
  epochs = 10;

  @IsString()
  name = 'model';
}

export class Train${index}Result {
  @IsString()
  weights_path = '';
}
${index % 5 === 0 ? `\nabstract class LocalBase extends BaseAction<Train${index}Params, Train${index}Result> {}\n` : ''}
@Action({
  name: 'train_${index}', description: 'Train a classifier', params: Train${index}Params, result: Train${index}Result,
  inputType: Dataset, outputType: ModelWeights, method: 'job', timeoutMs: 3_600_000,
})
export class Train${index}Action extends ${index % 5 === 0 ? 'LocalBase' : `BaseAction<Train${index}Params, Train${index}Result>`} {
  constructor(private readonly trainer: Trainer) { super(); }

  async execute(params: Train${index}Params, ctx: RuntimeContext): Promise<Train${index}Result> {
    for (let epoch = 1; epoch <= params.epochs; epoch++) {
      ctx.signal.throwIfAborted();
      const { loss } = await this.trainer.epoch();
      ctx.setProgress(epoch, params.epochs, 'train');
      ctx.setMetrics({ loss }, 'train');
    }
    return this.trainer.save();
  }
}
`;

function setup() {
  const folder = mkdtempSync(join(tmpdir(), 'synapse-bench-'));
  const files = [];
  for (let index = 0; index < MODULES; index++) {
    const parent = join(folder, `group-${index % 25}`);
    mkdirSync(parent, { recursive: true });
    files.push(join(parent, `train-${index}.ts`));
    writeFileSync(files.at(-1), source(index));
  }
  return { folder, files };
}

/** The parser's memory is given back when the event loop turns; it must do so before the other side is timed, on nobody's account. */
async function timedAlone(work) {
  const startedAt = performance.now();
  work();
  const elapsedMs = performance.now() - startedAt;
  await setTimeout(5);
  return elapsedMs;
}

export default {
  id: 'discover',
  case: `${MODULES} modules, one action each`,
  reach: 1.5,
  // A round is a tenth of a second, and garbage collection makes single ones uneven.
  rounds: 25,
  baseline: 'discover',
  setup,
  ours: ({ folder }) =>
    timedAlone(() => {
      const found = Object.keys(discoverActions(folder)).length;
      if (found !== MODULES) throw new Error(`discovery found ${found} of ${MODULES} actions`);
    }),
  base: ({ files }) => timedAlone(() => parseAll(files)),
  teardown: (context) => context && rmSync(context.folder, { recursive: true, force: true }),
};
