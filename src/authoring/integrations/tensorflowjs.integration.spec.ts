import { AutologContext } from './autolog-context.js';
import type { AutologTarget } from './autolog-target.interface.js';
import { IntegrationRegistry } from './integration-registry.js';
import { type TensorflowjsHandle, TensorflowjsIntegration } from './tensorflowjs.integration.js';

/** The order in which `fit` calls its callbacks; the test of the example plugin has the real one call them. */
async function playFit(
  callbacks: TensorflowjsHandle['callbacks'],
  epochs: number,
  batches: number,
  logs: object,
): Promise<void> {
  await callbacks.onTrainBegin();
  for (let epoch = 0; epoch < epochs; epoch++) {
    await callbacks.onEpochBegin(epoch);
    for (let batch = 0; batch < batches; batch++) {
      await callbacks.onBatchBegin();
      await callbacks.onBatchEnd(batch);
    }
    await callbacks.onEpochEnd(epoch, { ...logs });
  }
  await callbacks.onTrainEnd();
}

describe(TensorflowjsIntegration, () => {
  let reports: unknown[][];
  const run: AutologTarget = {
    log: (event, data, file) => reports.push(['log', event, data, file]),
    setProgress: (current, total, category) => reports.push(['progress', category, current, total]),
    setMetrics: (value, category) => reports.push(['metrics', category, value]),
  };
  const context = new AutologContext(new IntegrationRegistry(), run);
  const enable = (options: object = {}): TensorflowjsHandle =>
    context.enable('tensorflowjs', options) as TensorflowjsHandle;
  const progress = (): unknown[] =>
    reports.filter(([kind]) => kind === 'progress').map(([, , current, total]) => [current, total]);

  beforeEach(() => {
    reports = [];
  });

  it('reports the metrics of each epoch, those of the validation under their own key', async () => {
    const { callbacks } = enable();
    await playFit(callbacks, 2, 1, { loss: 0.5, acc: 0.75, val_loss: 0.6, val_acc: 0.7 });

    expect(reports).toEqual([
      ['metrics', 'train', { epoch: 1, loss: 0.5, acc: 0.75 }],
      ['metrics', 'validation', { epoch: 1, loss: 0.6, acc: 0.7 }],
      ['metrics', 'train', { epoch: 2, loss: 0.5, acc: 0.75 }],
      ['metrics', 'validation', { epoch: 2, loss: 0.6, acc: 0.7 }],
    ]);
  });

  it('reports progress for each epoch, and within an epoch once it knows the number of batches', async () => {
    const { callbacks } = enable({ epochs: 2 });
    await playFit(callbacks, 2, 4, {});

    expect(progress()).toEqual([
      [1, 2],
      [1.25, 2],
      [1.5, 2],
      [1.75, 2],
      [2, 2],
      [2, 2],
    ]);
  });

  it('reports progress within the first epoch when it is told the number of batches', async () => {
    const { callbacks } = enable({ epochs: 1, batchesPerEpoch: 2 });
    await playFit(callbacks, 1, 2, {});

    expect(progress()).toEqual([
      [0.5, 1],
      [1, 1],
      [1, 1],
    ]);
  });

  it('adds itself behind the callbacks that the arguments of fit have already, and reads the epochs from them', async () => {
    const own = { onEpochEnd: () => undefined };
    const handle = enable();
    const args = { epochs: 3, batchSize: 8, callbacks: own as unknown };

    expect(handle.fitArgs(args)).toEqual({ epochs: 3, batchSize: 8, callbacks: [own, handle.callbacks] });
    expect(args.callbacks).toBe(own);
    expect(handle.fitArgs({ callbacks: [own, own] }).callbacks).toEqual([own, own, handle.callbacks]);
    expect(handle.fitArgs({})).toEqual({ callbacks: [handle.callbacks] });
    await playFit(handle.callbacks, 1, 1, {});
    expect(progress().at(-1)).toEqual([1, 1]); // fit trains one epoch when nobody says how many
  });

  it('reads numbers out of tensors and leaves out those that are gone', async () => {
    const { callbacks } = enable();
    callbacks.setParams({ epochs: 5, samples: 10 });
    const disposed = { data: () => Promise.reject(new Error('Tensor is disposed.')) };
    await callbacks.onEpochEnd(0, {
      loss: { data: async () => new Float32Array([0.5]) },
      acc: disposed,
      val_loss: 'x',
    });

    expect(reports).toEqual([
      ['progress', 'train', 1, 5],
      ['metrics', 'train', { epoch: 1, loss: 0.5 }],
    ]);
  });

  it('D50: missing logs, a diverged loss and more epochs than were announced do not stop the training', async () => {
    const { callbacks } = enable({ epochs: 1 });
    await callbacks.onEpochEnd(0);
    await callbacks.onEpochEnd(1, {});
    await callbacks.onEpochEnd(2, { loss: NaN, acc: 0.1 });

    expect(reports).toEqual([
      ['progress', 'train', 1, 1],
      ['progress', 'train', 1, 1],
      ['progress', 'train', 1, 1],
      ['metrics', 'train', { epoch: 3, acc: 0.1 }],
    ]);
  });

  it('tells the run where weights and tables were saved', () => {
    const handle = enable();
    handle.reportWeights('/w/best.json');
    handle.reportWeights('/w/last.json', 'last');
    handle.reportResults('/w/results.csv');

    expect(reports).toEqual([
      ['log', 'model_weights', { type: 'best' }, '/w/best.json'],
      ['log', 'model_weights', { type: 'last' }, '/w/last.json'],
      ['log', 'training_results', {}, '/w/results.csv'],
    ]);
  });

  it('is silent after it was disabled, while the training goes on', async () => {
    const { callbacks } = enable({ epochs: 1 });
    context.disable('tensorflowjs');
    await playFit(callbacks, 1, 2, { loss: 1 });

    expect(reports).toEqual([]);
  });
});
