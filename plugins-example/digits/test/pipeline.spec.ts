import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { IsNumber } from 'class-validator';
import { ActionPipeline, PipelineRunner, type RunHandle } from 'nest-synapse';
import { EvaluateAction, type EvaluateResult } from '../actions/evaluate.action.js';
import { ExportAction } from '../actions/export.action.js';
import { PrepareAction } from '../actions/prepare.action.js';
import { TrainAction, TrainParams } from '../actions/train.action.js';
import { DigitsHost } from './digits-host.fixture.js';

class PipelineParams extends TrainParams {
  @IsNumber()
  tolerance = 0.00001;
}

const pipeline = ActionPipeline.of([PrepareAction, TrainAction, ExportAction, EvaluateAction], {
  name: 'digits',
  params: PipelineParams,
});

describe('The pipeline of the digits plugin', () => {
  let app: INestApplicationContext;
  let folder: string;

  beforeAll(async () => {
    app = await NestFactory.createApplicationContext(DigitsHost, { logger: ['error'] });
    folder = mkdtempSync(join(tmpdir(), 'digits-pipeline-'));
  });
  afterAll(async () => {
    await app.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = (params: object): Promise<RunHandle<EvaluateResult>> =>
    app.get(PipelineRunner).run<EvaluateResult>(pipeline, { params });

  it('hands what each action found to the later ones, and ends with an ONNX file that agrees on every test image', async () => {
    const output_dir = join(folder, 'agreed');
    const result = await (await start({ epochs: 3, seed: 11, output_dir })).result();

    expect(result).toMatchObject({ held_out_count: 359, onnx_agreement_count: 359, onnx_accuracy: result.accuracy });
    expect(result.onnx_max_difference).toBeLessThan(1e-5);
    expect(readdirSync(output_dir).sort()).toEqual(['digits.json', 'digits.onnx', 'weights.json']);
    const { seed } = JSON.parse(readFileSync(join(output_dir, 'digits.json'), 'utf8')) as { seed: number };
    expect(seed).toBe(11);
  });

  it('takes the ONNX file back when the evaluation refuses it, and keeps the weights', async () => {
    const output_dir = join(folder, 'refused');
    const failing = await start({ epochs: 1, output_dir, tolerance: 0 });

    await expect(failing.result()).rejects.toThrow('allowed: 0');
    expect(existsSync(join(output_dir, 'digits.onnx'))).toBe(false);
    expect(existsSync(join(output_dir, 'weights.json'))).toBe(true);
  });

  it('refuses params that break a rule before anything runs', async () => {
    const output_dir = join(folder, 'never');
    const refused = start({ epochs: 0, output_dir }).then((handle) => handle.result());

    await expect(refused).rejects.toMatchObject({ details: { issues: [{ path: 'epochs' }] } });
    expect(existsSync(output_dir)).toBe(false);
  });
});
