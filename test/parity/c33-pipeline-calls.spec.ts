import { IsInt, IsOptional, IsString } from 'class-validator';
import { Action } from '../../src/authoring/decorators/action.decorator.js';
import { ActionPipeline } from '../../src/authoring/pipelines/action-pipeline.js';
import type { RunEvent } from '../../src/authoring/reporting/run-event.js';
import { PipelineRunner } from '../../src/runtime/pipelines/pipeline-runner.service.js';
import { eventsOf, hostedRunner, type HostedRunner } from '../../src/runtime/runner/runner.fixture.js';
import type { RunHandle } from '../../src/runtime/runner/run-handle.js';
import { recordedCase } from './recorded-case.js';

// The calls that the original's worker makes to the pipeline service are events of the pipeline's run here; what it sends as checkpoints are
// the runs of the actions, with their params and results. Marked as fixes: an action whose params are bad is reported as failed; a resumed run
// keeps and changes params by rule; one in which everything was done already has the real result.

interface Call {
  readonly call: string;
  readonly status?: string;
  readonly current_action?: string;
  readonly action_progress?: { readonly name: string; readonly status: string; readonly error?: string };
  readonly action_name?: string;
  readonly result?: unknown;
}
interface Expectation {
  readonly entrypoints: readonly string[];
  readonly params: object;
  readonly resume_checkpoint: { readonly action_index: number; readonly params_snapshot: object } | null;
  readonly value?: unknown;
  readonly error?: { readonly message: string };
  readonly api_calls: readonly Call[];
}

const { expected } = recordedCase<object, readonly Expectation[]>('C33');
const calls: string[] = [];

class P1 {
  @IsInt() a!: number;
}
class R1 {
  @IsString() b!: string;
  @IsString() p!: string;
}
class P2 {
  @IsString() b!: string;
  @IsOptional() @IsInt() c?: number = 0;
}
@Action({ name: 'A1', params: P1, result: R1 })
class A1 {
  execute(_params: P1): R1 {
    calls.push('A1');
    return { b: 'B', p: '/x' };
  }
}
@Action({ name: 'A3', params: P2 })
class A3 {
  execute(_params: P2): string {
    calls.push('A3');
    return 'scalar';
  }
}
@Action({ name: 'A2b', params: P2 })
class A2b {
  execute(_params: P2): void {
    calls.push('A2b');
    throw new Error('kaboom');
  }
}
@Action({ name: 'ADict' })
class ADict {
  execute(): { r: number } {
    calls.push('ADict');
    return { r: 1 };
  }
}
const CLASSES: Readonly<Record<string, typeof A1 | typeof A3 | typeof A2b | typeof ADict>> = { A1, A3, A2b, ADict };

const STATES: Readonly<Record<string, string>> = {
  'step.started': 'running',
  'step.completed': 'completed',
  'step.failed': 'failed',
  'step.skipped': 'skipped',
};

/** What the calls say of actions, as `name status`, and of the run as `status`. */
function reportsIn(api: readonly Call[]): string[] {
  return api.flatMap(({ call, status, action_progress: action }) => {
    if (call === 'report_progress' && action) return [`${action.name} ${action.status}`];
    return call === 'update_run' || call === 'report_progress' ? [status ?? ''] : [];
  });
}

function reportsOf(events: readonly RunEvent[]): string[] {
  return events.flatMap(({ type, data }) => {
    const state = STATES[type];
    if (state !== undefined) return [`${String(data['step'])} ${state}`];
    return type.startsWith('run.') ? [type === 'run.started' ? 'running' : type.slice('run.'.length)] : [];
  });
}

describe('C33: what the run of a pipeline reports', () => {
  let host: HostedRunner;
  let pipelines: PipelineRunner;
  beforeAll(async () => {
    host = await hostedRunner({ providers: Object.values(CLASSES) });
    pipelines = host.app.get(PipelineRunner);
  });
  afterAll(() => host.app.close());
  beforeEach(() => (calls.length = 0));

  const pipelineOf = ({ entrypoints }: Expectation): ActionPipeline =>
    ActionPipeline.of(
      entrypoints.map((name) => CLASSES[name] ?? A1),
      { strict: false, logger: { log: () => undefined, warn: () => undefined } },
    );
  const start = (row: Expectation): Promise<RunHandle> => pipelines.run(pipelineOf(row), { params: row.params });
  const fresh = expected.filter(({ resume_checkpoint: checkpoint }) => checkpoint === null);
  const resumed = expected.filter(({ resume_checkpoint: checkpoint }) => checkpoint !== null);

  it.each(fresh.filter(({ error }) => !error))('$entrypoints: states and result as recorded', async (row) => {
    const handle = await start(row);

    expect(await handle.result()).toEqual(row.value);
    expect(reportsOf(await eventsOf(handle))).toEqual(reportsIn(row.api_calls));
  });

  it.each(fresh.filter(({ entrypoints }) => entrypoints.includes('A2b')))('$entrypoints: fails as recorded', async (row) => {
    const handle = await start(row);
    await handle.outcome();
    const events = await eventsOf(handle);

    expect(reportsOf(events)).toEqual(reportsIn(row.api_calls));
    expect(events.find(({ type }) => type === 'step.failed')?.data['error']).toBe('kaboom');
    expect((await handle.record()).error?.message).toBe(row.error?.message.replace(/^Action A2b/, `Action 'A2b'`));
  });

  it('fix: an action whose params are bad has failed too, and does not stay running', async () => {
    const [row] = fresh.filter(({ params }) => 'a' in params && typeof params.a === 'string');
    if (!row) throw new Error('C33 has no row of bad params');
    const handle = await start(row);
    await handle.outcome();

    expect(reportsIn(row.api_calls)).toEqual(['running', 'A1 running', 'failed']);
    expect(reportsOf(await eventsOf(handle))).toEqual(['running', 'A1 running', 'A1 failed', 'failed']);
  });

  it('writes down after each action what the recorded checkpoints hold', async () => {
    const [row] = fresh;
    if (!row) throw new Error('C33 has no first row');
    const handle = await start(row);
    await handle.result();
    const checkpoints = row.api_calls.filter(({ call }) => call === 'create_checkpoint');

    expect((await pipelines.checkpoints(handle.id)).map(({ actionName, result }) => [actionName, result])).toEqual(
      checkpoints.map(({ action_name: name, result }) => [name, result]),
    );
  });

  it.each(resumed)('$entrypoints resumed: what was done is skipped, the rest reports as recorded', async (row) => {
    const pipeline = pipelineOf(row);
    const earlier = await pipelines.run(pipeline, { params: row.params });
    await earlier.result();
    calls.length = 0;
    const last = row.resume_checkpoint?.action_index ?? 0;
    const step = row.entrypoints[Math.min(last, row.entrypoints.length - 1)];
    const handle = await pipelines.run(pipeline, { resumeFrom: earlier.id, step });

    // Fix: the original ends with null where everything was done already.
    expect(await handle.result()).toEqual(row.value ?? 'scalar');
    expect(reportsOf(await eventsOf(handle))).toEqual(reportsIn(row.api_calls));
    expect(calls).toEqual(row.entrypoints.slice(last + 1));
  });
});
