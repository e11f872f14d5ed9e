import { Logger } from '@nestjs/common';
import { WORK_PROVIDERS, World } from '../../../src/runtime/runner/durable-steps.fixture.js';
import { eventsOf, type HostedRunner, hostedRunner } from '../../../src/runtime/runner/runner.fixture.js';
import { RunStore } from '../../../src/runtime/run-store/run-store.interface.js';
import type { SynapseModuleOptions } from '../../../src/synapse.module-definition.js';
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

  describe('stops its start when', () => {
    const urlWith = (parameters: Record<string, string>): string => {
      const url = new URL(sandbox.url);
      for (const [key, value] of Object.entries(parameters)) url.searchParams.set(key, value);
      return url.href;
    };
    const starting = (options: SynapseModuleOptions): Promise<HostedRunner> =>
      hostedRunner({ providers: [...WORK_PROVIDERS], options });

    it.each([
      ['has a provider that is not there', 'tape://1', /tape:\/\/1 .*'tape' not found\. Available: .*registerProvider/],
      [
        'has a misspelt parameter',
        'file:///srv/values?locatoin=a',
        /file:\/\/\/srv\/values\?locatoin=\*\*\* .*locatoin/,
      ],
      ['needs a variable that is not set', 's3://bucket/a?access_key=env:SYNAPSE_NOT_SET', /SYNAPSE_NOT_SET/],
      ['has a folder that leads out of it', 's3://b/%2E%2E%2Fa?access_key=env:PATH&secret_key=env:PATH', /'\.\.'/],
    ])(
      'its storage for large values %s, and says which, of which store, and the cure',
      async (_name, storage, problem) => {
        const options = { store: urlWith({ schema: sandbox.newSchema(), blob_storage: storage }) };
        const failure = {
          code: 'SYN_STORE_BLOB_STORAGE',
          kind: 'config',
          message: expect.stringMatching(
            /^The run store postgres:\/\/.* cannot use its storage for large values.*\?blob_storage=.*option `blobStorage`/,
          ) as string,
        };

        await expect(starting(options)).rejects.toMatchObject(failure);
        await expect(starting(options)).rejects.toThrow(problem);
        await expect(starting({ ...options, requireStore: false })).rejects.toMatchObject(failure);
      },
    );

    it('its tables are of a newer version', async () => {
      const schema = sandbox.newSchema();
      await sandbox.store({ schema }).open();
      await sandbox.query(`UPDATE ${schema}.schema_version SET version = 99`);

      await expect(starting({ store: urlWith({ schema }) })).rejects.toMatchObject({
        code: 'SYN_STORE_VERSION',
        details: { found: 99 },
      });
    });

    it('nobody answers there, and never says the password', async () => {
      const store = 'postgres://ada:s3cr3t@127.0.0.1:1/runs';
      const failure = await starting({ store }).catch((thrown: unknown) => thrown);

      expect(failure).toMatchObject({
        code: 'SYN_STORE_UNAVAILABLE',
        message: expect.stringMatching(
          /^The run store postgres:\/\/ada@127\.0\.0\.1:1\/runs cannot be reached/,
        ) as string,
      });
      expect(JSON.stringify(failure)).not.toContain('s3cr3t');
    });
  });

  it('starts without it where that is wanted, and says so', async () => {
    const warnings: string[] = [];
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation((text: string) => void warnings.push(text));
    const store = 'postgres://ada:s3cr3t@127.0.0.1:1/runs';
    const { app, runner } = await hostedRunner({
      providers: [...WORK_PROVIDERS],
      options: { store, requireStore: false, recover: true },
    });
    warn.mockRestore();

    expect(warnings).toEqual([expect.stringMatching(/^The application starts without its runs: .*ada@127\.0\.0\.1/)]);
    await expect(runner.run({ action: 'work' })).rejects.toMatchObject({ code: 'SYN_STORE_UNAVAILABLE' });
    await app.close();
  });
});
