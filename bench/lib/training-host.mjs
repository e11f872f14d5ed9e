import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { IsBoolean, IsIn, IsInt, IsNotEmpty, IsNumber, IsPositive, IsString, Min } from 'class-validator';
import { Action, SynapseModule } from '../../dist/index.js';
import { decorate } from './decorate.mjs';

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

/** A trivial action with six params. */
export class TrainAction {
  async execute(params) {
    return { epochs: params.epochs };
  }
}
decorate(TrainAction, { on: [Action({ name: 'train', params: TrainParams })] });

/** Params that it takes. */
export const PARAMS = { epochs: 5, batch_size: 64, learning_rate: 0.001, name: 'run', shuffle: false, device: 'gpu' };

/** A host with that action and the default store. */
export async function trainingHost() {
  class Host {}
  Module({ imports: [SynapseModule.forRoot(), SynapseModule.forFeature([TrainAction])] })(Host);
  return NestFactory.createApplicationContext(Host, { logger: false });
}
