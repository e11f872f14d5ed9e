import { Injectable } from '@nestjs/common';
import { oneHot, type Optimizer, tensor1d, tensor2d, type Tensor2D, tidy, train } from '@tensorflow/tfjs-core';
import { initializers, layers, type LayersModel, type ModelFitArgs, sequential } from '@tensorflow/tfjs-layers';
import { CLASSES, DARKEST, type Digit, PIXELS } from './digits-dataset.js';
import { readyTensorflow } from './tensorflow.js';

/** What the classifier learns with. */
export interface LearningOptions {
  readonly learningRate: number;
  /** Decides the weights that training starts from. */
  readonly seed: number;
}

/** What `fit` is told. */
export type FitOptions = Pick<ModelFitArgs, 'epochs' | 'batchSize' | 'callbacks'>;

/** A network with one hidden layer that tells the ten digits apart. */
@Injectable()
export class DigitsClassifier {
  /** An untrained network. */
  async create({ learningRate, seed }: LearningOptions): Promise<LayersModel> {
    await readyTensorflow();
    const model = sequential();
    const hidden = { units: 128, activation: 'relu', kernelInitializer: initializers.heNormal({ seed }) } as const;
    model.add(layers.dense({ ...hidden, inputShape: [PIXELS] }));
    const start = initializers.glorotUniform({ seed: seed + 1 });
    model.add(layers.dense({ units: CLASSES, activation: 'softmax', kernelInitializer: start }));
    model.compile({ optimizer: train.adam(learningRate), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
    return model;
  }

  /** Teaches `model` the pictures in the order they have: they are shuffled already, and a fixed order repeats exactly. */
  async fit(
    model: LayersModel,
    digits: readonly Digit[],
    validation: readonly Digit[],
    options: FitOptions,
  ): Promise<void> {
    const [x, y] = [picturesOf(digits), labelsOf(digits)];
    const validationData: [Tensor2D, Tensor2D] = [picturesOf(validation), labelsOf(validation)];
    try {
      await model.fit(x, y, { ...options, validationData, shuffle: false, verbose: 0 });
    } finally {
      for (const tensor of [x, y, ...validationData]) tensor.dispose();
    }
  }

  /** How likely each of the ten digits is, for each picture. */
  async predict(model: LayersModel, pictures: readonly Pick<Digit, 'pixels'>[]): Promise<number[][]> {
    await readyTensorflow();
    const probabilities = tidy(() => model.predict(picturesOf(pictures)) as Tensor2D);
    try {
      return await probabilities.array();
    } finally {
      probabilities.dispose();
    }
  }

  /** See {@link confusionOf}. */
  async confusion(model: LayersModel, digits: readonly Digit[]): Promise<number[][]> {
    return confusionOf(digits, await this.predict(model, digits));
  }

  /** Frees what the network holds. The optimiser is ours, so the network does not free it. */
  release(model: LayersModel): void {
    model.dispose();
    (model.optimizer as Optimizer | undefined)?.dispose();
  }
}

/** The digit with the highest probability. */
export function likeliest(probabilities: readonly number[]): number {
  return probabilities.indexOf(Math.max(...probabilities));
}

/** Row: the digit it is, column: the digit that a model sees by its probabilities; how often. */
export function confusionOf(digits: readonly Digit[], probabilities: readonly (readonly number[])[]): number[][] {
  const table = Array.from({ length: CLASSES }, () => new Array<number>(CLASSES).fill(0));
  for (const [index, { label }] of digits.entries()) {
    const row = table[label];
    const seen = likeliest(probabilities[index] ?? []);
    if (row) row[seen] = (row[seen] ?? 0) + 1;
  }
  return table;
}

/** Part of the pictures that a confusion table has on its diagonal. */
export function accuracyOf(confusion: readonly (readonly number[])[]): number {
  const right = confusion.reduce((sum, row, digit) => sum + (row[digit] ?? 0), 0);
  const all = confusion.flat().reduce((sum, count) => sum + count, 0);
  return all === 0 ? 0 : right / all;
}

function picturesOf(digits: readonly Pick<Digit, 'pixels'>[]): Tensor2D {
  return tensor2d(
    digits.map(({ pixels }) => pixels.map((value) => value / DARKEST)),
    [digits.length, PIXELS],
  );
}

function labelsOf(digits: readonly Digit[]): Tensor2D {
  return tidy(
    () =>
      oneHot(
        tensor1d(
          digits.map(({ label }) => label),
          'int32',
        ),
        CLASSES,
      ) as Tensor2D,
  );
}
