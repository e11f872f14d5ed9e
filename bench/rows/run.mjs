import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { IsBoolean, IsIn, IsInt, IsNotEmpty, IsNumber, IsPositive, IsString, Min } from 'class-validator';
import { Action, PluginRunner, SynapseModule } from '../../dist/index.js';
import { plainExecutor } from '../baselines/plain-executor.mjs';
import { decorate } from '../lib/decorate.mjs';

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

/** One run in process: params checked, context, result, every event stored, nobody listening. */
export default {
  id: 'run',
  reach: 20,
  baseline: 'plain-executor',
  iterations: 100_000,
  setup: async () => {
    class Host {}
    Module({ imports: [SynapseModule.forRoot(), SynapseModule.forFeature([TrainAction])] })(Host);
    const app = await NestFactory.createApplicationContext(Host, { logger: false });
    return { app, runner: app.get(PluginRunner), action: new TrainAction() };
  },
  ours: ({ runner }) => runner.run({ action: 'train', params }).then(resultOf),
  base: ({ action }) => plainExecutor(action, params),
  teardown: (context) => context?.app.close(),
};
