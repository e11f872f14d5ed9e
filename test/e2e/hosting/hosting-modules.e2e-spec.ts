import {
  type DynamicModule,
  Inject,
  Injectable,
  type INestApplicationContext,
  Module,
  type OnModuleInit,
  Scope,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  Action,
  ActionRegistry,
  BackendClient,
  BaseIntegration,
  IntegrationRegistry,
  MemoryRunStore,
  LocalStorage,
  PluginEnvironment,
  PluginRunner,
  type RunHandle,
  RunStore,
  RuntimeContext,
  StorageProvider,
  SynapseModule,
} from '../../../src/index.js';
import {
  Audit,
  Database,
  DatabaseModule,
  EchoBackendClient,
  hostOf,
  ImportAction,
  LongAction,
  NoParams,
  Probes,
} from './host-application.js';
import { PLATFORMS, RunningHost } from './running-host.js';

const contexts: INestApplicationContext[] = [];

async function contextOf(host: unknown): Promise<INestApplicationContext> {
  const context = await NestFactory.createApplicationContext(host as never, { logger: false, abortOnError: false });
  contexts.push(context);
  return context;
}

async function hostWith(...parts: { imports?: DynamicModule['imports']; providers?: DynamicModule['providers'] }[]) {
  class Host {}
  return contextOf({
    module: Host,
    imports: parts.flatMap(({ imports = [] }) => imports),
    providers: parts.flatMap(({ providers = [] }) => providers),
  });
}

const run = (app: INestApplicationContext, action: string, params: unknown = {}): Promise<RunHandle> =>
  app.get(PluginRunner).run({ action, params });

@Action({ name: 'peek' })
class PeekAction {
  execute(_params: object, ctx: RuntimeContext): unknown {
    return { plugin: ctx.plugin, region: ctx.env.getStr('REGION'), workDir: ctx.workDir };
  }
}

afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close();
});

describe('SynapseModule.forRootAsync', () => {
  it('takes its options from a provider of the host', async () => {
    class Settings {
      readonly region = 'north';
    }
    @Module({ providers: [Settings], exports: [Settings] })
    class SettingsModule {}
    const store = new MemoryRunStore();
    const app = await hostWith({
      imports: [
        SynapseModule.forRootAsync({
          imports: [SettingsModule],
          inject: [Settings],
          useFactory: async ({ region }: Settings) => ({ code: 'shop', store, env: { REGION: region } }),
        }),
      ],
      providers: [PeekAction],
    });
    const handle = await run(app, 'peek');

    await expect(handle.result()).resolves.toMatchObject({ plugin: 'shop', region: 'north' });
    expect(store.get(handle.id)?.status).toBe('completed');
  });

  it('takes them from a class as well', async () => {
    @Injectable()
    class OptionsFactory {
      create() {
        return { env: new PluginEnvironment({ REGION: 'south' }) };
      }
    }
    const app = await hostWith({
      imports: [SynapseModule.forRootAsync({ useClass: OptionsFactory })],
      providers: [PeekAction],
    });

    await expect((await run(app, 'peek')).result()).resolves.toMatchObject({ plugin: 'app', region: 'south' });
  });
});

describe('SynapseModule.forRoot', () => {
  it.each([{ cancelGraceMs: -1 }, { shutdownTimeoutMs: Number.NaN }, { shutdownTimeoutMs: 2 ** 31 }])(
    'refuses %p, which a timer would take for 1 ms',
    async (options) => {
      await expect(hostWith({ imports: [SynapseModule.forRoot(options)] })).rejects.toMatchObject({
        code: 'SYN_USAGE',
      });
    },
  );

  it('is not seen by other modules when it is not global', async () => {
    @Injectable()
    class Outsider {
      constructor(readonly runner: PluginRunner) {}
    }
    @Module({ providers: [Outsider] })
    class OtherModule {}
    const root = SynapseModule.forRoot({ isGlobal: false });

    await expect(hostWith({ imports: [root, OtherModule] })).rejects.toThrow('PluginRunner');
  });

  it('can run actions before the host itself is up', async () => {
    @Injectable()
    class Warmup implements OnModuleInit {
      result: unknown;
      constructor(private readonly runner: PluginRunner) {}
      async onModuleInit(): Promise<void> {
        this.result = await (await this.runner.run({ action: 'peek' })).result();
      }
    }
    const app = await hostWith({
      imports: [SynapseModule.forRoot({ code: 'early' })],
      providers: [Warmup, PeekAction],
    });

    expect(app.get(Warmup).result).toMatchObject({ plugin: 'early' });
  });
});

describe('SynapseModule.forFeature', () => {
  it('takes providers of every form and exports them', async () => {
    const TOKEN = Symbol('greeting');
    @Action({ name: 'greet' })
    class GreetAction {
      constructor(@Inject(TOKEN) private readonly greeting: string) {}
      execute(): string {
        return this.greeting;
      }
    }
    const app = await hostWith({
      imports: [
        SynapseModule.forRoot(),
        SynapseModule.forFeature([{ provide: TOKEN, useFactory: () => 'hello' }, GreetAction]),
      ],
      providers: [{ provide: 'copy', useFactory: (greeting: string) => greeting, inject: [TOKEN] }],
    });

    await expect((await run(app, 'greet')).result()).resolves.toBe('hello');
    expect(app.get('copy')).toBe('hello');
  });

  it('lets actions inject what other modules of the host export', async () => {
    const app = await hostWith({
      imports: [
        DatabaseModule,
        SynapseModule.forRoot(),
        SynapseModule.forFeature([ImportAction, Audit], { imports: [DatabaseModule] }),
      ],
    });
    const handle = await run(app, 'import', { items: [{ name: 'a' }] });
    await handle.result();

    expect(app.get(Database).rows).toEqual([{ name: 'a', run: handle.id }]);
  });
});

describe('A host that shuts down', () => {
  it.each([
    ['belongs to its root module', { providers: [Database, LongAction] }],
    ['comes from a module that the root imports', { imports: [DatabaseModule], providers: [LongAction] }],
    ['belongs to the feature', { imports: [SynapseModule.forFeature([Database, LongAction])] }],
    [
      'is global',
      {
        imports: [{ module: DatabaseModule, global: true }, SynapseModule.forFeature([LongAction])],
      },
    ],
  ])('keeps a database open for its runs that %s', async (_case, parts) => {
    const app = await hostWith({ imports: [SynapseModule.forRoot()] }, parts);
    const database = app.get(Database, { strict: false });
    const handle = await run(app, 'long');
    await app.close();

    await expect(handle.outcome()).resolves.toMatchObject({ status: 'cancelled' });
    expect(database.rows).toEqual([{ name: 'cleaned up', run: handle.id }]);
    expect(database.isOpen).toBe(false);
  });

  it('lets a run that it waits for start others', async () => {
    const release = Promise.withResolvers<void>();
    @Action({ name: 'parent' })
    class ParentAction {
      constructor(private readonly runner: PluginRunner) {}
      async execute(_params: object, ctx: RuntimeContext): Promise<unknown> {
        await release.promise;
        return (await this.runner.run({ action: 'peek', parentId: ctx.runId })).result();
      }
    }
    const app = await hostWith({
      imports: [SynapseModule.forRoot({ onShutdown: 'wait' })],
      providers: [ParentAction, PeekAction],
    });
    const handle = await run(app, 'parent');
    const closed = app.close();
    await new Promise((resolve) => setImmediate(resolve));
    await expect(run(app, 'peek')).rejects.toMatchObject({ code: 'SYN_SHUTTING_DOWN', retryable: true });
    release.resolve();
    await closed;

    await expect(handle.result()).resolves.toMatchObject({ plugin: 'app' });
  });
});

describe('The clients of a run', () => {
  it('are those that the host provides in any of its modules', async () => {
    @Module({
      providers: [
        { provide: BackendClient, useClass: EchoBackendClient },
        { provide: StorageProvider, useFactory: () => new LocalStorage({ location: '/data' }) },
      ],
    })
    class PlatformModule {}
    const app = await hostWith({ imports: [SynapseModule.forRoot(), PlatformModule], providers: [Probes] });

    await expect((await run(app, 'ask')).result()).resolves.toMatchObject({ method: 'GET', path: '/ping' });
    await expect((await run(app, 'url')).result()).resolves.toEqual({ url: 'file:///data/weights/a.bin' });
  });

  it.each(['ask', 'url'])('are refused with what to do when nobody provides them: %s', async (action) => {
    const app = await hostWith({ imports: [SynapseModule.forRoot()], providers: [Probes] });

    await expect((await run(app, action)).result()).rejects.toMatchObject({
      details: { cause_code: 'SYN_NOT_CONFIGURED' },
      cause: { code: 'SYN_NOT_CONFIGURED', message: expect.stringContaining('Provide ') },
    });
  });

  it('are not called missing when the host has one that a run cannot get', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class PerRequestClient extends EchoBackendClient {}
    const app = await hostWith({
      imports: [SynapseModule.forRoot()],
      providers: [Probes, { provide: BackendClient, useClass: PerRequestClient }],
    });

    await expect((await run(app, 'ask')).result()).rejects.toMatchObject({
      code: 'SYN_EXECUTION_FAILED',
      message: expect.stringContaining('scoped'),
    });
  });
});

describe('Two applications in one process', () => {
  class ForestIntegration extends BaseIntegration {
    readonly name = 'forest';
    enable(): unknown {
      return 'handle';
    }
    disable(): void {}
  }

  @Action({ name: 'second' })
  class SecondAction {
    execute(_params: NoParams, ctx: RuntimeContext): { run: string } {
      return { run: ctx.runId };
    }
  }

  it('share no actions, runs, contexts, integrations or shutdown', async () => {
    const [[, fastify], [, express]] = PLATFORMS;
    const actions = SynapseModule.forFeature([ImportAction, LongAction, Audit, Database]);
    const first = await RunningHost.start(hostOf(SynapseModule.forRoot(), actions), fastify);
    const second = await RunningHost.start(
      hostOf(SynapseModule.forRoot(), SynapseModule.forFeature([ImportAction, SecondAction, Audit, Database])),
      express,
    );
    const [one, two] = [first.app, second.app];

    expect(one.get(ActionRegistry)).not.toBe(two.get(ActionRegistry));
    await expect(first.post('/actions/second', {})).resolves.toMatchObject({ status: 404 });
    await expect(second.post('/actions/second', {})).resolves.toMatchObject({ status: 200 });

    const { body } = await first.post('/actions/import', { items: [{ name: 'a' }] });
    const { id } = body as { id: string };
    await expect(one.get(RunStore).get(id)).toMatchObject({ status: 'completed' });
    expect(two.get(RunStore).get(id)).toBeUndefined();
    expect(two.get(Database, { strict: false }).rows).toEqual([]);

    one.get(IntegrationRegistry).registerIntegration('forest', () => new ForestIntegration());
    expect(one.get(IntegrationRegistry).listIntegrations()).toContain('forest');
    expect(two.get(IntegrationRegistry).listIntegrations()).not.toContain('forest');

    const long = await one.get(PluginRunner).run({ action: 'long' });
    await second.close();
    await expect(long.status()).resolves.toBe('running');
    await first.close();
    await expect(long.outcome()).resolves.toMatchObject({ status: 'cancelled' });
  });

  it('know their own run, also when an action of one runs an action of the other', async () => {
    const second = await hostWith({ imports: [SynapseModule.forRoot()], providers: [Audit, ImportAction, Database] });
    @Action({ name: 'outer' })
    class OuterAction {
      constructor(private readonly audit: Audit) {}
      async execute(): Promise<string[]> {
        const handle = await run(second, 'import', { items: [{ name: 'a' }] });
        await handle.result();
        return [this.audit.currentRun, handle.id];
      }
    }
    const first = await hostWith({ imports: [SynapseModule.forRoot()], providers: [Audit, OuterAction] });
    const handle = await run(first, 'outer');
    const [outer, inner] = (await handle.result()) as string[];

    expect(outer).toBe(handle.id);
    expect(second.get(Database).rows).toEqual([{ name: 'a', run: inner }]);
  });
});
