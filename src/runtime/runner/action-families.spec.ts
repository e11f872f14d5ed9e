import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { IsInt, IsOptional } from 'class-validator';
import { RuntimeContext } from '../../authoring/context/runtime-context.js';
import { Action } from '../../authoring/decorators/action.decorator.js';
import { Step } from '../../authoring/decorators/step.decorator.js';
import { BaseExportAction } from '../../authoring/families/export/base-export-action.js';
import { ExportContext } from '../../authoring/families/export/export-context.js';
import { BaseInferenceAction } from '../../authoring/families/inference/base-inference-action.js';
import { InferenceContext } from '../../authoring/families/inference/inference-context.js';
import { BaseTrainAction } from '../../authoring/families/train/base-train-action.js';
import { BaseTrainParams } from '../../authoring/families/train/base-train-params.js';
import { TrainContext } from '../../authoring/families/train/train-context.js';
import { BaseStep } from '../../authoring/steps/base-step.js';
import type { StepRegistry } from '../../authoring/steps/step-registry.js';
import { StepResult } from '../../authoring/steps/step-result.js';
import { BackendClient } from '../../resources/clients/backend/backend-client.interface.js';
import type { PlatformModel } from '../../resources/clients/backend/platform-records.js';
import { PlatformServer } from './platform-server.fixture.js';
import { type HostedRunner, hostedRunner } from './runner.fixture.js';

class TrainParams extends BaseTrainParams {
  @IsOptional()
  @IsInt()
  dataset_id?: number;
}

class MyTrainContext extends TrainContext<TrainParams> {
  rows = 0;
}

@Step({ name: 'load' })
class LoadStep extends BaseStep<MyTrainContext> {
  async execute(context: MyTrainContext): Promise<StepResult> {
    const { name, rows } = await context.client.get<{ name: string; rows: number }>('data_collections/9/');
    context.dataset = name;
    context.rows = rows;
    return StepResult.ok();
  }
}

/** What model 5 was asked for; a test may have it fail once. */
@Injectable()
class Unpacking {
  failures = 0;
  readonly folders: string[] = [];
}

@Action({ name: 'train', params: TrainParams, context: MyTrainContext })
class TrainAction extends BaseTrainAction<TrainParams, unknown> {
  constructor(private readonly unpacking: Unpacking) {
    super();
  }
  override setupSteps(registry: StepRegistry): void {
    if (this.params.dataset_id === 9) registry.register(LoadStep);
  }
  override async execute(_params: TrainParams, ctx: RuntimeContext<TrainParams>): Promise<unknown> {
    ctx.setProgress(1, 1, this.progress.Dataset);
    const first = await this.getCheckpoint().catch(() => this.getCheckpoint());
    return { first, again: await this.getCheckpoint() };
  }
  protected override unpackModel({ file }: PlatformModel, folder: string): Promise<void> {
    this.unpacking.folders.push(folder);
    writeFileSync(join(folder, 'weights.bin'), String(file));
    return this.unpacking.failures-- > 0 ? Promise.reject(new Error('the archive is damaged')) : Promise.resolve();
  }
  override resultOfSteps({ dataset, rows }: MyTrainContext): unknown {
    return { dataset, rows };
  }
}

@Action({ name: 'heir' })
class HeirAction extends TrainAction {}

/** Overrides nothing; each run calls the helper that its params name. */
@Action({ name: 'plain_train', params: TrainParams })
class PlainTrainAction extends BaseTrainAction<TrainParams, unknown> {
  override execute({ checkpoint }: TrainParams): Promise<unknown> {
    return checkpoint ? this.getCheckpoint() : this.getDataset();
  }
}

class InferParams {
  @IsOptional()
  @IsInt()
  model_id?: number;
}

@Step({ name: 'ask' })
class AskStep extends BaseStep<InferenceContext<InferParams>> {
  execute(context: InferenceContext<InferParams>): StepResult {
    context.results = [{ model: context.modelId, batch: context.batchSize }];
    context.processedCount = context.results.length;
    return StepResult.ok();
  }
}

@Action({ name: 'infer', params: InferParams, steps: [AskStep] })
class InferAction extends BaseInferenceAction<InferParams> {}

@Action({ name: 'load', params: InferParams })
class LoadAction extends BaseInferenceAction<InferParams, unknown> {
  override async execute({ model_id = 0 }: InferParams, ctx: RuntimeContext<InferParams>): Promise<unknown> {
    const { path, name } = await this.loadModel(model_id);
    const elsewhere = await this.downloadModel(model_id, join(ctx.workDir, 'elsewhere'));
    return { name, path, content: readFileSync(join(elsewhere, 'weights.bin'), 'utf8') };
  }
  protected override unpackModel({ file }: PlatformModel, folder: string): Promise<void> {
    writeFileSync(join(folder, 'weights.bin'), String(file));
    return Promise.resolve();
  }
}

@Action({ name: 'ask_nobody', params: InferParams })
class AskNobodyAction extends BaseInferenceAction<InferParams, unknown> {
  override execute({ model_id }: InferParams): Promise<unknown> {
    return model_id ? this.downloadModel(model_id) : this.infer({}, [1, 2]);
  }
}

@Step({ name: 'write' })
class WriteStep extends BaseStep<ExportContext> {
  async execute(context: ExportContext): Promise<StepResult> {
    for await (const row of context.results ?? []) context.exportedCount += Number(row);
    context.outputPath = join(context.runtimeCtx.workDir, 'rows');
    return StepResult.ok();
  }
}

@Action({ name: 'export', steps: [WriteStep] })
class ExportAction extends BaseExportAction {
  override createContext(params: unknown, ctx: RuntimeContext): ExportContext {
    return Object.assign(super.createContext(params, ctx), { results: [1, 2, 3], totalCount: 3 });
  }
}

@Action({ name: 'plain_export' })
class PlainExportAction extends BaseExportAction<unknown, unknown> {
  override execute(): Promise<unknown> {
    return this.getFilteredResults({ project: 4 });
  }
}

describe('The families of actions', () => {
  const platform = new PlatformServer({
    '/data_collections/9/': { id: 9, name: 'digits', rows: 1797 },
    '/models/5/': { id: 5, name: 'best', category: null, file: 'https://files.test/best.zip' },
    '/models/6/': { id: 6, name: 'empty', file: null },
  });
  let host: HostedRunner;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'families-'));
    const client = { provide: BackendClient, useValue: await platform.start() };
    const actions = [TrainAction, HeirAction, PlainTrainAction, InferAction, LoadAction, AskNobodyAction];
    const others = [ExportAction, PlainExportAction, LoadStep, AskStep, WriteStep, Unpacking];
    host = await hostedRunner({ providers: [client, ...actions, ...others] });
  });
  afterAll(async () => {
    await host.app.close();
    await platform.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const run = async <T>(action: string, params: object = {}, more: object = {}): Promise<T> =>
    (await host.runner.run<T>({ action, params, ...more })).result();
  interface Checkpoints {
    readonly first?: Record<string, unknown> & { readonly path: string };
    readonly again?: unknown;
  }

  it.each(['train', 'heir'])(
    'give the steps of %s the context that the decorator of it or of its parent names, with the client',
    async (action) => {
      expect(await run(action, { dataset_id: 9 })).toEqual({ dataset: 'digits', rows: 1797 });
    },
  );

  it('let an action fill the context that its steps share', async () => {
    const result = await run<Record<string, unknown>>('export');

    expect(result).toMatchObject({ success: true, exported_count: 6 });
    expect(String(result['output_path']).endsWith('rows')).toBe(true);
  });

  it('hand model_id to the context of an inference', async () => {
    expect(await run('infer', { model_id: 5 })).toMatchObject({
      processed_count: 1,
      results: [{ model: 5, batch: 1 }],
    });
  });

  describe('getCheckpoint', () => {
    it('is what the caller handed over, whatever the params say', async () => {
      const checkpoint = { category: 'mine', path: folder };
      const { first } = await run<Checkpoints>('train', { checkpoint: 5 }, { checkpoint });

      expect(first).toEqual(checkpoint);
    });

    it('is nothing where neither the caller nor the params name a model', async () => {
      expect(await run('train')).toEqual({});
    });

    it('is the model of the params, unpacked once in the folder of the run, with the category base where it has none', async () => {
      const { folders } = host.app.get(Unpacking);
      folders.length = 0;
      const { first, again } = await run<Checkpoints>('train', { checkpoint: 5 });
      const path = String(first?.path);

      expect(first).toEqual({ category: 'base', path, id: 5, name: 'best' });
      expect(again).toEqual(first);
      expect(folders).toHaveLength(1);
      expect(readFileSync(join(path, 'weights.bin'), 'utf8')).toBe('https://files.test/best.zip');
      expect(readdirSync(join(path, '..'))).toEqual(['5']);
    });

    it('B-26: is not the half that a failed unpacking has left', async () => {
      const unpacking = host.app.get(Unpacking);
      unpacking.folders.length = 0;
      unpacking.failures = 1;
      const { first } = await run<Checkpoints>('train', { checkpoint: 5 });

      expect(unpacking.folders).toHaveLength(2);
      expect(existsSync(String(unpacking.folders[0]))).toBe(false);
      expect(readdirSync(String(first?.path))).toEqual(['weights.bin']);
    });

    it('refuses a model without a file', async () => {
      await expect(run('plain_train', { checkpoint: 6 })).rejects.toMatchObject({
        details: { cause_code: 'SYN_MODEL_UNUSABLE', model: 6 },
        message: expect.stringContaining("'empty'") as string,
      });
    });
  });

  it('B-22: put the files of a model into a folder, and say which', async () => {
    const { name, path, content } = await run<Record<string, string>>('load', { model_id: 5 });

    expect({ name, content }).toEqual({ name: 'best', content: 'https://files.test/best.zip' });
    expect(readdirSync(String(path))).toEqual(['weights.bin']);
  });

  it('ask the platform for the data collection that the params name', async () => {
    platform.requests.length = 0;

    expect(await run('plain_train', { dataset_id: 9 })).toMatchObject({ name: 'digits' });
    expect(platform.requests).toEqual(['GET /data_collections/9/?expand=file_specifications']);
  });

  it('name the param that is missing for a data collection', async () => {
    await expect(run('plain_train')).rejects.toMatchObject({
      details: { cause_code: 'SYN_PARAMS_INVALID', issues: [{ path: 'dataset_id' }] },
    });
  });

  it.each([
    ['infer', 'ask_nobody', {}],
    ['getFilteredResults', 'plain_export', {}],
  ])('say what to override where %s is called and nothing is set up', async (method, action, params) => {
    await expect(run(action, params)).rejects.toMatchObject({
      details: { cause_code: 'SYN_NOT_CONFIGURED' },
      message: expect.stringContaining(`Override ${method}(`) as string,
    });
  });
});
