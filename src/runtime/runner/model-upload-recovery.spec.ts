import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IsString } from 'class-validator';
import { Action } from '../../authoring/decorators/action.decorator.js';
import { BaseTrainAction } from '../../authoring/families/train/base-train-action.js';
import { BaseTrainParams } from '../../authoring/families/train/base-train-params.js';
import type { TrainContext } from '../../authoring/families/train/train-context.js';
import type { RuntimeContext } from '../../authoring/context/runtime-context.js';
import type { StepRegistry } from '../../authoring/steps/step-registry.js';
import { BackendServer } from '../../resources/clients/recording/backend-server.js';
import { type Peer, PeerWorld } from './durable.fixture.js';
import type { RunHandle } from './run-handle.js';

class TrainParams extends BaseTrainParams {
  @IsString()
  weights!: string;
}

@Action({ name: 'train', params: TrainParams })
class TrainAction extends BaseTrainAction<TrainParams> {
  override createContext(params: TrainParams, ctx: RuntimeContext<TrainParams>): TrainContext<TrainParams> {
    return Object.assign(super.createContext(params, ctx), { modelPath: params.weights });
  }
  override setupSteps(registry: StepRegistry): void {
    registry.register(this.modelUploadStep());
  }
}

describe('A model that is uploaded by a process which dies', () => {
  let folder: string;
  let server: BackendServer;
  let peers: PeerWorld;
  let first: Peer;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'models-'));
    writeFileSync(join(folder, 'best.pt'), 'weights');
  });
  afterEach(async () => {
    await peers.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const startWith = async (knowsIdempotencyKeys: boolean): Promise<void> => {
    server = await new BackendServer({ knowsIdempotencyKeys }).start();
    peers = await PeerWorld.of([TrainAction]);
    first = peer();
  };
  const peer = (): Peer => peers.peer({ ports: { client: () => server.client() } });

  /** Starts a run whose process dies when the platform has made the model, and has not heard of it. */
  const diesUnheard = async (): Promise<RunHandle> => {
    const made = Promise.withResolvers<void>();
    server.onRequest = ({ path }, perform) => {
      if (path !== '/models/') return undefined;
      server.onRequest = undefined;
      perform();
      first.store.isDead = true;
      made.resolve();
      return new Promise(() => undefined);
    };
    const handle = await first.runner.run({ action: 'train', params: { weights: join(folder, 'best.pt') } });
    await made.promise;
    await peers.outwait();
    return handle;
  };

  it('is there once when the run has gone on, on a platform that knows keys', async () => {
    await startWith(true);
    const { id } = await diesUnheard();
    const result = await (await peer().runner.resume(id)).result();
    const models = server.records('models');

    expect(models).toMatchObject([{ name: 'best' }]);
    expect(result).toMatchObject({ model: { id: models[0]?.id } });
  });

  it('is removed when the run is undone elsewhere, on a platform that knows keys', async () => {
    await startWith(true);
    const { id } = await diesUnheard();
    await (await peer().runner.undo(id)).result();

    expect(server.records('models')).toEqual([]);
    expect(server.lines.at(-1)).toMatch(/^DELETE /);
  });

  it('is removed when only its answer was lost, and its run fails of that', async () => {
    await startWith(true);
    server.onRequest = ({ path, body }, perform) =>
      path === '/models/' && (body as { readonly name?: string }).name ? { ...perform(), isLost: true } : undefined;
    const handle = await first.runner.run({ action: 'train', params: { weights: join(folder, 'best.pt') } });

    await expect(handle.result()).rejects.toMatchObject({ details: { step: 'model_upload' } });
    expect(server.lines.at(-1)).toMatch(/^DELETE /);
    expect(server.records('models')).toEqual([]);
  });

  it('stays where the platform cannot say which it is, and no other comes of the question', async () => {
    await startWith(false);
    const { id } = await diesUnheard();
    await (await peer().runner.undo(id)).result();

    expect(server.records('models')).toMatchObject([{ name: 'best' }]);
    expect(server.lines.at(-1)).toBe('POST /models/');
  });

  it('is not asked for where its step has failed before it was sent', async () => {
    await startWith(true);
    rmSync(join(folder, 'best.pt'));
    const handle = await first.runner.run({ action: 'train', params: { weights: join(folder, 'best.pt') } });

    await expect(handle.result()).rejects.toMatchObject({ details: { step_cause_code: 'SYN_FILE_NOT_FOUND' } });
    expect(server.lines).toEqual([]);
  });
});
