import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IsInt, IsOptional, IsString } from 'class-validator';
import { RuntimeContext } from '../../authoring/context/runtime-context.js';
import { Action } from '../../authoring/decorators/action.decorator.js';
import { BaseDeploymentAction } from '../../authoring/families/deployment/base-deployment-action.js';
import type { DeploymentContext } from '../../authoring/families/deployment/deployment-context.js';
import { BaseInferenceAction } from '../../authoring/families/inference/base-inference-action.js';
import type { InferenceContext } from '../../authoring/families/inference/inference-context.js';
import { BaseTrainAction } from '../../authoring/families/train/base-train-action.js';
import { BaseTrainParams } from '../../authoring/families/train/base-train-params.js';
import type { TrainContext } from '../../authoring/families/train/train-context.js';
import { BaseStep } from '../../authoring/steps/base-step.js';
import type { StepContext } from '../../authoring/steps/step-context.js';
import type { StepRegistry } from '../../authoring/steps/step-registry.js';
import { StepResult } from '../../authoring/steps/step-result.js';
import { BackendClient } from '../../resources/clients/backend/backend-client.interface.js';
import { BackendServer } from '../../resources/clients/recording/backend-server.js';
import { createArchive } from '../../resources/files/archives/create-archive.js';
import { type HostedRunner, hostedRunner } from './runner.fixture.js';

class TrainParams extends BaseTrainParams {
  @IsOptional()
  @IsInt()
  dataset_id?: number;

  @IsString()
  mode = 'file';
}

function step<C extends StepContext>(name: string, work: (context: C) => void): BaseStep<C> {
  class OneStep extends BaseStep<C> {
    override readonly name = name;
    execute(context: C): StepResult {
      work(context);
      return StepResult.ok();
    }
  }
  return new OneStep();
}
function fail(): void {
  throw new Error('the last step fails');
}

/** Starts from the files of the checkpoint, and "trains" by adding to them. */
@Action({ name: 'train', params: TrainParams })
class TrainAction extends BaseTrainAction<TrainParams> {
  override setupSteps(registry: StepRegistry): void {
    const { mode } = this.params;
    registry.register(this.checkpointStep());
    registry.register(
      step<TrainContext<TrainParams>>('fit', (context) => {
        const { workDir } = context.runtimeCtx;
        const start = context.checkpoint ? readdirSync(context.checkpoint.path).join() : 'nothing';
        if (mode === 'folder') mkdirSync(join(workDir, 'weights'));
        const place = mode === 'folder' ? 'weights/model.pt' : 'best.pt';
        writeFileSync(join(workDir, place), `trained from ${start}`);
        if (mode !== 'forgetful') context.modelPath = join(workDir, mode === 'folder' ? 'weights' : 'best.pt');
      }),
    );
    registry.register(this.modelUploadStep(() => ({ name: 'yolo', plugin: 7, version: null })));
    if (mode === 'failing') registry.register(step('late', fail));
  }
}

class InferParams {
  @IsInt()
  model_id!: number;
}

@Action({ name: 'infer', params: InferParams })
class InferAction extends BaseInferenceAction<InferParams> {
  readonly batches: unknown[] = [];
  answers = (inputs: readonly unknown[]): unknown[] => inputs.map((input) => ({ input }));

  override createContext(params: InferParams, ctx: RuntimeContext<InferParams>): InferenceContext<InferParams> {
    return Object.assign(super.createContext(params, ctx), { requests: [1, 2, 3, 4, 5], batchSize: 2 });
  }
  override setupSteps(registry: StepRegistry): void {
    registry.register(this.loadModelStep());
    registry.register(this.inferStep());
  }
  protected override infer(model: unknown, inputs: readonly unknown[]): Promise<unknown[]> {
    const { path } = model as { path: string };
    this.batches.push([readFileSync(join(path, 'weights.pt'), 'utf8'), ...inputs]);
    return Promise.resolve(this.answers(inputs));
  }
}

class ServeParams {
  @IsOptional()
  @IsInt()
  plugin_release?: number;

  @IsString()
  mode = 'well';
}

@Action({ name: 'serve', params: ServeParams })
class ServeAction extends BaseDeploymentAction<ServeParams> {
  readonly running: string[] = [];

  override setupSteps(registry: StepRegistry): void {
    registry.register(
      this.deployStep(({ serveAppName }) =>
        Promise.resolve(void this.running.splice(this.running.indexOf(serveAppName), 1)),
      ),
    );
    registry.register(this.registerStep());
    if (this.params.mode === 'failing') registry.register(step('late', fail));
  }
  protected override deploy({ serveAppName }: DeploymentContext<ServeParams>): Promise<void> {
    this.running.push(serveAppName);
    return Promise.resolve();
  }
}

describe('Actions on models', () => {
  let server: BackendServer;
  let host: HostedRunner;
  let folder: string;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'models-'));
    server = await new BackendServer().start();
    const client = { provide: BackendClient, useValue: server.client() };
    host = await hostedRunner({ providers: [client, TrainAction, InferAction, ServeAction] });
  });
  afterEach(async () => {
    await host.app.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const run = async <T>(action: string, params: object = {}, more: object = {}): Promise<T> =>
    (await host.runner.run<T>({ action, params, ...more })).result();

  /** A model of the platform whose file is a zip of one file of weights. */
  const archived = async (id: number): Promise<void> => {
    mkdirSync(join(folder, 'weights'), { recursive: true });
    writeFileSync(join(folder, 'weights/weights.pt'), 'weights of five');
    const archive = await createArchive(join(folder, 'weights'), join(folder, 'model.zip'));
    const file = `${server.serveFile('model.zip', readFileSync(archive))}?sig=x`;
    server.add('models', { id, name: 'best', file });
  };

  it('B-23: a trained file is uploaded in pieces and kept under the name and fields that the platform wants', async () => {
    const result = await run('train');
    const [model] = server.records('models');

    expect(result).toMatchObject({ success: true, model: { id: model?.id, name: 'yolo' } });
    expect(server.requests.at(-1)).toMatchObject({
      method: 'POST',
      path: '/models/',
      body: { name: 'yolo', plugin: 7, chunked_upload: 1 },
    });
    expect(Object.keys(server.requests.at(-1)?.body as object)).toEqual(['name', 'plugin', 'chunked_upload']);
    expect(String(server.uploads.bytesOf(1))).toBe('trained from nothing');
  });

  it('a trained folder goes as a zip, and nothing of it stays behind', async () => {
    await run('train', { mode: 'folder' });

    expect(server.uploads.bytesOf(1)?.subarray(0, 2).toString()).toBe('PK');
  });

  it('B-22, B-26: training starts from the files of the model that the params name', async () => {
    await archived(5);
    await run('train', { checkpoint: 5 });

    expect(String(server.uploads.bytesOf(1))).toBe('trained from weights.pt');
  });

  it('B-26: an archive that is damaged is no checkpoint, neither now nor for who tries again', async () => {
    server.add('models', { id: 5, file: server.serveFile('broken.zip', Buffer.from('PK but no zip')) });
    const failing = host.runner.run({ action: 'train', params: { checkpoint: 5 } });

    await expect((await failing).result()).rejects.toMatchObject({ details: { step: 'checkpoint' } });
    await archived(5);
    await run('train', { checkpoint: 5 });
    expect(String(server.uploads.bytesOf(1))).toBe('trained from weights.pt');
  });

  it('a model that was uploaded is removed again when the training fails after it', async () => {
    await expect(run('train', { mode: 'failing' })).rejects.toThrow("Step 'late' failed");

    expect(server.records('models')).toEqual([]);
    expect(server.lines.at(-1)).toMatch(/^DELETE \/models\/\d+\/$/);
  });

  it('says which field of the context a step has left empty', async () => {
    await expect(run('train', { mode: 'forgetful' })).rejects.toMatchObject({
      details: { step_cause_code: 'SYN_STEP_CONTEXT', field: 'modelPath' },
    });
  });

  it('B-22: an inference fetches its model once, and asks it in batches', async () => {
    await archived(5);
    const result = await run('infer', { model_id: 5 });

    expect(result).toMatchObject({ processed_count: 5, results: [1, 2, 3, 4, 5].map((input) => ({ input })) });
    expect(host.app.get(InferAction).batches).toEqual([
      ['weights of five', 1, 2],
      ['weights of five', 3, 4],
      ['weights of five', 5],
    ]);
    expect(server.lines).toEqual(['GET /models/5/', 'GET /media/model.zip?sig=x']);
  });

  it('a file of weights is taken as it is, though it is a zip inside', async () => {
    server.add('models', { id: 6, file: server.serveFile('weights.pt', Buffer.from('PK\u0003\u0004 of PyTorch')) });
    await run('infer', { model_id: 6 });

    expect(host.app.get(InferAction).batches[0]).toEqual(['PK\u0003\u0004 of PyTorch', 1, 2]);
  });

  it('refuses answers that do not belong to the questions', async () => {
    await archived(5);
    host.app.get(InferAction).answers = () => [];

    await expect(run('infer', { model_id: 5 })).rejects.toMatchObject({
      details: { step_cause_code: 'SYN_INFERENCE_RESULT', inputs: 2, answers: 0 },
    });
  });

  describe('a deployment', () => {
    const env = { SYNAPSE_PLUGIN_RELEASE_CODE: 'digits' };

    it('B-23: is registered with name, release and action', async () => {
      const result = await run('serve', { plugin_release: 3 }, { env });
      const [application] = server.records('serve_applications');

      expect(result).toMatchObject({ deployed: true, serve_application: application?.id });
      expect(application).toMatchObject({ name: 'digits', plugin_release: 3, action: 'serve', num_replicas: 1 });
    });

    it.each([
      ['the environment', { SYNAPSE_PLUGIN_RELEASE_ID: '4' }, undefined],
      ["the platform's job", {}, { status: 200, body: { id: 'j', plugin_release: { id: 4 } } }],
    ])('finds its release in %s', async (_where, more, job) => {
      server.onRequest = ({ path }) => (path.startsWith('/jobs/') ? job : undefined);
      await run('serve', {}, { env: { ...env, ...more }, jobId: 'j' });

      expect(server.records('serve_applications')).toMatchObject([{ plugin_release: 4 }]);
    });

    it('changes the application of the same name in place', async () => {
      const other = server.add('serve_applications', { name: 'other', plugin_release: 1, action: 'serve' });
      const { id } = server.add('serve_applications', { name: 'digits', plugin_release: 1, action: 'serve' });
      const result = await run('serve', { plugin_release: 2 }, { env });

      expect(result).toMatchObject({ serve_application: id });
      expect(server.records('serve_applications')).toMatchObject([other, { id, plugin_release: 2 }]);
    });

    it.each([
      ['is forgotten', []],
      ['is as it was', [{ name: 'digits', plugin_release: 1, action: 'old', num_replicas: 4 }]],
    ])('that fails after its registration stops, and the platform %s again', async (_case, before) => {
      const known = before.map((fields) => server.add('serve_applications', fields));

      await expect(run('serve', { plugin_release: 2, mode: 'failing' }, { env })).rejects.toThrow("Step 'late'");
      expect(server.records('serve_applications')).toMatchObject(known);
      expect(server.records('serve_applications')).toHaveLength(known.length);
      expect(host.app.get(ServeAction).running).toEqual([]);
    });
  });
});
