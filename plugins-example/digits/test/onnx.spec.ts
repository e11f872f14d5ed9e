import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import onnxProto from 'onnx-proto';
import { agreementOf } from '../src/agreement.js';
import { DigitsClassifier } from '../src/digits-classifier.js';
import { DigitsDataset } from '../src/digits-dataset.js';
import { OnnxClassifier } from '../src/onnx-classifier.js';
import { onnxModelOf } from '../src/onnx-model.js';
import { readyTensorflow } from '../src/tensorflow.js';

describe('The ONNX file of a network', () => {
  const classifier = new DigitsClassifier();
  const onnx = new OnnxClassifier();
  const pictures = new DigitsDataset().all();
  let folder: string;

  beforeAll(readyTensorflow);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'digits-onnx-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const saved = (name: string, content: string | Uint8Array): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };

  it('answers as the network does for every picture of the data set, trained or not', async () => {
    const model = await classifier.create({ learningRate: 0.01, seed: 1 });
    const untrained = await onnx.predict(saved('untrained.onnx', onnxModelOf(model)), pictures);
    const before = agreementOf(await classifier.predict(model, pictures), untrained);
    await classifier.fit(model, pictures.slice(0, 400), pictures.slice(400, 420), { epochs: 4, batchSize: 32 });
    const trained = await onnx.predict(saved('trained.onnx', onnxModelOf(model)), pictures);
    const after = agreementOf(await classifier.predict(model, pictures), trained);
    classifier.release(model);

    for (const { disagreeing, maxDifference } of [before, after]) {
      expect(disagreeing).toEqual([]);
      expect(maxDifference).toBeLessThan(1e-5);
    }
    expect(agreementOf(untrained, trained).disagreeing.length).toBeGreaterThan(1000);
  });

  it('says which operators it needs, and takes pictures as the data set has them', async () => {
    const model = await classifier.create({ learningRate: 0.01, seed: 1 });
    const { irVersion, opsetImport, graph } = onnxProto.onnx.ModelProto.decode(onnxModelOf(model));
    classifier.release(model);

    expect(Number(irVersion)).toBe(8);
    expect(opsetImport.map(({ domain, version }) => [domain, Number(version)])).toEqual([['', 15]]);
    expect(graph?.node?.map(({ opType }) => opType)).toEqual(['Mul', 'Gemm', 'Relu', 'Gemm', 'Softmax']);
    expect(graph?.input?.map(({ name }) => name)).toEqual(['pixels']);
    expect(graph?.output?.map(({ name }) => name)).toEqual(['probabilities']);
  });

  it('can be of networks of any depth, with the activations that it knows', async () => {
    const model = sequential();
    model.add(layers.dense({ units: 12, activation: 'tanh', inputShape: [64] }));
    model.add(layers.dense({ units: 9, activation: 'sigmoid' }));
    model.add(layers.dense({ units: 10, activation: 'linear' }));
    const answers = await onnx.predict(saved('deep.onnx', onnxModelOf(model)), pictures.slice(0, 50));
    const { maxDifference } = agreementOf(await classifier.predict(model, pictures.slice(0, 50)), answers);
    model.dispose();

    expect(maxDifference).toBeLessThan(1e-5);
  });

  it.each([
    ['a layer of another kind', () => layers.dropout({ rate: 0.5, name: 'forgetful' }), 'forgetful'],
    ['an activation that it does not know', () => layers.dense({ units: 4, activation: 'elu', name: 'odd' }), 'odd'],
    ['a layer without a bias', () => layers.dense({ units: 4, useBias: false, name: 'unbiased' }), 'unbiased'],
  ])('refuses %s and names the layer', (_case, layer, name) => {
    const model = sequential();
    model.add(layers.dense({ units: 4, inputShape: [64] }));
    model.add(layer());

    expect(() => onnxModelOf(model)).toThrow(`'${name}'`);
    model.dispose();
  });

  it.each([
    ['a file that is missing', undefined],
    ['a file of something else', 'PK'],
    ['a file that was cut short', 'half'],
  ])('is refused when it is %s', async (_case, content) => {
    const model = await classifier.create({ learningRate: 0.01, seed: 1 });
    const path = saved('whole.onnx', onnxModelOf(model));
    classifier.release(model);
    const broken = join(folder, 'broken.onnx');
    if (content === 'half') writeFileSync(broken, readFileSync(path).subarray(0, 2000));
    else if (content !== undefined) writeFileSync(broken, content);

    await expect(onnx.predict(broken, pictures.slice(0, 1))).rejects.toThrow('onnx_path');
  });
});

describe(agreementOf, () => {
  it('finds the pictures that two networks see differently, and the largest difference', () => {
    const one = [
      [0.9, 0.1],
      [0.6, 0.4],
    ];
    const other = [
      [0.8, 0.2],
      [0.45, 0.55],
    ];
    const { disagreeing, maxDifference } = agreementOf(one, other);

    expect(disagreeing).toEqual([1]);
    expect(maxDifference).toBeCloseTo(0.15, 10);
  });

  it.each([
    ['a number that is none', [[NaN, 0.5]]],
    ['a picture without an answer', []],
    ['an answer that is too short', [[0.5]]],
  ])('calls %s a difference without bounds', (_case, other) => {
    expect(agreementOf([[0.5, 0.5]], other).maxDifference).toBe(Infinity);
  });
});
