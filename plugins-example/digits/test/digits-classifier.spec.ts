import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memory } from '@tensorflow/tfjs-core';
import { accuracyOf, DigitsClassifier, likeliest } from '../src/digits-classifier.js';
import { DigitsDataset } from '../src/digits-dataset.js';
import { WeightsFile } from '../src/weights-file.js';

describe(DigitsClassifier, () => {
  const classifier = new DigitsClassifier();
  const { training, heldOut } = new DigitsDataset().split(3);
  const few = training.slice(0, 400);

  it('learns from a few pictures to tell most others apart, alike each time', async () => {
    const accuracies: number[] = [];
    for (let round = 0; round < 2; round++) {
      const model = await classifier.create({ learningRate: 0.01, seed: 1 });
      const before = accuracyOf(await classifier.confusion(model, heldOut));
      await classifier.fit(model, few, heldOut.slice(0, 20), { epochs: 10, batchSize: 32 });
      const after = accuracyOf(await classifier.confusion(model, heldOut));
      expect(before).toBeLessThan(0.3);
      expect(after).toBeGreaterThan(0.85);
      accuracies.push(after);
      classifier.release(model);
    }
    expect(accuracies[0]).toBe(accuracies[1]);
  });

  it('lets go of its tensors', async () => {
    const before = memory().numTensors;
    const model = await classifier.create({ learningRate: 0.01, seed: 1 });
    await classifier.fit(model, few.slice(0, 64), few.slice(0, 8), { epochs: 1, batchSize: 32 });
    await classifier.predict(model, few);
    classifier.release(model);

    expect(memory().numTensors).toBe(before);
  });

  it('gives ten probabilities that sum up to one', async () => {
    const model = await classifier.create({ learningRate: 0.01, seed: 1 });
    const [probabilities = []] = await classifier.predict(model, few.slice(0, 1));
    classifier.release(model);

    expect(probabilities).toHaveLength(10);
    expect(probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    expect(probabilities[likeliest(probabilities)]).toBe(Math.max(...probabilities));
  });

  it('computes the accuracy from the diagonal of the confusion', () => {
    expect(
      accuracyOf([
        [3, 1],
        [0, 4],
      ]),
    ).toBe(7 / 8);
    expect(
      accuracyOf([
        [0, 0],
        [0, 0],
      ]),
    ).toBe(0);
  });
});

describe(WeightsFile, () => {
  const classifier = new DigitsClassifier();
  const weights = new WeightsFile();
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'digits-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('gives back a network that answers exactly like the one that was saved', async () => {
    const pictures = new DigitsDataset().all().slice(0, 20);
    const model = await classifier.create({ learningRate: 0.01, seed: 9 });
    const path = join(folder, 'deep/er/weights.json');
    await weights.save(path, model, { seed: 9 });
    const loaded = await weights.load(path);

    expect(loaded.seed).toBe(9);
    expect(await classifier.predict(loaded.model, pictures)).toEqual(await classifier.predict(model, pictures));
    expect(readdirSync(join(folder, 'deep/er'))).toEqual(['weights.json']);
  });

  it('leaves nothing half-written behind when it cannot write', async () => {
    const model = await classifier.create({ learningRate: 0.01, seed: 9 });
    writeFileSync(join(folder, 'taken'), '');

    await expect(weights.save(join(folder, 'taken/weights.json'), model, { seed: 1 })).rejects.toThrow();
    expect(readdirSync(folder)).toEqual(['taken']);
  });

  it.each([
    ['a file that is missing', undefined],
    ['a file that is not JSON', 'PK'],
    ['a file of something else', '{"format":"other"}'],
  ])('refuses %s and says what to give instead', async (_case, text) => {
    const path = join(folder, 'weights.json');
    if (text !== undefined) writeFileSync(path, text);

    await expect(weights.load(path)).rejects.toThrow('weights_path');
  });
});
