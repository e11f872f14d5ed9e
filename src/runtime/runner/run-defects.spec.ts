import type { DynamicModule, Provider } from '@nestjs/common';
import type { TestingModule } from '@nestjs/testing';
import { IsInt } from 'class-validator';
import { BaseAction } from '../../authoring/actions/base-action.js';
import { RuntimeContext } from '../../authoring/context/runtime-context.js';
import { Action, type ClassOf } from '../../authoring/decorators/action.decorator.js';
import { createPluginConfig } from '../../foundation/config/plugin-config.js';
import { PluginEnvironment } from '../../foundation/environment/plugin-environment.js';
import { NotConfiguredError } from '../../foundation/errors/config.errors.js';
import { errorFromJson } from '../../foundation/errors/error-json.js';
import { ParamsInvalidError } from '../../foundation/errors/plugin.errors.js';
import { ActionRegistry } from '../discovery/action-registry.js';
import { PLUGIN_IDENTITY, type PluginIdentity } from '../discovery/plugin-identity.js';
import type { PluginRunner } from './plugin-runner.service.js';
import { eventsOf, hostedRunner } from './runner.fixture.js';

class CountParams {
  @IsInt()
  count = 1;
}

class CountResult {
  @IsInt()
  counted!: number;
}

class Functions {
  @Action({ result: CountResult })
  count(params: CountParams, ctx: RuntimeContext): CountResult {
    ctx.log('counting', { count: params.count });
    return { counted: params.count };
  }

  @Action({ name: 'free' })
  anything(): string {
    return 'no params at all';
  }
}

@Action({ name: 'two-entries' })
class TwoEntriesAction {
  execute(): string {
    return 'execute';
  }
  run(): string {
    return 'run';
  }
}

@Action({ name: 'env' })
class EnvAction {
  execute(_params: object, { env }: RuntimeContext): unknown {
    return { isTyped: env instanceof PluginEnvironment, batch: env.getInt('BATCH'), debug: env.getBool('DEBUG') };
  }
}

@Action({ name: 'parent', params: CountParams, result: CountResult })
class ParentAction {
  execute(params: CountParams): CountResult {
    return { counted: params.count };
  }
}
class MiddleAction extends ParentAction {}
@Action({ name: 'grandchild' })
class GrandchildAction extends MiddleAction {}

/** Finishes its own logger and then returns something of the wrong type. */
@Action({ name: 'finisher' })
class FinisherAction extends BaseAction {
  override async execute(): Promise<object> {
    await this.logger.finish();
    return { counted: 'many' };
  }
}
// The compiler refuses this class as an action with this result; only the check at run time is of interest here.
Action({ name: 'finisher', result: CountResult as ClassOf<object> })(FinisherAction as never);

@Action({ name: 'strict', result: CountResult as ClassOf<object>, strictResult: true })
class StrictAction {
  execute(): object {
    return { counted: 'many' };
  }
}

@Action({ name: 'rethrow' })
class RethrowAction {
  execute(): never {
    throw new NotConfiguredError('The queue', 'Set QUEUE_URL.');
  }
}

@Action({ name: 'hang' })
class HangAction {
  logger: { readonly isFinished: boolean } | undefined;
  execute(_params: object, ctx: RuntimeContext): Promise<never> {
    this.logger = ctx.logger;
    return new Promise(() => undefined);
  }
}

const ACTIONS: Provider[] = [
  Functions,
  TwoEntriesAction,
  EnvAction,
  ParentAction,
  GrandchildAction,
  FinisherAction,
  StrictAction,
  RethrowAction,
  HangAction,
];

describe('Defects of the original that the run path does not have', () => {
  let app: TestingModule;
  let runner: PluginRunner;

  beforeAll(async () => {
    ({ app, runner } = await hostedRunner({ providers: ACTIONS, options: { env: { BATCH: '32', DEBUG: 'yes' } } }));
  });
  afterAll(() => app.close());

  const result = async (action: string, params?: unknown): Promise<unknown> =>
    (await runner.run({ action, params })).result();

  it('D07: a function action runs, its params and its result checked', async () => {
    await expect(result('count', { count: '7' })).resolves.toEqual({ counted: 7 });
    await expect(result('count', { count: 'x' })).rejects.toMatchObject({ code: 'SYN_PARAMS_INVALID' });
    await expect(result('free')).resolves.toBe('no params at all');
  });

  it('D08: an action has one entry; a method that happens to be called run is not another', async () => {
    await expect(result('two-entries')).resolves.toBe('execute');
  });

  it.each([
    ['the module has', undefined],
    ['the caller gives as plain values', { BATCH: 8 }],
    ['the caller gives as an environment', new PluginEnvironment({ BATCH: '8' })],
  ])('D09: an action gets an environment with typed getters, of what %s', async (_case, env) => {
    const handle = await runner.run({ action: 'env', env });

    await expect(handle.result()).resolves.toEqual({ isTyped: true, batch: env ? 8 : 32, debug: true });
  });

  it('D28: a grandchild that declares nothing keeps the params and result class of its ancestor', async () => {
    const definition = app.get(ActionRegistry).resolve('grandchild');

    expect([definition.paramsType, definition.resultType]).toEqual([CountParams, CountResult]);
    await expect(result('grandchild', { count: 0.5 })).rejects.toMatchObject({ code: 'SYN_PARAMS_INVALID' });
  });

  it('D35: an action that finished its own logger and returns a wrong result still completes', async () => {
    const handle = await runner.run({ action: 'finisher' });

    await expect(handle.result()).resolves.toEqual({ counted: 'many' });
    expect((await eventsOf(handle)).at(-1)?.type).toBe('run.completed');
  });

  it('D35: a wrong result is an error where the action says so', async () => {
    await expect(result('strict')).rejects.toMatchObject({
      code: 'SYN_RESULT_INVALID',
      issues: [expect.objectContaining({ path: 'counted' })],
    });
  });

  it('D36: an error of ours keeps its details and code when an action throws it', async () => {
    await expect(result('rethrow')).rejects.toMatchObject({
      code: 'SYN_EXECUTION_FAILED',
      message: 'Action execution failed: The queue is not configured. Set QUEUE_URL.',
      details: { thing: 'The queue', cause_code: 'SYN_NOT_CONFIGURED' },
    });
  });

  it('D36: an interrupted run finishes its logger', async () => {
    const handle = await runner.run({ action: 'hang' });
    await handle.cancel();

    expect(app.get(HangAction).logger?.isFinished).toBe(true);
  });

  it('D36: an action whose constructor throws stops the start of the application with its own error', async () => {
    @Action({ name: 'broken' })
    class BrokenAction {
      constructor() {
        throw new NotConfiguredError('The model', 'Set MODEL_PATH.');
      }
      execute(): void {}
    }

    await expect(hostedRunner({ providers: [BrokenAction] })).rejects.toMatchObject({ code: 'SYN_NOT_CONFIGURED' });
  });

  it('D37: refused params keep their type and every issue on their way through JSON', async () => {
    const handle = await runner.run({ action: 'count', params: { count: 'x', other: 1 } });
    const terminal = (await eventsOf(handle)).at(-1);
    const error = errorFromJson(JSON.parse(JSON.stringify(terminal?.data.error)) as never);

    expect(error).toBeInstanceOf(ParamsInvalidError);
    expect((error as ParamsInvalidError).issues.map(({ path }) => path).sort()).toEqual(['count', 'other']);
  });

  it('D37: an action that failed serves the next run as if nothing had been', async () => {
    await expect(result('count', { count: 'x' })).rejects.toThrow();
    await expect(result('count', { count: 2 })).resolves.toEqual({ counted: 2 });
  });

  it('D34: two plugins that share a class have actions, names and categories of their own', async () => {
    const shared = await hostedRunner({ imports: [plugin('first', 'export'), plugin('second', 'upload')] });
    const registry = shared.app.get(ActionRegistry);
    const [one, two] = [registry.resolve('first_count'), registry.resolve('second_count')];

    expect([one.plugin, one.category]).toEqual(['first', 'export']);
    expect([two.plugin, two.category]).toEqual(['second', 'upload']);
    await expect((await shared.runner.run({ action: 'first_count', params: { count: 3 } })).result()).resolves.toEqual({
      counted: 3,
    });
    expect(() => registry.resolve('parent')).toThrow(expect.objectContaining({ code: 'SYN_ACTION_NOT_FOUND' }));
    await shared.app.close();
  });
});

/** A plugin whose config.yaml gives the shared class a name of the plugin's own. */
function plugin(code: string, category: string): DynamicModule {
  const actions = { [`${code}_count`]: { name: `${code}_count`, entrypoint: 'ParentAction' } };
  const identity: PluginIdentity = { code, config: createPluginConfig({ name: code, code, category, actions }) };
  return { module: class SharedModule {}, providers: [ParentAction, { provide: PLUGIN_IDENTITY, useValue: identity }] };
}
