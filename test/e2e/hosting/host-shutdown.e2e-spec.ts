import { Action, PluginRunner, RuntimeContext, SynapseModule } from '../../../src/index.js';
import { Database, DatabaseModule, LongAction } from './host-application.js';
import { closeContexts, hostWith, PeekAction, run } from './host-contexts.fixture.js';

afterEach(closeContexts);

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
