import { AutologContext, type AutologTarget, IntegrationRegistry, type TensorflowjsHandle } from 'nest-synapse';
import { callbacks, type LayersModel } from '@tensorflow/tfjs-layers';
import { DigitsClassifier } from '../src/digits-classifier.js';
import { DigitsDataset } from '../src/digits-dataset.js';

/** The integration with the real `fit`: the library's own tests cannot have TensorFlow.js. */
describe("autolog('tensorflowjs')", () => {
  const classifier = new DigitsClassifier();
  const digits = new DigitsDataset().split(1).training;
  let reports: unknown[][];
  let report: TensorflowjsHandle;
  let model: LayersModel;

  beforeEach(async () => {
    reports = [];
    const run: AutologTarget = {
      log: () => undefined,
      setProgress: (current, total, category) => reports.push(['progress', category, current, total]),
      setMetrics: (metrics, category) => reports.push(['metrics', category, metrics]),
    };
    report = new AutologContext(new IntegrationRegistry(), run).enable('tensorflowjs', {}) as TensorflowjsHandle;
    model = await classifier.create({ learningRate: 0.01, seed: 1 });
  });
  afterEach(() => classifier.release(model));

  const fit = (args: object): Promise<void> =>
    classifier.fit(model, digits.slice(0, 128), digits.slice(128, 160), { batchSize: 32, ...args });
  const metricsOf = (category: string): unknown[] =>
    reports.filter(([kind, key]) => kind === 'metrics' && key === category).map(([, , metrics]) => metrics);
  const progress = (): unknown[] =>
    reports.filter(([kind]) => kind === 'progress').map(([, , current, total]) => [current, total]);

  it('reports each epoch of fit and the progress within it', async () => {
    await fit(report.fitArgs({ epochs: 2 }));

    const numbers = { loss: expect.any(Number), acc: expect.any(Number) };
    expect(metricsOf('train')).toEqual([
      { epoch: 1, ...numbers },
      { epoch: 2, ...numbers },
    ]);
    expect(metricsOf('validation')).toEqual([
      { epoch: 1, ...numbers },
      { epoch: 2, ...numbers },
    ]);
    expect(progress()).toEqual([
      [1, 2],
      [1.25, 2],
      [1.5, 2],
      [1.75, 2],
      [2, 2],
      [2, 2],
    ]);
  });

  it('works beside callbacks of the caller and beside ready-made ones', async () => {
    const batches: number[] = [];
    await fit(report.fitArgs({ epochs: 1, callbacks: { onBatchEnd: (batch: number) => void batches.push(batch) } }));
    await fit({
      epochs: 10,
      callbacks: [callbacks.earlyStopping({ monitor: 'loss', patience: 0, minDelta: 100 }), report.callbacks],
    });

    expect(batches).toEqual([0, 1, 2, 3]);
    const epochs = (metricsOf('train') as { epoch: number; loss: number }[]).map(({ epoch }) => epoch);
    expect(epochs).toEqual([1, 1, 2]); // the second training stops early
    expect(metricsOf('validation')).toHaveLength(3);
  });
});
