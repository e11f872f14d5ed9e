import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import {
  Action,
  BaseDeploymentAction,
  BaseExportAction,
  BaseInferenceAction,
  BaseStep,
  BaseTrainAction,
  BaseUploadAction,
  type DeploymentContext,
  type ExportContext,
  type InferenceContext,
  type StepContext,
  type StepRegistry,
  StepResult,
  type TrainContext,
  type UploadContext,
} from '../../src/index.js';
import { type RunClock, systemRunClock } from '../../src/runtime/durability/run-clock.js';
import { eventsOf, type HostedRunner, hostedRunner } from '../../src/runtime/runner/runner.fixture.js';

interface Row {
  readonly label: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
  readonly context_seen?: Record<string, unknown>;
  readonly events?: readonly Record<string, unknown>[];
}

const recorded = JSON.parse(readFileSync(join(__dirname, 'data-cases/cases/29-step-actions.json'), 'utf8')) as {
  expected: { rows: Row[] };
};
const rowOf = (label: string): Row => {
  const row = recorded.expected.rows.find((candidate) => candidate.label === label);
  if (!row) throw new Error(`the case has no row '${label}'`);
  return row;
};

/** A step that does what a row says. */
class WorkStep<C extends StepContext> extends BaseStep<C> {
  constructor(
    override readonly name: string,
    readonly progressWeight: number,
    private readonly work: (context: C) => StepResult | void = () => undefined,
    private readonly isSkipped = false,
  ) {
    super();
  }
  override canSkip(): boolean {
    return this.isSkipped;
  }
  override execute(context: C): StepResult {
    return this.work(context) ?? StepResult.ok();
  }
}

/** Which row is played; a test sets it before its run. */
@Injectable()
class Play {
  label = '';
  seen: Record<string, unknown> = {};
}

@Action({ name: 'train' })
class RowTrainAction extends BaseTrainAction<unknown, unknown> {
  constructor(private readonly play: Play) {
    super();
  }
  override setupSteps(registry: StepRegistry): void {
    if (this.play.label === 'train: no steps -> execute') return;
    if (this.play.label === 'train: model unset') return void registry.register(new WorkStep('only', 1));
    registry.register(new WorkStep('a', 0.25));
    registry.register(new WorkStep<TrainContext>('b', 0.5, (context) => void (context.model = { id: 1 })));
    registry.register(new WorkStep('c', 0.25, undefined, true));
  }
  override execute(): unknown {
    return { simple: true };
  }
}

@Action({ name: 'export' })
class RowExportAction extends BaseExportAction {
  constructor(private readonly play: Play) {
    super();
  }
  override setupSteps(registry: StepRegistry): void {
    const isDefault = this.play.label === 'export: defaults';
    const fields = isDefault ? {} : { exportedCount: 7, outputPath: '/o' };
    registry.register(new WorkStep<ExportContext>('only', 1, (context) => void Object.assign(context, fields)));
  }
}

@Action({ name: 'inference' })
class RowInferenceAction extends BaseInferenceAction {
  constructor(private readonly play: Play) {
    super();
  }
  override setupSteps(registry: StepRegistry): void {
    const fields = this.play.label === 'inference: results' ? { processedCount: 2, results: [{ a: 1 }] } : {};
    registry.register(new WorkStep<InferenceContext>('only', 1, (context) => void Object.assign(context, fields)));
  }
}

@Action({ name: 'deployment' })
class RowDeploymentAction extends BaseDeploymentAction {
  constructor(private readonly play: Play) {
    super();
  }
  override setupSteps(registry: StepRegistry): void {
    const { play } = this;
    const fields = play.label === 'deployment: id and flag' ? { serveAppId: 3, deployed: true } : {};
    registry.register(
      new WorkStep<DeploymentContext>('only', 1, (context) => {
        play.seen = {
          serve_app_name: context.serveAppName,
          route_prefix: context.routePrefix,
          ray_actor_options: context.rayActorOptions,
          model_id: context.modelId ?? null,
        };
        Object.assign(context, fields);
      }),
    );
  }
}

@Action({ name: 'upload' })
class RowUploadAction extends BaseUploadAction {
  constructor(private readonly play: Play) {
    super();
  }
  override setupSteps(registry: StepRegistry): void {
    if (this.play.label === 'upload: no steps') return;
    const isFailing = this.play.label === 'upload: second step fails';
    registry.register(new WorkStep(isFailing ? 'a' : 'first', isFailing ? 0.5 : 0.1));
    registry.register(new WorkStep(isFailing ? 'b' : 'upload', isFailing ? 0.5 : 0.9, isFailing ? fail : uploadTwo));
  }
}

const fail = (): StepResult => StepResult.fail('boom');
const uploadTwo = (context: StepContext): void => {
  (context as UploadContext).uploadedFiles.push({ a: 1 }, { b: 1 });
  (context as UploadContext).dataUnits.push({ id: 1 });
  context.setProgress(1, 2);
  context.setMetrics({ ok: 1 });
};

const FIRST_MS = Date.parse('2026-01-01T00:00:00Z');
const ACTIONS = [RowTrainAction, RowExportAction, RowInferenceAction, RowDeploymentAction, RowUploadAction];

/**
 * In the words of the case: what the run reported of itself and of its steps. The overall 100 that ends a run repeats the 100 of the
 * last step, unless it took that one's place before it was stored; the original has no such event.
 */
async function reported(handle: Parameters<typeof eventsOf>[0]): Promise<Record<string, unknown>[]> {
  const events = await eventsOf(handle);
  const words = events.flatMap(({ type, data }): Record<string, unknown>[] => {
    if (type === 'progress') return [{ progress: data.percent, category: data.key }];
    return type === 'metrics' ? [{ metrics: data.metrics, category: data.key }] : [];
  });
  const ends = events.filter(({ type, data }) => type === 'progress' && data.overall === 100);
  expect(ends).toHaveLength(words.length > 0 ? 1 : 0);
  return isDeepStrictEqual(words.at(-1), words.at(-2)) ? words.slice(0, -1) : words;
}

/** A clock that leaps each time it is read `everyTimes`: what was reported until then is stored before more can take its place. */
function leapingClock(everyTimes: number): RunClock {
  let reads = 0;
  return { ...systemRunClock, now: () => FIRST_MS + Math.floor(++reads / everyTimes) * 1_000 };
}

describe.each([
  ['whose time stands still', Number.POSITIVE_INFINITY],
  ['that stores at each report but the first', 1],
  ['that stores at every other report', 2],
])('data case 29: actions of the families that consist of steps, on a host %s', (_host, everyTimes) => {
  let host: HostedRunner;
  const released = { SYNAPSE_PLUGIN_RELEASE_CODE: 'my-plug', SYNAPSE_PLUGIN_RELEASE_CHECKSUM: 'abc' };
  beforeAll(async () => {
    host = await hostedRunner({ providers: [Play, ...ACTIONS], options: { clock: leapingClock(everyTimes) } });
  });
  afterAll(() => host.app.close());

  const play = (label: string, env: Record<string, string> = {}) => {
    const { params = {} } = rowOf(label);
    host.app.get(Play).label = label;
    return host.runner.run({ action: label.split(':')[0] ?? '', params, env });
  };

  it.each([
    'train: 3 steps, last skipped, model set',
    'train: model unset',
    'train: no steps -> execute',
    'export: count and path',
    'export: defaults',
    'inference: results',
    'inference: no results',
    'deployment: id and flag',
    'deployment: env overrides',
    'upload: two steps with auto category',
  ])('%s: has the result and the progress that were recorded', async (label) => {
    const { result, events, context_seen } = rowOf(label);
    const handle = await play(label, label === 'deployment: env overrides' ? released : {});

    expect(await handle.result()).toEqual(result);
    // Progress of a key that comes faster than it can be shown is coalesced; what is left has the recorded values and order.
    const seen = await reported(handle);
    expect(events?.filter((event) => seen.some((kept) => isDeepStrictEqual(kept, event)))).toEqual(seen);
    expect(seen.at(-1)).toEqual(events?.at(-1));
    if (context_seen) expect(host.app.get(Play).seen).toEqual(context_seen);
  });

  it('upload: second step fails: says so in the recorded words', async () => {
    const row = rowOf('upload: second step fails');
    const handle = await play(row.label);

    await expect(handle.result()).rejects.toThrow(row.error?.message);
  });

  it('upload: no steps: is refused, with the word that helps', async () => {
    const handle = await play('upload: no steps');

    await expect(handle.result()).rejects.toMatchObject({
      details: { cause_code: 'SYN_STEP_DEFINITION' },
      message: expect.stringContaining('setupSteps') as string,
    });
  });

  it('B-03, D08: the local executor runs the steps of a training, where the original called its execute', async () => {
    const { result: originals } = rowOf('LocalExecutor on a train action that registers steps');
    host.app.get(Play).label = 'train: model unset';
    const handle = await host.runner.run({ action: 'train', params: {}, mode: 'local' });

    expect(originals).toEqual({ simple: true });
    expect(await handle.result()).toEqual({ success: true, steps_executed: 1, steps_total: 1 });
  });
});
