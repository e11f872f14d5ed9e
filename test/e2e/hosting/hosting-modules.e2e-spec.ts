import { Inject, Injectable, Module, type OnModuleInit, Scope } from '@nestjs/common';
import {
  Action,
  BackendClient,
  MemoryRunStore,
  LocalStorage,
  PluginEnvironment,
  PluginRunner,
  StorageProvider,
  SynapseModule,
} from '../../../src/index.js';
import { Audit, Database, DatabaseModule, EchoBackendClient, ImportAction, Probes } from './host-application.js';
import { closeContexts, hostWith, PeekAction, run } from './host-contexts.fixture.js';

afterEach(closeContexts);

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
