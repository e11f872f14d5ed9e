import type { DynamicModule } from '@nestjs/common';
import type { TestingModule } from '@nestjs/testing';
import { IsInt } from 'class-validator';
import {
  Action,
  type ClassOf,
  ExecutionError,
  NotConfiguredError,
  type PluginRunner,
  type RunHandle,
  type RunRequest,
  RuntimeContext,
  SynapseError,
} from '../../src/index.js';
import { PLUGIN_IDENTITY, type PluginIdentity } from '../../src/runtime/discovery/plugin-identity.js';
import { createPluginConfig } from '../../src/foundation/config/plugin-config.js';
import { eventsOf, hostedRunner } from '../../src/runtime/runner/runner.fixture.js';
import { recordedCase } from './recorded-case.js';

interface Recorded {
  readonly value?: unknown;
  readonly error?: { readonly type: string; readonly message: string };
  readonly console: readonly string[];
}

const { expected } = recordedCase<unknown, Record<string, Recorded>>('C28');
/** Two classes of the original are called ValidationError; here params have one of their own (D44). */
const RENAMED: Readonly<Record<string, string>> = { ValidationError: 'ParamsInvalidError' };

class PR {
  @IsInt()
  a = 1;
}

class RR {
  @IsInt()
  v!: number;
}

@Action({ name: 'echo', params: PR })
class EchoAction {
  execute(params: PR): PR {
    return params;
  }
}

class PluginFailure extends ExecutionError {}

@Action({ name: 'throw' })
class ThrowAction {
  execute({ how }: { how?: string }): never {
    if (how === 'sdk') throw new PluginFailure('inner', { details: { step: 'upload' } });
    throw new Error('kaboom');
  }
}

@Action({ name: 'context' })
class ContextAction {
  execute(_params: object, ctx: RuntimeContext): unknown {
    return { job_id: ctx.jobId, env_K: ctx.env.getStr('K'), client: clientOf(ctx), checkpoint: ctx.checkpoint ?? null };
  }
}

function clientOf(ctx: RuntimeContext): unknown {
  try {
    return ctx.client;
  } catch (thrown) {
    return thrown instanceof NotConfiguredError ? null : thrown;
  }
}

/** Returns what its `result` param says: the cases hold results that no typed action would return. */
class ResultsAction {
  execute({ result }: { result?: unknown }): unknown {
    return result;
  }
}
@Action({ name: 'checked' })
class CheckedAction extends ResultsAction {}
@Action({ name: 'unchecked' })
class UncheckedAction extends ResultsAction {}
// The compiler refuses this: `execute` promises no RR. The recorded action broke its promise as well.
Action({ name: 'checked', result: RR as ClassOf<object> })(CheckedAction as never);

describe('C28: an action in this process', () => {
  let app: TestingModule;
  let runner: PluginRunner;

  beforeAll(async () => {
    ({ app, runner } = await hostedRunner({
      providers: [EchoAction, ThrowAction, ContextAction, CheckedAction, UncheckedAction],
      imports: [lenientPlugin()],
    }));
  });
  afterAll(() => app.close());

  /** What a run gives, in the words of the recorded case. */
  async function observed(request: RunRequest): Promise<Recorded> {
    const handle = await runner.run({ plugin: 'app', ...request });
    const console = await warningsOf(handle);
    const outcome = await handle.outcome();
    if (outcome.status === 'completed') return { value: outcome.result, console };
    return { error: { type: outcome.error.name, message: outcome.error.message }, console };
  }

  it.each<[string, RunRequest]>([
    ['coerces_numeric_string', { action: 'echo', params: { a: '7' } }],
    ['defaults_and_unknown_params_ignored', { action: 'echo', plugin: 'lenient', params: { zzz: 1 } }],
    ['result_ok_dict', { action: 'checked', params: { result: { v: 1 } } }],
    ['result_wrong_type', { action: 'checked', params: { result: [1] } }],
    ['no_result_model', { action: 'unchecked', params: { result: [1] } }],
  ])('gives the value and the console lines of %s', async (name, request) => {
    await expect(observed(request)).resolves.toEqual({ ...expected[name] });
  });

  it('gives an instance of the result class back as it is', async () => {
    const result = Object.assign(new RR(), { v: 1 });
    const { value, console } = await observed({ action: 'checked', params: { result } });

    expect({ value: { model: { ...(value as RR) } }, console }).toEqual(expected.result_ok_model);
    expect(value).toBe(result);
  });

  it('warns of a mapping that does not fit, in the recorded words up to where the library speaks', async () => {
    const { value, console } = await observed({ action: 'checked', params: { result: { w: 1 } } });
    const [recordedLine = ''] = expected.result_wrong_dict?.console ?? [];
    const ours = recordedLine.slice(recordedLine.indexOf('Result validation'), recordedLine.indexOf('\\n'));

    expect(ours).toBe('Result validation warning for RR: 1 validation error for RR');
    expect(value).toEqual(expected.result_wrong_dict?.value);
    expect(console).toEqual([expect.stringContaining(ours)]);
  });

  it('runs with the job id and the environment that it was given; clients and checkpoint are not set', async () => {
    await expect(observed({ action: 'context', jobId: 'j1', env: { K: 'V' } })).resolves.toEqual(expected.context);
  });

  it.each<[string, RunRequest]>([
    ['action_throws', { action: 'throw' }],
    ['action_throws_sdk_error', { action: 'throw', params: { how: 'sdk' } }],
  ])('gives the error of %s', async (name, request) => {
    await expect(observed(request)).resolves.toEqual({ error: errorOf(name), console: [] });
  });

  it.each<[string, RunRequest]>([
    ['bad_params', { action: 'echo', params: { a: 'x' } }],
    ['null_params', { action: 'echo', params: null }],
  ])('gives the error of %s, in the recorded words up to where the library speaks', async (name, request) => {
    const recorded = errorOf(name);
    const ours = recorded.message.slice(0, recorded.message.indexOf(' validation error'));
    const { error } = await observed(request);

    expect(error).toEqual({ type: recorded.type, message: expect.stringMatching(new RegExp(`^${ours} `)) });
  });

  it('fix: refuses unknown params unless the configuration says ignore, since a typo must not pass in silence', async () => {
    await expect(observed({ action: 'echo', params: { zzz: 1 } })).resolves.toMatchObject({
      error: { type: 'ParamsInvalidError', message: expect.stringContaining('zzz') },
    });
  });

  it('fix: keeps the code, details and cause of an error of ours that an action throws (D36)', async () => {
    const handle = await runner.run({ plugin: 'app', action: 'throw', params: { how: 'sdk' } });

    await expect(handle.result()).rejects.toMatchObject({
      code: 'SYN_EXECUTION_FAILED',
      details: { step: 'upload', cause_code: 'SYN_EXECUTION_FAILED', action: 'throw' },
      cause: expect.any(PluginFailure),
    });
  });

  it('fix: says in details which params were wrong and why', async () => {
    const handle = await runner.run({ plugin: 'app', action: 'echo', params: { a: 'x' } });
    const error = await handle.result().catch((thrown: unknown) => thrown);

    expect(SynapseError.is(error) && error.details).toEqual({
      action: 'echo',
      issues: [{ path: 'a', code: 'isInt', message: expect.any(String) }],
    });
  });
});

function errorOf(name: string): { type: string; message: string } {
  const recorded = expected[name]?.error;
  if (!recorded) throw new Error(`C28 has no error ${name}`);
  return { type: RENAMED[recorded.type] ?? recorded.type, message: recorded.message };
}

/** The warnings of a run as the original's console shows them. */
async function warningsOf(handle: RunHandle): Promise<string[]> {
  const logs = (await eventsOf(handle)).filter(({ type, data }) => type === 'log' && data.level === 'warning');
  return logs.map(({ data }) => {
    const { message } = data.data as { message: string };
    return `WARNING: ${String(data.event)} {'message': '${message}'}`;
  });
}

/** The same action in a plugin whose configuration wants the original's leniency. */
function lenientPlugin(): DynamicModule {
  const config = createPluginConfig({ name: 'Lenient', code: 'lenient', unknown_params: 'ignore' });
  const identity: PluginIdentity = { code: 'lenient', config };
  return { module: class LenientModule {}, providers: [EchoAction, { provide: PLUGIN_IDENTITY, useValue: identity }] };
}
