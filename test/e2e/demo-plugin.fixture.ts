import { SynapseSandbox } from './synapse-process.js';

/** The config of a plugin with one action that it lists, and one that it does not list yet. */
export const CONFIG = `# My plugin
name: Demo   # shown in lists
code: demo
category: export
actions:
  train:
    entrypoint: actions.train.TrainAction
    description: "From config: 학습"
    method: local
`;

const TRAIN = `import { Action, BaseAction, Dataset, ModelWeights, UiField } from 'nest-synapse';
import { IsInt, IsString, Max, Min } from 'class-validator';
import { writeFileSync } from 'node:fs';

writeFileSync(new URL('../executed', import.meta.url), '');

export class TrainParams {
  @UiField({ help: 'Passes over the data' })
  @IsInt() @Min(1) @Max(100)
  epochs = 10;
}

export class TrainResult {
  @IsString()
  path!: string;
}

@Action({ params: TrainParams, result: TrainResult, inputType: Dataset, outputType: ModelWeights, description: 'From code' })
export class TrainAction extends BaseAction<TrainParams, TrainResult> {
  async execute(params: TrainParams): Promise<TrainResult> {
    return { path: String(params.epochs) };
  }
}
`;

const TOOLS = `import { Injectable } from '@nestjs/common';
import { Action } from 'nest-synapse';

@Injectable()
export class Tools {
  @Action({ description: 'Counts things', method: 'local' })
  count(): number {
    return 3;
  }
}
`;

/** A folder of its own with that plugin in it. */
export function demoPlugin(): SynapseSandbox {
  const sandbox = new SynapseSandbox();
  sandbox.write({ 'config.yaml': CONFIG, 'actions/train.ts': TRAIN, 'actions/tools.ts': TOOLS });
  return sandbox;
}
