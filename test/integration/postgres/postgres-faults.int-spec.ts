import { spawnSync } from 'node:child_process';
import { hostname } from 'node:os';
import { inspect } from 'node:util';
import { Client, Query } from 'pg';
import { SynapseSandbox } from '../../e2e/synapse-process.js';
import { MIGRATIONS, migrate } from '../../../src/runtime/run-store/postgres/postgres-migrations.js';
import type { PostgresRunStore } from '../../../src/runtime/run-store/postgres/postgres-run-store.js';
import { AnswerWatch } from '../../../src/runtime/run-store/postgres/answer-watch.js';
import { sessionOf } from '../../../src/runtime/run-store/postgres/postgres-session.js';
import { postgresTargetOf } from '../../../src/runtime/run-store/postgres/postgres-target.js';
import { entryOf, eventsFrom, ownedRecordOf, recordOf } from '../../../src/runtime/run-store/run-store.fixture.js';
import { codeOf } from '../../../src/runtime/run-store/sqlite/sqlite.fixture.js';
import { describeWithPostgres, PostgresSandbox } from './postgres-sandbox.js';

jest.setTimeout(60_000); // a server is started, perhaps on a busy machine

const { id } = recordOf(1);

describeWithPostgres('A run store in Postgres', 'a server of its own', () => {
  let sandbox: PostgresSandbox;
  beforeAll(async () => {
    sandbox = await PostgresSandbox.open('a server of its own');
  });
  afterAll(() => sandbox.close());

  const tablesOf = async (schema: string): Promise<string[]> => {
    const text = 'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = $1 ORDER BY 1';
    return (await sandbox.query<{ name: string }>(text, [schema])).map(({ name }) => name);
  };

  describe('whose access is refused', () => {
    it.each([
      ['a wrong password', { password: 'wrong horse' }, 'postgres'],
      ['a user that is not there', { user: 'nobody_here' }, 'postgres'],
      ['a database that is not there', {}, 'nothing_here'],
    ])('because of %s says so without the password', async (_name, user, database) => {
      const url = sandbox.server.url(database, user);
      const store = sandbox.store({ url });
      const thrown: unknown = await store.open().catch((error: unknown) => error);

      expect(thrown).toMatchObject({ code: 'SYN_STORE_ACCESS', kind: 'config', details: { path: store.location } });
      const said = inspect(thrown, { depth: 20, showHidden: true }) + inspect(store, { depth: 20, showHidden: true });
      for (const secret of ['wrong horse', 'wrong%20horse', sandbox.server.password, url])
        expect(said).not.toContain(secret);
    });

    it('because its user may not make a schema needs one that was made for it', async () => {
      const schema = sandbox.newSchema();
      await sandbox.query(`CREATE ROLE limited_${schema} LOGIN PASSWORD 'pw'`);
      const url = sandbox.server.url('postgres', { user: `limited_${schema}`, password: 'pw' });

      expect(await codeOf(() => sandbox.store({ url, schema }).open())).toBe('SYN_STORE_ACCESS');
      await sandbox.query(`CREATE SCHEMA ${schema} AUTHORIZATION limited_${schema}`);
      const store = sandbox.store({ url, schema });
      await store.create(recordOf(1));
      expect(await store.get(id)).toEqual(recordOf(1));
    });

    it('because the server only reads', async () => {
      const schema = sandbox.newSchema();
      await sandbox.store({ schema }).create(recordOf(1));
      await sandbox.query(`CREATE ROLE reading_${schema} LOGIN PASSWORD 'pw' IN ROLE pg_read_all_data`);
      await sandbox.query(`ALTER ROLE reading_${schema} SET default_transaction_read_only = on`);
      const url = sandbox.server.url('postgres', { user: `reading_${schema}`, password: 'pw' });
      const store = sandbox.store({ url, schema });

      expect(await store.get(id)).toEqual(recordOf(1));
      expect(await codeOf(() => store.create(recordOf(2)))).toBe('SYN_STORE_ACCESS');
    });
  });

  describe('of another version', () => {
    it('that is newer is refused with both versions, and left as it is', async () => {
      const schema = sandbox.newSchema();
      await sandbox.store({ schema }).create(recordOf(1));
      await sandbox.query(`UPDATE ${schema}.schema_version SET version = 99`);
      const store = sandbox.store({ schema });

      await expect(store.get(id)).rejects.toMatchObject({
        code: 'SYN_STORE_VERSION',
        details: { path: store.location, found: 99, known: MIGRATIONS.length },
      });
      expect(await sandbox.query(`SELECT version FROM ${schema}.schema_version`)).toEqual([{ version: 99 }]);
    });

    const migrated = async (schema: string, ...further: string[]): Promise<void> => {
      const client = new Client({ connectionString: sandbox.url });
      await client.connect();
      try {
        const migrations = [...MIGRATIONS, ...further];
        await migrate(sessionOf(client, Query, new AnswerWatch(60_000)), postgresTargetOf(sandbox.url, schema), {
          migrations,
        });
      } finally {
        await client.end();
      }
    };

    it('that is older is brought forward with its runs', async () => {
      const schema = sandbox.newSchema();
      await sandbox.store({ schema }).create(recordOf(1));
      await migrated(schema, `ALTER TABLE $schema.runs ADD COLUMN team text NOT NULL DEFAULT 'none'`);

      expect(await sandbox.query(`SELECT id, team FROM ${schema}.runs`)).toEqual([{ id, team: 'none' }]);
      expect(await sandbox.query(`SELECT version FROM ${schema}.schema_version`)).toEqual([
        { version: MIGRATIONS.length + 1 },
      ]);
    });

    it('stays what it was when a step forward fails', async () => {
      const schema = sandbox.newSchema();
      await sandbox.store({ schema }).create(recordOf(1));
      const steps = ['ALTER TABLE $schema.runs ADD COLUMN team text', 'ALTER TABLE $schema.nowhere ADD COLUMN a text'];

      await expect(migrated(schema, ...steps)).rejects.toThrow();
      expect(await sandbox.query(`SELECT version FROM ${schema}.schema_version`)).toEqual([
        { version: MIGRATIONS.length },
      ]);
      expect(await sandbox.store({ schema }).get(id)).toEqual(recordOf(1));
    });

    it('is made once by many that start at the same time', async () => {
      const schema = sandbox.newSchema();
      const stores = Array.from({ length: 8 }, () => sandbox.store({ schema }));
      await Promise.all(stores.map((store, number) => store.create(recordOf(number))));

      expect(await stores[0]?.list()).toHaveLength(8);
    });
  });

  it("that is another application's is refused and left as it is", async () => {
    const schema = sandbox.newSchema();
    await sandbox.query(`CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.runs (distance text)`);

    expect(await codeOf(() => sandbox.store({ schema }).open())).toBe('SYN_STORE_CORRUPT');
    expect(await tablesOf(schema)).toEqual(['runs']);
  });

  it('that is only looked into is not made', async () => {
    const schema = sandbox.newSchema();

    expect(await codeOf(() => sandbox.store({ schema, createTables: false }).list())).toBe('SYN_USAGE');
    expect(await tablesOf(schema)).toEqual([]);
  });

  it('whose tables are dropped while it is open says so', async () => {
    const schema = sandbox.newSchema();
    const store = sandbox.store({ schema });
    await store.create(recordOf(1));
    await sandbox.query(`DROP SCHEMA ${schema} CASCADE`);

    expect(await codeOf(() => store.create(recordOf(2)))).toBe('SYN_STORE_CORRUPT');
  });

  describe('whose server reports', () => {
    /** Has the server itself fail every write of a run, with a code of its own choice. */
    const failing = async (sqlState: string, times: number): Promise<string> => {
      const schema = sandbox.newSchema();
      await sandbox.store({ schema }).open();
      await sandbox.query(`
        CREATE SEQUENCE ${schema}.tries;
        CREATE FUNCTION ${schema}.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          IF nextval('${schema}.tries') <= ${times} THEN RAISE EXCEPTION 'by order' USING ERRCODE = '${sqlState}'; END IF;
          RETURN NEW;
        END $$;
        CREATE TRIGGER fail BEFORE INSERT ON ${schema}.runs FOR EACH ROW EXECUTE FUNCTION ${schema}.fail()`);
      return schema;
    };

    it.each([
      ['a full disk', '53100', 'SYN_STORE_FULL', true],
      ['a damaged page', 'XX001', 'SYN_STORE_CORRUPT', false],
      ['a missing right', '42501', 'SYN_STORE_ACCESS', false],
      ['a cancelled statement', '57014', 'SYN_STORE_FAILED', true],
    ])('%s is understood', async (_name, sqlState, code, retryable) => {
      const store = sandbox.store({ schema: await failing(sqlState, 1_000) });

      await expect(store.create(recordOf(1))).rejects.toMatchObject({
        code,
        retryable,
        details: { path: store.location },
      });
      expect(await store.list()).toEqual([]);
    });

    it.each([
      ['a conflict with another transaction', '40001'],
      ['a deadlock', '40P01'],
      ['too many connections', '53300'],
    ])('%s is asked again', async (_name, sqlState) => {
      const store = sandbox.store({ schema: await failing(sqlState, 3) });
      await store.create(recordOf(1));

      expect(await store.list()).toHaveLength(1);
    });
  });

  it('waits for a row that somebody else holds, up to the time that was set, and goes on after it', async () => {
    const schema = sandbox.newSchema();
    const store = sandbox.store({ schema, queryTimeoutMs: 1_000, retryForMs: 100 });
    await store.create(ownedRecordOf(1, 5_000));
    const holder = new Client({ connectionString: sandbox.url });
    await holder.connect();
    await holder.query(`BEGIN; SELECT FROM ${schema}.runs FOR UPDATE`);

    expect(await codeOf(() => store.commit(id, 1, { entries: [entryOf(1)] }))).toBe('SYN_STORE_UNAVAILABLE');
    await holder.query('COMMIT');
    await holder.end();
    expect(await store.commit(id, 1, { entries: [entryOf(1)] })).toBe('committed');
    expect(await store.journal(id)).toHaveLength(1);
  });

  it('takes no more connections than it may, and breaks none of the calls that wait', async () => {
    const store = sandbox.store({ maxConnections: 2 });
    await store.create(ownedRecordOf(1, 5_000));
    const calls = Array.from({ length: 50 }, (_, index) =>
      store.commit(id, 1, { entries: [entryOf(index + 1)], events: eventsFrom(id, index + 1, index + 1) }),
    );
    const text = `SELECT count(*)::int AS count FROM pg_stat_activity WHERE application_name = 'nest-synapse' AND query LIKE $1`;
    const schema = new URL(store.location).searchParams.get('schema') ?? '';
    const [busy] = await sandbox.query<{ count: number }>(text, [`%"${schema}"%`]);

    expect(new Set(await Promise.all(calls))).toEqual(new Set(['committed']));
    expect(busy?.count).toBeLessThanOrEqual(2);
    expect(await store.journal(id)).toHaveLength(50);
  });

  it.each([
    [
      'a commit that is refused',
      (store: PostgresRunStore) => store.commit(id, 1, { entries: [entryOf(1)] }),
      'not_found',
    ],
    ['a run that is made', (store: PostgresRunStore) => store.create(recordOf(1)), undefined],
    ['a change that nothing takes', (store: PostgresRunStore) => store.update(id, { progress: 1 }), false],
  ])('is closed for good by a close during %s, open or not', async (_case, call, outcome) => {
    for (const isOpen of [true, false]) {
      const schema = sandbox.newSchema();
      const store = sandbox.store({ schema });
      if (isOpen) await store.open();
      const called = call(store);
      await store.close();

      expect(await called).toBe(outcome);
      const text = `SELECT FROM pg_stat_activity WHERE application_name = 'nest-synapse' AND query LIKE $1`;
      // The server takes a moment to notice. One that nobody uses is ended after 10 s in any case.
      const latestMs = Date.now() + 8_000;
      while ((await sandbox.query(text, [`%"${schema}"%`])).length > 0) expect(Date.now()).toBeLessThan(latestMs);
    }
  });

  it('goes on after its connections were ended from outside', async () => {
    const store = sandbox.store();
    await store.create(recordOf(1));
    for (let round = 1; round <= 5; round++) {
      await sandbox.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'nest-synapse'",
      );
      expect(await store.update(id, { progress: round })).toBe(true);
    }
    expect(await store.get(id)).toMatchObject({ progress: 5 });
  });

  describe('that --store names', () => {
    let cli: SynapseSandbox;
    beforeEach(() => {
      cli = new SynapseSandbox();
      cli.write({
        'plugin/config.yaml': 'name: Probe\ncode: probe\nversion: 0.1.0\ncategory: custom\n',
        'plugin/actions/greet.ts':
          "import { Action } from 'nest-synapse';\n@Action({ name: 'greet' })\nexport class GreetAction { execute() { return { hello: 'you' }; } }\n",
      });
    });
    afterEach(() => cli.remove());

    it('keeps the runs of the command line, and shows them', async () => {
      const store = `${sandbox.url}?schema=${sandbox.newSchema()}`;
      const run = cli.call(['plugin', 'run', 'greet', '--path', 'plugin', '--store', store, '--json']);
      expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: '' });
      const { id: runId } = JSON.parse(run.stdout) as { id: string };
      const list = JSON.parse(cli.call(['run', 'list', '--store', store, '--json']).stdout) as unknown;
      const events = cli.call(['run', 'events', runId, '--store', store, '--json']).stdout.trim().split('\n');

      expect(list).toMatchObject([{ id: runId, action: 'greet', status: 'completed' }]);
      expect(events.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual([
        'run.started',
        'run.completed',
      ]);
      expect(cli.call(['run', 'prune', '--all', '--store', store]).stdout).toContain('Removed 1 runs');
    });

    it('is named without its password where an interrupted run is told of', async () => {
      const schema = sandbox.newSchema();
      const gone = spawnSync(process.execPath, ['--version']).pid;
      const owner = { host: hostname(), pid: gone, started_at: 1 };
      const path = cli.path('plugin');
      await sandbox.store({ schema }).create(ownedRecordOf(1, 5_000, { owner, plugin: 'probe', plugin_path: path }));
      const store = `${sandbox.url}?schema=${schema}`;
      const { stderr } = cli.call(['plugin', 'run', 'greet', '--path', 'plugin', '--store', store]);

      expect(stderr).toContain(`synapse run resume ${id} --store postgres://synapse@127.0.0.1`);
      expect(stderr).not.toContain(sandbox.server.password);
      expect(stderr).not.toContain(encodeURIComponent(sandbox.server.password));
    });

    it.each([
      ['run', 'list'],
      ['plugin', 'run', 'greet', '--path', 'plugin'],
    ])('is never shown with its password: %s %s', (...words) => {
      const store = sandbox.server.url('nothing_here');
      for (const form of [[], ['--json']]) {
        const { code, stdout, stderr } = cli.call([...words, '--store', store, ...form]);

        expect(code).toBe(3);
        expect(stdout + stderr).toContain('SYN_STORE_ACCESS');
        for (const secret of [sandbox.server.password, encodeURIComponent(sandbox.server.password)]) {
          expect(stdout + stderr).not.toContain(secret);
        }
      }
    });
  });
});
