import {
  Action,
  ActionRegistry,
  BaseIntegration,
  IntegrationRegistry,
  PluginRunner,
  RunStore,
  RuntimeContext,
  SynapseModule,
} from '../../../src/index.js';
import { Audit, Database, hostOf, ImportAction, LongAction, NoParams } from './host-application.js';
import { PLATFORMS, RunningHost } from './running-host.js';
import { closeContexts, hostWith, run } from './host-contexts.fixture.js';

afterEach(closeContexts);

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
