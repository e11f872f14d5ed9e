import type { Provider } from '@nestjs/common';
import { ActionPipeline } from '../../src/authoring/pipelines/action-pipeline.js';
import { PipelineRunner } from '../../src/runtime/pipelines/pipeline-runner.service.js';
import { hostedRunner, type HostedRunner } from '../../src/runtime/runner/runner.fixture.js';
import type { RunHandle } from '../../src/runtime/runner/run-handle.js';
import { RunStore } from '../../src/runtime/run-store/run-store.interface.js';
import { recordedCase } from './recorded-case.js';
import { type Calls, recordedActions } from './recorded-pipelines.js';

interface Expectation {
  readonly actions: readonly string[];
  readonly params: object;
  readonly value?: unknown;
  readonly error?: { readonly message: string };
  readonly calls: Calls;
  readonly progress: readonly (readonly [number, number, string])[];
  readonly log: readonly (readonly [string, string])[];
}

const { expected } = recordedCase<object, readonly Expectation[]>('C18');
const calls: Calls = [];
const classes = recordedActions(calls);
const logger = { log: () => undefined, warn: () => undefined };

describe('C18: a pipeline that runs in this process', () => {
  let host: HostedRunner;
  let pipelines: PipelineRunner;
  beforeAll(async () => {
    host = await hostedRunner({ providers: Object.values(classes) as Provider[] });
    pipelines = host.app.get(PipelineRunner);
  });
  afterAll(() => host.app.close());
  beforeEach(() => (calls.length = 0));

  function start({ actions, params }: Expectation): { progress: unknown[]; started: Promise<RunHandle> } {
    const types = actions.map((letter) => classes[letter] ?? Object);
    const progress: unknown[] = [];
    const onAction = (...told: unknown[]) => progress.push(told);
    const pipeline = ActionPipeline.of(types, { strict: false, logger });
    return { progress, started: pipelines.run(pipeline, { params, onAction }) };
  }

  it.each(expected.filter(({ error }) => !error))('$actions given $params', async (row) => {
    const { progress, started } = start(row);

    expect(await (await started).result()).toEqual(row.value);
    expect(calls).toEqual(row.calls);
    expect(progress).toEqual(row.progress);
  });

  it.each(expected.filter(({ error }) => error))('$actions given $params fails', async (row) => {
    const { progress, started } = start(row);
    // What is wrong with the params is said in our words, and the params class has no name there.
    const message = row.error?.message.replace(/: 1 validation error for P\d$/, '') ?? '';

    await expect((await started).result()).rejects.toThrow(message);
    expect(calls).toEqual(row.calls);
    expect(progress).toEqual(row.progress);
  });

  it("says in the action's own log that a result does not fit its class, and goes on", async () => {
    const [row] = expected.filter(({ actions }) => actions[0] === 'BadRes');
    if (!row) throw new Error('C18 has no row of a result that does not fit');
    const handle = await start(row).started;
    await handle.result();
    const store = host.app.get(RunStore);
    const [child] = await store.list({ parentId: handle.id, action: 'BadRes' });
    const logs = (await store.events(child?.id ?? '')).filter(({ type }) => type === 'log');

    expect(logs.map(({ data }) => data['level'])).toEqual(row.log.map(([level]) => level));
  });
});
