import { IsInt, IsString } from 'class-validator';
import type { Provider } from '@nestjs/common';
import { BaseAction } from '../../authoring/actions/base-action.js';
import type { RuntimeContext } from '../../authoring/context/runtime-context.js';
import { Action } from '../../authoring/decorators/action.decorator.js';
import { pipelineOfConfig } from '../../authoring/pipelines/pipeline-of-config.js';
import type { Pipeline } from '../../authoring/pipelines/pipeline.interface.js';
import { StoreUnavailableError } from '../../foundation/errors/store.errors.js';
import { ActionRegistry } from '../discovery/action-registry.js';
import { ExecutorRegistry } from '../executors/executor-registry.js';
import type { StoreMethod } from '../run-store/decorated-run-store.js';
import type { RunRecord } from '../run-store/run-record.js';
import { StoreSandbox } from '../run-store/sqlite/sqlite.fixture.js';
import type { SqliteRunStore } from '../run-store/sqlite/sqlite-run-store.js';
import { PluginRunner } from '../runner/plugin-runner.service.js';
import { pipelineAction } from './pipeline-action.js';
import { PipelinePlan } from './pipeline-plan.js';
import { Diary, PathParams, type PipelineWorld, pipelineWorld } from './pipelines.fixture.js';
import { ShakyStore } from './shaky-store.fixture.js';
import { PutStep, SHELVES, StoreAction, StoreContext } from './stepped-actions.fixture.js';

const chainOf = (...actions: readonly string[]): Pipeline =>
  pipelineOfConfig({
    name: 'chain',
    description: '',
    strict: false,
    actions: actions.map((action, index) => ({ name: action, action, after: actions.slice(0, index) })),
  });
const CHAIN = chainOf('fetch', 'store', 'train');
const BRANCHES = pipelineOfConfig({
  name: 'branches',
  description: '',
  strict: false,
  actions: [
    { name: 'fetch', action: 'fetch', after: [] },
    { name: 'store', action: 'store', after: ['fetch'] },
    { name: 'boxes', action: 'boxes', after: ['fetch'] },
    { name: 'train', action: 'train', after: ['store', 'boxes'] },
  ],
});
const PARAMS = { id: 7, boxes: 1 };

class StrictParams extends PathParams {
  @IsString() shelf!: string;
  @IsInt() row!: number;
}
/** As it is after a release that asks for more. */
@Action({ name: 'store', params: StrictParams, context: StoreContext, steps: [PutStep] })
class StrictStoreAction extends BaseAction<StrictParams> {}

@Action({ name: 'plain', params: PathParams })
class PlainAction extends BaseAction<PathParams, object> {
  constructor(private readonly diary: Diary) {
    super();
  }
  override async execute(_params: PathParams, { signal }: RuntimeContext): Promise<object> {
    await this.diary.pass('plain', signal);
    return {};
  }
}
@Action({ name: 'plain', params: StrictParams })
class StrictPlainAction extends BaseAction<StrictParams> {
  override execute(): void {
    throw new Error('it is never given what it asks for');
  }
}

/** A process with the pipeline, on the runs of a file. */
interface Process extends PipelineWorld {
  readonly store: ShakyStore;
}

describe('A pipeline that is resumed, of which an action in doubt cannot be gone on with', () => {
  let sandbox: StoreSandbox;
  let file: SqliteRunStore;
  const processes: Process[] = [];
  beforeEach(() => {
    sandbox = new StoreSandbox();
    file = sandbox.open();
  });
  afterEach(async () => {
    for (const { app, diary } of processes.splice(0)) {
      diary.go('back put'); // an undo is not told to end
      await app.close();
    }
    sandbox.remove();
  });

  async function process(pipeline = CHAIN, providers: readonly Provider[] = SHELVES): Promise<Process> {
    const store = new ShakyStore(sandbox.open());
    const made = { ...(await pipelineWorld(store, providers)), store };
    made.pipelines.register(pipeline);
    processes.push(made);
    return made;
  }
  const record = async (id: string): Promise<RunRecord | undefined> => file.get(id);
  const childOf = async (parentId: string, action: string): Promise<string> =>
    (await file.list({ parentId, action }))[0]?.id ?? '';
  /** As when its owner has been silent for long enough. */
  const letGo = async (id: string): Promise<void> => void (await file.renew(id, (await record(id))?.epoch ?? 0, 0));

  /** The runs of a pipeline, and of its action in doubt, that a process has left in this step. */
  async function left(
    pipeline = CHAIN,
    { step = 'put', action = 'store', params = PARAMS as object, providers = SHELVES as readonly Provider[] } = {},
  ): Promise<{ readonly id: string; readonly child: string }> {
    const { diary, pipelines } = await process(pipeline, providers);
    diary.hold(step);
    const { id } = await pipelines.run(pipeline, { params });
    await diary.arrival(step);
    const child = await childOf(id, action);
    await letGo(id);
    await letGo(child);
    return { id, child };
  }

  /** The store of a process is away for one call, the first of these. */
  function awayFor(store: ShakyStore, method: StoreMethod, runId?: string): void {
    let isOver = false;
    store.before = (call) => {
      if (isOver || call.method !== method || (runId !== undefined && call.runId !== runId)) return undefined;
      isOver = true;
      throw new StoreUnavailableError('runs', 'the line is down', 0);
    };
  }

  const IS_LEFT = { status: 'running', lease_expires_at: 0 };

  it.each<[StoreMethod]>([['get'], ['claim'], ['journal']])(
    'because the store is away (%s), ends its attempt with that error and undoes nothing: it can be resumed',
    async (method) => {
      const { id, child } = await left();
      const { diary, runner, store } = await process();
      awayFor(store, method, child);
      const outcome = await (await runner.resume(id)).outcome();

      expect(outcome).toMatchObject({ status: 'failed', error: { code: 'SYN_STORE_UNAVAILABLE' } });
      expect(diary.lines).toEqual([]);
      expect([await record(id), await record(child)]).toMatchObject([IS_LEFT, IS_LEFT]);
      expect((await record(id))?.undo).toBeUndefined();
      await (await runner.resume(id)).result();
      expect(diary.lines).toEqual(['put', 'publish', 'train']);
    },
  );

  it('because the store is away while it looks at what there is, stays as it is as well', async () => {
    const { id } = await left();
    const { diary, runner, store } = await process();
    awayFor(store, 'list');

    expect(await (await runner.resume(id)).outcome()).toMatchObject({ error: { code: 'SYN_STORE_UNAVAILABLE' } });
    expect(await record(id)).toMatchObject(IS_LEFT);
    await (await runner.resume(id)).result();
    expect(diary.lines).toEqual(['put', 'publish', 'train']);
  });

  it('because the store is away when its next action is to begin, stays as it is: nothing is undone', async () => {
    const { diary, runner, store, pipelines } = await process();
    diary.hold('put');
    const handle = await pipelines.run(CHAIN, { params: PARAMS });
    await diary.arrival('put');
    awayFor(store, 'create');
    diary.go('put');

    expect(await handle.outcome()).toMatchObject({ status: 'failed', error: { code: 'SYN_STORE_UNAVAILABLE' } });
    expect(await record(handle.id)).toMatchObject(IS_LEFT);
    await (await runner.resume(handle.id)).result();
    expect(diary.lines).toEqual(['fetch', 'put', 'publish', 'train']);
  });

  it('while it goes back, because the store is away, is not said to be undone: it goes on going back', async () => {
    const first = await process();
    first.diary.failing.add('train');
    first.diary.hold('back put');
    const { id } = await first.pipelines.run(CHAIN, { params: PARAMS });
    await first.diary.arrival('back put');
    await letGo(id);
    await letGo(await childOf(id, 'store'));
    const { diary, runner, store } = await process();
    awayFor(store, 'list');
    await (await runner.resume(id)).outcome();
    expect(await record(id)).toMatchObject({ ...IS_LEFT, undo: 'pending' });

    expect(await (await runner.resume(id)).outcome()).toMatchObject({ error: { code: 'SYN_PIPELINE_FAILED' } });
    expect(diary.lines).toEqual(['back store:put /data/7 shelf 1', 'undo fetch 7 /data/7 true']);
    expect(await record(id)).toMatchObject({ status: 'failed', undo: 'done' });
  });

  it('because it is not there, is refused with the names of pipeline, action and cure, and undoes nothing', async () => {
    const { id, child } = await left();
    const { app, diary, runner, store } = await process();
    const known = app.get(ActionRegistry);
    const registry = new ActionRegistry();
    for (const one of known.list()) if (one.name !== 'store') registry.add(one);
    const without = new PluginRunner({ registry, executors: app.get(ExecutorRegistry), store });
    registry.add(pipelineAction(new PipelinePlan(CHAIN, known), { runner: without, store }));
    const outcome = await (await without.resume(id)).outcome();

    expect(outcome).toMatchObject({
      status: 'failed',
      error: { code: 'SYN_PIPELINE_RESUME', details: { pipeline: 'chain', action: 'store', child_run_id: child } },
    });
    expect(outcome).toHaveProperty('error.message', expect.stringContaining(`synapse run resume ${id}`));
    expect([await record(id), await record(child)]).toMatchObject([IS_LEFT, IS_LEFT]);
    await (await runner.resume(id)).result();
    expect(diary.lines).toEqual(['put', 'publish', 'train']);
  });

  it('because its params do not fit any more, is refused, and a cancel says why it cannot be undone either', async () => {
    const { id, child } = await left();
    const strict = SHELVES.map((one) => (one === StoreAction ? StrictStoreAction : one));
    const { diary, runner } = await process(CHAIN, strict);
    const outcome = await (await runner.resume(id)).outcome();

    expect(outcome).toMatchObject({
      error: { code: 'SYN_PIPELINE_RESUME', cause: { code: 'SYN_PARAMS_INVALID' } },
    });
    expect(outcome).toHaveProperty('error.message', expect.stringContaining('shelf'));
    await expect(runner.cancel(id, 'enough')).rejects.toThrow(/could not be told to end: .*shelf/);
    expect(diary.lines).toEqual([]);
    expect([await record(id), await record(child)]).toMatchObject([IS_LEFT, IS_LEFT]);
    const { diary: now, runner: mended } = await process();
    expect(await (await mended.resume(id)).outcome()).toMatchObject({ status: 'cancelled' });
    expect(now.lines).toEqual(['back store:put undefined shelf 0', 'undo fetch 7 /data/7 true']);
  });

  it('because its params do not fit any more, is cancelled all the same where it has no steps to undo', async () => {
    const pipeline = chainOf('fetch', 'plain', 'train');
    const { id, child } = await left(pipeline, { step: 'plain', action: 'plain', providers: [PlainAction] });
    const { diary, runner } = await process(pipeline, [StrictPlainAction]);

    expect(await (await runner.resume(id)).outcome()).toMatchObject({ error: { code: 'SYN_PIPELINE_RESUME' } });
    expect(await runner.cancel(id, 'enough')).toMatchObject({ status: 'cancelled', undo: 'done' });
    expect(diary.lines).toEqual(['undo fetch 7 /data/7 true']);
    expect(await record(child)).toMatchObject({ status: 'cancelled' });
  });

  it('because what the pipeline itself is given does not fit any more, stays as it is as well', async () => {
    const { id, child } = await left();
    const { diary, runner } = await process(
      Object.assign(chainOf('fetch', 'store', 'train'), { paramsType: StrictParams }),
    );

    expect(await (await runner.resume(id)).outcome()).toMatchObject({ error: { code: 'SYN_PARAMS_INVALID' } });
    expect(diary.lines).toEqual([]);
    expect([await record(id), await record(child)]).toMatchObject([IS_LEFT, IS_LEFT]);
  });

  it('because a secret is missing, is refused before anything begins; with it, the action goes on', async () => {
    const pipeline = chainOf('fetch', 'token', 'train');
    const params = { ...PARAMS, token: 's3cret' };
    const { id } = await left(pipeline, { step: 'use', action: 'token', params });
    const { diary, runner } = await process(pipeline);

    await expect(runner.resume(id)).rejects.toMatchObject({ code: 'SYN_SECRET_MISSING' });
    await (await runner.resume(id, { params: { token: 's3cret' } })).result();
    expect(diary.lines).toEqual(['use s3cret', 'train']);
  });

  it('is given back once what runs beside it has ended, which does not run again', async () => {
    const first = await process(BRANCHES);
    first.diary.hold('put');
    first.diary.hold('boxes');
    const { id } = await first.pipelines.run(BRANCHES, { params: PARAMS });
    await first.diary.arrival('put');
    await first.diary.arrival('boxes');
    for (const run of [id, await childOf(id, 'store'), await childOf(id, 'boxes')]) await letGo(run);
    const { diary, runner, store } = await process(BRANCHES);
    awayFor(store, 'claim', await childOf(id, 'store'));
    diary.hold('boxes');
    const resumed = await runner.resume(id);
    await diary.arrival('boxes');
    diary.go('boxes');

    expect(await resumed.outcome()).toMatchObject({ error: { code: 'SYN_STORE_UNAVAILABLE' } });
    expect(diary.lines).toEqual(['boxes']);
    await (await runner.resume(id)).result();
    expect(diary.lines).toEqual(['boxes', 'put', 'publish', 'train']);
  });

  it('because the store is away for a host that takes runs over, is taken over again when it is back', async () => {
    const { id, child } = await left();
    const { diary, runner, store } = await process();
    awayFor(store, 'claim', child);
    const refused: unknown[] = [];
    runner.takeOver({ intervalMs: 10, onRefused: (_run, error) => refused.push(error) });
    while ((await record(id))?.status !== 'completed') await new Promise((resolve) => setTimeout(resolve, 5));

    expect(diary.lines).toEqual(['put', 'publish', 'train']);
    expect(refused).toEqual([]);
    expect(await record(id)).toMatchObject({ attempt: 3 });
  });
});
