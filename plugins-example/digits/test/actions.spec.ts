import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { PluginRunner, type RunEvent, type RunHandle } from 'nest-synapse';
import type { EvaluateResult } from '../actions/evaluate.action.js';
import type { ExportResult } from '../actions/export.action.js';
import type { PredictResult } from '../actions/predict.action.js';
import type { PrepareResult } from '../actions/prepare.action.js';
import type { TrainResult } from '../actions/train.action.js';
import { DigitsDataset } from '../src/digits-dataset.js';
import { DigitsHost } from './digits-host.fixture.js';

describe('The actions of the digits plugin', () => {
  let app: INestApplicationContext;
  let folder: string;

  beforeAll(async () => {
    app = await NestFactory.createApplicationContext(DigitsHost, { logger: ['error'] });
    folder = mkdtempSync(join(tmpdir(), 'digits-actions-'));
  });
  afterAll(async () => {
    await app.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = <R>(action: string, params: object): Promise<RunHandle<R>> =>
    app.get(PluginRunner).run<R>({ action, params });
  const run = async <R>(action: string, params: object): Promise<R> => (await start<R>(action, params)).result();
  const eventsOf = async (handle: RunHandle): Promise<RunEvent[]> => {
    const events: RunEvent[] = [];
    for await (const event of handle.events()) events.push(event);
    return events;
  };

  it('train reports progress and metrics, and weights that evaluate and predict agree on', async () => {
    const handle = await start<TrainResult>('train', { epochs: 3, output_dir: folder });
    const trained = await handle.result();
    const events = await eventsOf(handle);

    const dataOf = (type: string, key: string): Record<string, unknown>[] =>
      events.filter((event) => event.type === type && event.data.key === key).map(({ data }) => data);
    expect(dataOf('progress', 'train').at(-1)).toMatchObject({ percent: 100, current: 3, total: 3 });
    expect(dataOf('metrics', 'train').at(-1)).toMatchObject({
      metrics: { epoch: 3, loss: expect.any(Number), acc: expect.any(Number) },
    });
    expect(dataOf('metrics', 'validation').at(-1)).toMatchObject({ metrics: { epoch: 3, loss: expect.any(Number) } });
    expect(dataOf('metrics', 'test').at(-1)).toMatchObject({ metrics: { accuracy: trained.accuracy } });
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'log',
        data: expect.objectContaining({ event: 'model_weights', data: { type: 'best' }, file: trained.weights_path }),
      }),
    );
    expect(events.at(-1)?.type).toBe('run.completed');

    const evaluated = await run<EvaluateResult>('evaluate', { weights_path: trained.weights_path });
    expect(evaluated.accuracy).toBe(trained.accuracy);
    const digit = new DigitsDataset().all()[10];
    const params = { weights_path: trained.weights_path };
    const byIndex = await run<PredictResult>('predict', { ...params, index: 10 });
    const byPixels = await run<PredictResult>('predict', { ...params, pixels: digit?.pixels });
    expect(byIndex.label).toBe(digit?.label);
    expect(byPixels.probabilities).toEqual(byIndex.probabilities);
  });

  it('prepare gives the same two parts for the same seed, and train learns from them', async () => {
    const params = { seed: 5, output_dir: join(folder, 'one') };
    const prepared = await run<PrepareResult>('prepare', params);
    const again = await run<PrepareResult>('prepare', { ...params, output_dir: join(folder, 'two') });

    expect(prepared.training_count + prepared.held_out_count).toBe(1797);
    expect(readFileSync(again.dataset_path)).toEqual(readFileSync(prepared.dataset_path));

    const learning = { epochs: 1, batch_size: 256, output_dir: folder, seed: 6 };
    const trained = await run<TrainResult>('train', { ...learning, dataset_path: prepared.dataset_path });
    const evaluated = await run<EvaluateResult>('evaluate', { weights_path: trained.weights_path });
    expect(evaluated.accuracy).toBe(trained.accuracy); // the weights know the seed of the split, which is not that of training
  });

  it('evaluate finds that an exported network answers as its weights do, and refuses one of other weights', async () => {
    const learning = { epochs: 2, batch_size: 64 };
    const one = await run<TrainResult>('train', { ...learning, seed: 1, output_dir: join(folder, 'first') });
    const other = await run<TrainResult>('train', { ...learning, seed: 2, output_dir: join(folder, 'second') });
    const { onnx_path } = await run<ExportResult>('export', { weights_path: one.weights_path, output_dir: folder });
    const evaluated = await run<EvaluateResult>('evaluate', { weights_path: one.weights_path, onnx_path });

    expect(evaluated.accuracy).toBe(one.accuracy);
    expect(evaluated.onnx_accuracy).toBe(one.accuracy);
    expect(evaluated.onnx_agreement_count).toBe(359);
    expect(evaluated.onnx_max_difference).toBeLessThan(1e-5);
    await expect(run('evaluate', { weights_path: other.weights_path, onnx_path })).rejects.toThrow(onnx_path);
    const exact = run('evaluate', { weights_path: one.weights_path, onnx_path, tolerance: 0 });
    await expect(exact).rejects.toThrow('allowed: 0');
  });

  it('export leaves what was there, and nothing else, when it cannot go on', async () => {
    const target = join(folder, 'kept');
    const { weights_path } = await run<TrainResult>('train', { epochs: 1, output_dir: target });
    const exported = await run<ExportResult>('export', { weights_path, output_dir: target });
    const before = readFileSync(exported.onnx_path);
    const broken = join(folder, 'no-weights.json');
    writeFileSync(broken, '{"format":"other"}');
    const failing = await start('export', { weights_path: broken, output_dir: target });

    await expect(failing.result()).rejects.toThrow("Step 'convert' failed");
    expect(exported).toMatchObject({ output_path: exported.onnx_path, exported_count: 1, format: 'onnx' });
    expect(exported.file_size_bytes).toBe(before.length);
    expect(readFileSync(exported.onnx_path)).toEqual(before);
    expect(readdirSync(target).sort()).toEqual(['digits.onnx', 'weights.json']);
  });

  it.each([
    ['that is missing', undefined],
    ['that is not JSON', 'PK'],
    ['of something else', '{"format":"other"}'],
    [
      'with a picture that is none',
      '{"format":"digits-split/1","seed":1,"training":[{"pixels":[],"label":1}],"held_out":[]}',
    ],
  ])('train refuses a data set %s and says what to give instead', async (_case, text) => {
    const dataset_path = join(folder, 'broken.json');
    if (text !== undefined) writeFileSync(dataset_path, text);

    await expect(run('train', { dataset_path })).rejects.toThrow('dataset_path');
  });

  it('train gives the same accuracy for the same seed', async () => {
    const accuracies: number[] = [];
    for (let round = 0; round < 2; round++) {
      accuracies.push((await run<TrainResult>('train', { epochs: 1, seed: 7, output_dir: folder })).accuracy);
    }
    expect(accuracies[0]).toBe(accuracies[1]);
  });

  it('train stops between two batches when it is cancelled, and saves nothing', async () => {
    const target = join(folder, 'cancelled');
    const handle = await start('train', { epochs: 1000, output_dir: target });
    for await (const { type } of handle.events()) {
      if (type === 'progress') break;
    }
    await handle.cancel('enough');

    await expect(handle.result()).rejects.toMatchObject({ code: 'SYN_RUN_CANCELLED' });
    expect(existsSync(target)).toBe(false);
  });

  it('train keeps weights in the folder of the run when it is given none', async () => {
    const { weights_path } = await run<TrainResult>('train', { epochs: 1, batch_size: 512 });

    expect(readdirSync(join(weights_path, '..'))).toEqual(['weights.json']);
    rmSync(join(weights_path, '..'), { recursive: true });
  });

  it.each([
    ['train', { epochs: 0 }, 'epochs'],
    ['train', { epochs: 1.5 }, 'epochs'],
    ['train', { batch_size: 'many' }, 'batch_size'],
    ['train', { learning_rate: 2 }, 'learning_rate'],
    ['train', { seed: -1 }, 'seed'],
    ['train', { shuffle_labels: 'perhaps' }, 'shuffle_labels'],
    ['train', { epoch: 3 }, 'epoch'],
    ['prepare', { seed: 0.5 }, 'seed'],
    ['export', { weights_path: '' }, 'weights_path'],
    ['evaluate', {}, 'weights_path'],
    ['evaluate', { weights_path: 'x', tolerance: -1 }, 'tolerance'],
    ['predict', { weights_path: 'x', index: 1797 }, 'index'],
    ['predict', { weights_path: 'x', pixels: [1, 2] }, 'pixels'],
    ['predict', { weights_path: 'x', pixels: new Array(64).fill(17) }, 'pixels'],
  ])('%s refuses %j and names %s', async (action, params, path) => {
    await expect(run(action, params)).rejects.toMatchObject({
      code: 'SYN_PARAMS_INVALID',
      issues: expect.arrayContaining([expect.objectContaining({ path: expect.stringContaining(path) })]),
    });
  });

  it.each([[{}], [{ index: 1, pixels: new Array(64).fill(0) }]])(
    'predict wants either a line or pixels: %j',
    async (picture) => {
      await expect(run('predict', { weights_path: 'x', ...picture })).rejects.toThrow('either index or pixels');
    },
  );
});
