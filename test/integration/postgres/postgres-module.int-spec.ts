import { WORK_PROVIDERS, World } from '../../../src/runtime/runner/durable-steps.fixture.js';
import { eventsOf, hostedRunner } from '../../../src/runtime/runner/runner.fixture.js';
import { RunStore } from '../../../src/runtime/run-store/run-store.interface.js';
import { describeWithPostgres, PostgresSandbox } from './postgres-sandbox.js';

jest.setTimeout(60_000); // a server is started, perhaps on a busy machine

describeWithPostgres('A host whose option store is the URL of a Postgres database', 'a database', () => {
  let sandbox: PostgresSandbox;
  beforeAll(async () => {
    sandbox = await PostgresSandbox.open('a database');
  });
  afterAll(() => sandbox.close());

  it('keeps its runs there, and lets go of the database when it ends', async () => {
    const schema = sandbox.newSchema();
    const url = new URL(sandbox.url);
    url.searchParams.set('schema', schema);
    const { app, runner } = await hostedRunner({ providers: [...WORK_PROVIDERS], options: { store: url.href } });
    const handle = await runner.run({ action: 'work', params: { word: 'w', token: 'hidden' } });

    expect(await handle.result()).toMatchObject({ seen: ['a', 'b', 'c'], word: 'w', token: 6 });
    expect((await eventsOf(handle)).at(-1)?.type).toBe('run.completed');
    expect(app.get(World).told).toEqual(['do a', 'do b', 'do c']);
    await app.close();
    const connections = async (): Promise<number> =>
      (
        await sandbox.query<{ count: number }>(
          'SELECT count(*)::int AS count FROM pg_stat_activity WHERE query LIKE $1 AND pid <> pg_backend_pid()',
          [`%"${schema}"%`],
        )
      )[0]?.count ?? 0;
    while ((await connections()) > 0); // the server notices a little later
    expect(await sandbox.store({ schema }).get(handle.id)).toMatchObject({ status: 'completed', mode: 'local' });
    const [stored] = await sandbox.query<{ params: string }>(`SELECT params FROM ${schema}.runs`);
    expect(stored?.params).not.toContain('hidden');
  });

  it('shares it with a store that was handed in, which is not closed', async () => {
    const store = sandbox.store();
    const { app, runner } = await hostedRunner({ providers: [...WORK_PROVIDERS], options: { store } });
    const handle = await runner.run({ action: 'work' });
    await handle.result();
    expect(app.get(RunStore)).toBe(store);
    await app.close();

    expect(await store.list()).toMatchObject([{ id: handle.id, status: 'completed' }]);
  });
});
