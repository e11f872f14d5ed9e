import { Module } from '@nestjs/common';
import { IsInt } from 'class-validator';
import { Action, BaseAction, RunMethod } from '../../src/index.js';
import { ActionNotFoundError } from '../../src/foundation/errors/plugin.errors.js';
import { PluginDiscovery } from '../../src/runtime/discovery/plugin-discovery.js';
import { recordedCase } from './recorded-case.js';

interface RecordedAction {
  readonly entrypoint: string;
  readonly method: string;
  readonly description: string;
  readonly params: string[] | null;
}

interface Recorded {
  readonly config: object;
  readonly actions: Record<string, RecordedAction>;
  readonly unknown_action: { readonly error: { readonly type: string; readonly message: string } };
  readonly unknown_action_details: object;
}

const { input, expected } = recordedCase<{ readonly module: string }, Recorded>('C24');

class Params {
  @IsInt()
  a = 1;
}

@Action({ name: 'alpha', method: RunMethod.Job, description: 'dd', params: Params })
class Alpha extends BaseAction<Params, object> {
  override async execute(): Promise<object> {
    return {};
  }
}

/** TypeScript has no decorators on functions; a provider's methods take their place, and entrypoints name them `Class.method`. */
class Tools {
  @Action({ name: 'fn_named', description: 'D' })
  fna(_params: Params): object {
    return {};
  }

  @Action()
  plain(): object {
    return {};
  }
}

@Action({ name: 'hidden' })
class Hidden extends BaseAction {}

const members = { number: 5, BaseAction, Tools, _Hidden: Hidden, Alpha };

describe('C24: introspection of a module', () => {
  const discovery = PluginDiscovery.fromModule(members, { name: input.module });

  it('names the plugin after the module', () => {
    expect(discovery.config).toMatchObject(expected.config);
  });

  it('finds decorated classes and functions in alphabetical order, without private names and bases', () => {
    expect(discovery.listActions()).toEqual(Object.keys(expected.actions));
    expect(discovery.hasAction('hidden')).toBe(false);
  });

  it.each(Object.entries(expected.actions))('describes %s as the original does', async (name, recorded) => {
    const type = await discovery.getActionParamsModel(name);
    const { method, description } = discovery.getActionConfig(name);

    expect({ method, description, params: type && Object.keys(new (type as new () => object)()) }).toEqual({
      method: recorded.method,
      description: recorded.description,
      params: recorded.params,
    });
    expect(discovery.getActionEntrypoint(name)).toBe(recorded.entrypoint.replace(/:(fna|plain)$/, ':Tools.$1'));
  });

  it('refuses an action that is not there, with those that are', () => {
    const refuse = (): unknown => discovery.getActionConfig('zz');

    expect(refuse).toThrow(ActionNotFoundError);
    expect(refuse).toThrow(expected.unknown_action.error.message);
    expect(refuse).toThrow(expect.objectContaining({ details: { action: 'zz', ...expected.unknown_action_details } }) as Error);
  });

  // The original failed the whole discovery over a class without a name, an imported base included.
  it('D29: derives the name of a class that has none, and passes over bases without a decorator', () => {
    @Action()
    class UnnamedAction extends BaseAction {}
    class TrainBase extends BaseAction {}
    abstract class Abstract extends BaseAction {}

    expect(PluginDiscovery.fromModule({ UnnamedAction, TrainBase, Abstract }, { name: 'm' }).listActions()).toEqual(['unnamed']);
  });

  it("D29: refuses a module's name in place of the module", () => {
    expect(() => PluginDiscovery.fromModule('my.mod' as unknown as object, { name: 'm' })).toThrow(expect.objectContaining({ code: 'SYN_USAGE' }) as Error);
  });

  it('takes a list of classes, and what Nest modules among them provide', () => {
    @Module({ providers: [Tools] })
    class ToolsModule {}

    expect(PluginDiscovery.fromModule([Alpha, ToolsModule], { name: 'm' }).listActions()).toEqual(['alpha', 'fn_named', 'plain']);
  });
});
