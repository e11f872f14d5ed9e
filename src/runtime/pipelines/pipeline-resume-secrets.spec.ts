import { IsString } from 'class-validator';
import { BaseAction } from '../../authoring/actions/base-action.js';
import { Action } from '../../authoring/decorators/action.decorator.js';
import { ActionPipeline } from '../../authoring/pipelines/action-pipeline.js';
import { MemoryRunStore } from '../run-store/memory-run-store.js';
import { FetchAction, FetchParams, FetchResult, type PipelineWorld, pipelineWorld } from './pipelines.fixture.js';
import { SHELVES, TokenAction } from './stepped-actions.fixture.js';

class LoginResult extends FetchResult {
  @IsString() token!: string;
}
/** Its result is what others take for a secret. */
@Action({ name: 'login', params: FetchParams, result: LoginResult })
class LoginAction extends BaseAction<FetchParams, LoginResult> {
  override async execute({ id }: FetchParams): Promise<LoginResult> {
    return { path: '/login', token: `fresh of ${id}` };
  }
}

const LOOSE = { strict: false, logger: { log: () => undefined, warn: () => undefined } } as const;
const CHAIN = ActionPipeline.of([FetchAction, LoginAction, TokenAction], { name: 'chain', ...LOOSE });

describe('A pipeline of which an action has a secret that an earlier one has brought', () => {
  let store: MemoryRunStore;
  const worlds: PipelineWorld[] = [];
  beforeEach(() => {
    store = new MemoryRunStore({ isDurable: true });
  });
  afterEach(async () => {
    for (const { app } of worlds.splice(0)) await app.close();
  });

  async function process(): Promise<PipelineWorld> {
    const world = await pipelineWorld(store, [...SHELVES, LoginAction]);
    world.pipelines.register(CHAIN);
    worlds.push(world);
    return world;
  }

  /** The runs of a pipeline and its last action, whose process is gone. */
  async function left(params: object): Promise<string> {
    const { diary, pipelines } = await process();
    diary.hold('use');
    const { id } = await pipelines.run(CHAIN, { params });
    await diary.arrival('use');
    const [child] = await store.list({ parentId: id, action: 'token' });
    for (const run of [id, child?.id ?? '']) store.renew(run, store.get(run)?.epoch ?? 0, 0);
    return id;
  }

  it('is resumed with it', async () => {
    const id = await left({ id: 7 });
    const { diary, runner } = await process();

    expect(await (await runner.resume(id)).outcome()).toMatchObject({ status: 'completed' });
    expect(diary.lines).toEqual(['use fresh of 7']);
  });

  it('is resumed with what its action had, not with what the pipeline was given and the earlier one has replaced', async () => {
    const id = await left({ id: 7, token: 'stale' });
    const { diary, runner } = await process();

    await (await runner.resume(id, { params: { token: 'stale' } })).result();
    expect(diary.lines).toEqual(['use fresh of 7']);
  });

  it('is cancelled and undone with it', async () => {
    const id = await left({ id: 7 });
    const { diary, runner } = await process();

    expect(await runner.cancel(id, 'enough')).toMatchObject({ status: 'cancelled', undo: 'done' });
    expect(diary.lines).toEqual(['back token:use fresh of 7', 'undo fetch 7 /data/7 true']);
  });

  it('is undone with it by another process, once it is completed', async () => {
    const { pipelines } = await process();
    const { id } = await pipelines.run(CHAIN, { params: { id: 7 } }).then(async (handle) => {
      await handle.result();
      return handle;
    });
    const { diary, runner } = await process();

    expect(await (await runner.undo(id)).result()).toEqual([
      { step: 'token', ok: true },
      { step: 'fetch', ok: true },
    ]);
    expect(diary.lines).toEqual(['back token:use fresh of 7', 'undo fetch 7 /data/7 true']);
  });
});
