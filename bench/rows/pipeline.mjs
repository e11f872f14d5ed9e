import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { IsBoolean, IsIn, IsInt, IsNotEmpty, IsNumber, IsPositive, IsString, Min } from 'class-validator';
import { Action, ActionPipeline, PipelineRunner, PluginRunner, SynapseModule } from '../../dist/index.js';
import { oneRun } from '../baselines/one-run.mjs';
import { decorate } from '../lib/decorate.mjs';

const ACTIONS = 10;
const PIPELINES = 2_000;

class TrainParams {
  epochs = 10;
  batch_size = 32;
  learning_rate = 0.01;
  name = 'digits';
  shuffle = true;
  device = 'cpu';
}
decorate(TrainParams, {
  fields: {
    epochs: { type: Number, rules: [IsInt(), Min(1)] },
    batch_size: { type: Number, rules: [IsInt(), Min(1)] },
    learning_rate: { type: Number, rules: [IsNumber(), IsPositive()] },
    name: { type: String, rules: [IsString(), IsNotEmpty()] },
    shuffle: { type: Boolean, rules: [IsBoolean()] },
    device: { type: String, rules: [IsIn(['cpu', 'gpu'])] },
  },
});

class TrainAction {
  async execute(params) {
    return { epochs: params.epochs };
  }
}
decorate(TrainAction, { on: [Action({ name: 'train', params: TrainParams })] });

const params = { epochs: 5, batch_size: 64, learning_rate: 0.001, name: 'run', shuffle: false, device: 'gpu' };

const resultOf = (handle) => handle.result();

/** A pipeline of ten actions in memory, by the action: params handed on, a child run each, progress and events. The baseline is the row `run`. */
export default {
  id: 'pipeline',
  reach: 1.5,
  baseline: 'one-run',
  rounds: 9,
  setup: async () => {
    class Host {}
    Module({ imports: [SynapseModule.forRoot(), SynapseModule.forFeature([TrainAction])] })(Host);
    const app = await NestFactory.createApplicationContext(Host, { logger: false });
    const actions = Array.from({ length: ACTIONS }, () => TrainAction);
    const pipeline = ActionPipeline.of(actions, { name: 'bench', validateSchemas: false });
    return { app, runner: app.get(PluginRunner), pipelines: app.get(PipelineRunner), pipeline };
  },
  ours: ({ pipelines, pipeline }) =>
    millisecondsEach(PIPELINES, ACTIONS, () => pipelines.run(pipeline, { params }).then(resultOf)),
  base: ({ runner }) => millisecondsEach(PIPELINES * ACTIONS, 1, () => oneRun(runner, params)),
  teardown: (context) => context?.app.close(),
};

/** Time of one action, in milliseconds. */
async function millisecondsEach(times, actions, work) {
  const startedAt = performance.now();
  for (let left = times; left > 0; left--) await work();
  return (performance.now() - startedAt) / (times * actions);
}
