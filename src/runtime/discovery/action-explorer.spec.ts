import { Controller, type DynamicModule, Inject, Injectable, Module, type Provider, Scope } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import { RuntimeContext } from '../../authoring/context/runtime-context.js';
import { Action } from '../../authoring/decorators/action.decorator.js';
import { createPluginConfig } from '../../foundation/config/plugin-config.js';
import { ActionExplorer } from './action-explorer.js';
import { ActionRegistry } from './action-registry.js';
import { PLUGIN_IDENTITY, type PluginIdentity } from './plugin-identity.js';

@Action({ name: 'train' })
class TrainAction {
  constructor(@Inject('label') readonly label: string) {}
  execute(): string {
    return this.label;
  }
}

class Tools {
  constructor(private readonly label = 'tools') {}
  @Action()
  count(): string {
    return this.label;
  }
  @Action({ name: 'sum' })
  add(): number {
    return 3;
  }
}

const LABEL = { provide: 'label', useValue: 'one' };

interface Parts {
  readonly providers?: Provider[];
  readonly imports?: (DynamicModule | (new () => object))[];
  readonly controllers?: (new () => object)[];
}

function moduleOf({ providers = [], imports = [], controllers = [] }: Parts): TestingModuleBuilder {
  class Host {}
  return Test.createTestingModule({
    imports: [DiscoveryModule, { module: Host, providers, imports, controllers }],
    providers: [ActionExplorer, { provide: ActionRegistry, useFactory: () => new ActionRegistry() }],
  });
}

async function explored(parts: Parts, adapt = (builder: TestingModuleBuilder) => builder): Promise<ActionRegistry> {
  const app = await adapt(moduleOf(parts)).compile();
  app.get(ActionExplorer).explore('app');
  return app.get(ActionRegistry);
}

const call = (registry: ActionRegistry, name: string, plugin?: string): unknown =>
  registry.resolve(name, plugin).call({}, new RuntimeContext({} as never));

const names = (registry: ActionRegistry): string[] => registry.list().map(({ name }) => name);

describe(ActionExplorer, () => {
  it('finds decorated classes and methods, and calls them on the instance that Nest made', async () => {
    const registry = await explored({ providers: [LABEL, TrainAction, Tools] });

    expect(names(registry)).toEqual(['train', 'count', 'sum']);
    expect(call(registry, 'train')).toBe('one');
    expect(call(registry, 'sum')).toBe(3);
    expect(registry.plugins()).toEqual(['app']);
  });

  it('finds nothing in classes that are not decorated', async () => {
    class Service {
      execute(): void {}
    }

    expect(names(await explored({ providers: [Service, LABEL] }))).toEqual([]);
  });

  it('does not find a subclass that is not decorated itself', async () => {
    class Undecorated extends TrainAction {}
    class UndecoratedTools extends Tools {}

    expect(names(await explored({ providers: [LABEL, Undecorated, UndecoratedTools] }))).toEqual([]);
  });

  it.each<[string, Provider]>([
    ['a factory', { provide: 'tools', useFactory: () => new Tools('made') }],
    ['a factory that takes its time', { provide: 'tools', useFactory: async () => new Tools('made') }],
    [
      'a factory with dependencies',
      { provide: 'tools', useFactory: (label: string) => new Tools(`made ${label}`), inject: ['label'] },
    ],
    ['a value', { provide: 'tools', useValue: new Tools('made') }],
    ['a class under another token', { provide: 'tools', useClass: Tools }],
  ])('finds the actions of %s', async (_case, provider) => {
    const registry = await explored({ providers: [LABEL, provider] });

    expect(names(registry)).toEqual(['count', 'sum']);
    expect(call(registry, 'count')).toMatch(/made|tools/);
  });

  it.each<[string, Provider]>([
    ['an alias', { provide: 'alias', useExisting: Tools }],
    ['a factory that hands on', { provide: 'same', useFactory: (tools: Tools) => tools, inject: [Tools] }],
  ])('finds an action once that has %s', async (_case, provider) => {
    expect(names(await explored({ providers: [Tools, provider] }))).toEqual(['count', 'sum']);
  });

  it('survives providers of every other kind', async () => {
    const providers: Provider[] = [
      { provide: 'null', useValue: null },
      { provide: 'undefined', useFactory: () => undefined },
      { provide: 'text', useValue: 'text' },
      { provide: 'plain', useValue: { constructor: 'not a class' } },
      { provide: 'bare', useValue: Object.create(null) as object },
      { provide: 'list', useValue: [Tools] },
      { provide: 'class', useValue: Tools },
      { provide: 'arrow', useValue: () => undefined },
    ];

    expect(names(await explored({ providers }))).toEqual([]);
  });

  it('lets a test put a plain object in the place of an action', async () => {
    const registry = await explored({ providers: [LABEL, TrainAction] }, (builder) =>
      builder.overrideProvider(TrainAction).useValue({ execute: () => 'fake' }),
    );

    expect(call(registry, 'train')).toBe('fake');
  });

  it('honours a method that was replaced after the scan', async () => {
    const app = await moduleOf({ providers: [Tools] }).compile();
    app.get(ActionExplorer).explore('app');
    const spy = jest.spyOn(app.get(Tools), 'add').mockReturnValue(7);

    expect(call(app.get(ActionRegistry), 'sum')).toBe(7);
    expect(spy).toHaveBeenCalledTimes(1);
  });

  describe('refuses, and says what to do about it,', () => {
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest {}
    @Action({ name: 'scoped' })
    class InjectsRequest {
      constructor(readonly perRequest: PerRequest) {}
      execute(): void {}
    }
    @Action({ name: 'empty' })
    class WithoutExecute {}
    @Action({ name: 'field' })
    class ExecuteIsNoMethod {}
    Object.assign(ExecuteIsNoMethod.prototype, { execute: 'soon' });
    @Controller()
    class ActionController {
      @Action()
      count(): void {}
    }
    @Module({ providers: [Tools] })
    class OtherModule {}
    const scoped = (scope: Scope): Provider => ({ provide: Tools, useClass: Tools, scope });

    it.each<[string, Parts, RegExp]>([
      ['an action of request scope', { providers: [scoped(Scope.REQUEST)] }, /Tools .*inject RuntimeContext/],
      ['a transient action', { providers: [scoped(Scope.TRANSIENT)] }, /Tools .*not a singleton/],
      [
        'an action that injects something request-scoped',
        { providers: [PerRequest, InjectsRequest] },
        /InjectsRequest .*inject RuntimeContext/,
      ],
      ['a class without execute', { providers: [WithoutExecute] }, /WithoutExecute .*no execute\(params, ctx\) method/],
      ['an execute that is no method', { providers: [ExecuteIsNoMethod] }, /ExecuteIsNoMethod .*no execute/],
      [
        'an action in a controller',
        { controllers: [ActionController] },
        /ActionController .*Put the action in a provider/,
      ],
      [
        'a class with two instances',
        { providers: [Tools], imports: [OtherModule] },
        /Tools .*2 instances, in (Host and OtherModule|OtherModule and Host)\. Provide it in one of them/,
      ],
    ])('%s', async (_case, parts, message) => {
      const exploring = explored(parts);

      await expect(exploring).rejects.toMatchObject({ code: 'SYN_ACTION_DEFINITION' });
      await expect(exploring).rejects.toThrow(message);
    });

    it('two classes with one name', async () => {
      @Action({ name: 'train' })
      class SecondTrainAction {
        execute(): void {}
      }
      const exploring = explored({ providers: [LABEL, TrainAction, SecondTrainAction] });

      await expect(exploring).rejects.toMatchObject({
        code: 'SYN_DUPLICATE_NAME',
        details: { name: 'train', owners: ['TrainAction', 'SecondTrainAction'] },
      });
      await expect(exploring).rejects.toThrow(/Give all but one another name/);
    });
  });

  describe('with plugins', () => {
    function plugin(code: string, label: string, identity: Partial<PluginIdentity> = {}): DynamicModule {
      const config = createPluginConfig({ name: code, code });
      return {
        module: class PluginModule {},
        providers: [
          TrainAction,
          { provide: 'label', useValue: label },
          { provide: PLUGIN_IDENTITY, useValue: { code, config, ...identity } satisfies PluginIdentity },
        ],
      };
    }
    const listed = (entrypoint: string): Partial<PluginIdentity> => ({ actions: [{ type: TrainAction, entrypoint }] });

    it('gives a provider to the plugin whose module it stands in, each with its own instance', async () => {
      const registry = await explored({ imports: [plugin('a', 'of a'), plugin('b', 'of b')] });

      expect(call(registry, 'train', 'a')).toBe('of a');
      expect(call(registry, 'train', 'b')).toBe('of b');
    });

    it('does the same for plugins that list their classes, and knows their entrypoints', async () => {
      const registry = await explored({
        imports: [plugin('a', 'of a', listed('acts:Train')), plugin('b', 'of b', listed('other:Train'))],
      });

      expect([call(registry, 'train', 'a'), registry.resolve('train', 'a').entrypoint]).toEqual(['of a', 'acts:Train']);
      expect([call(registry, 'train', 'b'), registry.resolve('train', 'b').entrypoint]).toEqual([
        'of b',
        'other:Train',
      ]);
    });

    it('leaves the same class in the host to the host', async () => {
      const registry = await explored({
        providers: [{ provide: 'label', useValue: 'of the host' }, TrainAction],
        imports: [plugin('a', 'of a', listed('acts:Train'))],
      });

      expect(call(registry, 'train', 'app')).toBe('of the host');
      expect(call(registry, 'train', 'a')).toBe('of a');
    });

    it('finds the classes of a plugin in the modules that the plugin imports', async () => {
      @Module({ providers: [TrainAction, { provide: 'label', useValue: 'inner' }] })
      class InnerModule {}
      const identity: PluginIdentity = { code: 'a', actions: [{ type: TrainAction, entrypoint: 'acts:Train' }] };
      const registry = await explored({
        imports: [
          {
            module: class PluginModule {},
            imports: [InnerModule],
            providers: [{ provide: PLUGIN_IDENTITY, useValue: identity }],
          },
        ],
      });

      expect(call(registry, 'train', 'a')).toBe('inner');
    });

    it('refuses two plugins with the same code, and names where they are', async () => {
      const source = (path: string): Partial<PluginIdentity> => ({ source: { path, contentHash: '0' } });
      const exploring = explored({
        imports: [plugin('a', 'one', source('/plugins/one')), plugin('a', 'two', source('/plugins/two'))],
      });

      await expect(exploring).rejects.toMatchObject({
        code: 'SYN_ACTION_DEFINITION',
        details: { code: 'a', places: ['/plugins/one', '/plugins/two'] },
      });
    });
  });
});
