import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { Client, Query } from 'pg';
import { StepResult } from '../../../src/authoring/steps/step-result.js';
import { StorageConnectionError, StoragePermissionError } from '../../../src/foundation/errors/storage.errors.js';
import { LocalStorage } from '../../../src/resources/storage/providers/local/local-storage.js';
import { ActionRegistry } from '../../../src/runtime/discovery/action-registry.js';
import { ExecutorRegistry } from '../../../src/runtime/executors/executor-registry.js';
import { MIGRATIONS, migrate } from '../../../src/runtime/run-store/postgres/postgres-migrations.js';
import type { PostgresRunStore } from '../../../src/runtime/run-store/postgres/postgres-run-store.js';
import { AnswerWatch } from '../../../src/runtime/run-store/postgres/answer-watch.js';
import { sessionOf } from '../../../src/runtime/run-store/postgres/postgres-session.js';
import { postgresTargetOf } from '../../../src/runtime/run-store/postgres/postgres-target.js';
import { entryOf, eventsFrom, ownedRecordOf, recordOf } from '../../../src/runtime/run-store/run-store.fixture.js';
import { codeOf } from '../../../src/runtime/run-store/sqlite/sqlite.fixture.js';
import { WORK_PROVIDERS, World } from '../../../src/runtime/runner/durable-steps.fixture.js';
import { PluginRunner } from '../../../src/runtime/runner/plugin-runner.service.js';
import { hostedRunner } from '../../../src/runtime/runner/runner.fixture.js';
import { BlobPlace } from './blob-place.js';
import { BlobSite, LARGE } from './blob-site.js';
import { describeWithPostgres } from './postgres-sandbox.js';

jest.setTimeout(60_000);

const { id } = recordOf(1);

/** A storage in a folder on which something can be done before each write. */
class FaultyStorage extends LocalStorage {
  writes = 0;
  beforeWrite: (body: string) => string = (body) => body;

  override write(...[key, body, options]: Parameters<LocalStorage['write']>): Promise<string> {
    this.writes++;
    const text = this.beforeWrite(body as string);
    return super.write(key, text, { ...options, sizeBytes: undefined });
  }
}

describeWithPostgres('The storage of large values of a run store in Postgres', 'a database', () => {
  const site = BlobSite.forEach('a database');
  let store: PostgresRunStore;
  beforeEach(() => {
    store = site.store();
  });

  const faulty = (blobTimeoutMs = 5_000): { storage: FaultyStorage; store: PostgresRunStore } => {
    const storage = new FaultyStorage({ location: site.place.path });
    return { storage, store: site.store({ blobStorage: { storage }, blobTimeoutMs }) };
  };

  describe('from which an object', () => {
    beforeEach(async () => {
      await store.create(ownedRecordOf(1, 5_000, { params: LARGE }));
      await store.create(recordOf(2));
    });

    const sizeOf = (): number => readFileSync(site.place.files()[0] ?? '').length;

    it.each([
      ['is missing', (file: string) => rmSync(file), () => 'is missing'],
      [
        'was cut',
        (file: string) => writeFileSync(file, readFileSync(file).subarray(0, 99)),
        (size: number) => `has 99 bytes, and ${size} were written`,
      ],
      [
        'was changed',
        (file: string) => writeFileSync(file, readFileSync(file).fill('x')),
        () => 'does not hold what was written',
      ],
    ])('%s says so with run, value, URL and cure', async (_name, damage, problem) => {
      const [file = ''] = site.place.files();
      const size = sizeOf();
      damage(file);

      await expect(store.get(id)).rejects.toMatchObject({
        code: 'SYN_STORE_VALUE_LOST',
        kind: 'config',
        retryable: false,
        message: expect.stringMatching(
          /^The params of run .* cannot be read: .* Restore that object from a copy .* until then run .* cannot be shown, resumed, undone or forked\. Other runs/,
        ) as string,
        details: { run_id: id, value: 'params', url: `file://${file}`, problem: problem(size) },
      });
      expect(await store.list()).toHaveLength(2);
      expect(await store.get(recordOf(2).id)).toEqual(recordOf(2));
      expect(
        await codeOf(() => store.claim(id, { owner: { host: 'h', pid: 1, started_at: 1 }, leaseMs: 9, now: 9e12 })),
      ).toBe('SYN_STORE_VALUE_LOST');
      expect((await store.list()).find((run) => run.id === id)).toMatchObject({ epoch: 1, attempt: 1 });
    });

    it('is missing is written again by the next run with that value, for both', async () => {
      rmSync(site.place.files()[0] ?? '');
      await store.create(recordOf(3, { params: LARGE }));

      expect((await store.get(recordOf(3).id))?.params).toEqual(LARGE);
      expect((await store.get(id))?.params).toEqual(LARGE);
      expect(await store.prune()).toEqual({ runs: 0, blobs: 0 });
    });

    it('is missing has its run refused to whoever would go on with it, and not to a prune', async () => {
      const host = await hostedRunner({ providers: [...WORK_PROVIDERS] });
      const registry = host.app.get(ActionRegistry);
      const runner = new PluginRunner({ registry, executors: host.app.get(ExecutorRegistry), store });
      const handle = await runner.run({ action: 'work', params: { word: LARGE.text, token: 'hidden' } });
      await handle.result();
      for (const file of site.place.files()) rmSync(file);

      expect(await codeOf(() => store.get(handle.id))).toBe('SYN_STORE_VALUE_LOST');
      expect(await codeOf(() => runner.resume(handle.id))).toBe('SYN_STORE_VALUE_LOST');
      expect(await codeOf(() => runner.undo(handle.id))).toBe('SYN_STORE_VALUE_LOST');
      expect(await codeOf(() => runner.fork(handle.id))).toBe('SYN_STORE_VALUE_LOST');
      expect(await store.list()).toHaveLength(3);
      expect(await store.prune()).toMatchObject({ runs: 1 });
      expect(await store.list()).toHaveLength(2);
      await host.app.close();
    });

    it('is of the journal or of an event names that', async () => {
      const [event] = eventsFrom(id, 1, 1);
      await store.commit(id, 1, {
        entries: [entryOf(1, { context: LARGE })],
        events: event ? [{ ...event, data: LARGE }] : [],
      });
      rmSync(site.place.files()[0] ?? '');

      await expect(store.journal(id)).rejects.toMatchObject({ details: { run_id: id, value: 'journal' } });
      await expect(store.events(id)).rejects.toMatchObject({ details: { run_id: id, value: 'events' } });
    });

    it('is to be read by a store that was opened without it names its folder', async () => {
      const without = site.store({ blobStorage: undefined });

      await expect(without.get(id)).rejects.toMatchObject({
        code: 'SYN_STORE_VALUE_LOST',
        message: expect.stringContaining(
          `?blob_storage= in the URL that --store takes, is ${site.place.url}`,
        ) as string,
      });
      expect(await without.list()).toHaveLength(2);
    });
  });

  it('is tried again while it is away for a while', async () => {
    const { storage, store: shaky } = faulty();
    storage.beforeWrite = (body) => {
      if (storage.writes < 3) throw new StorageConnectionError('upload', 'it is away');
      return body;
    };
    await shaky.create(recordOf(1, { params: LARGE }));

    expect(storage.writes).toBe(3);
    expect((await shaky.get(id))?.params).toEqual(LARGE);
  });

  it('that swallows bytes and says nothing is found out before a run refers to them', async () => {
    const { storage, store: sloppy } = faulty();
    storage.beforeWrite = (body) => body.slice(0, 1_000);

    await expect(sloppy.create(recordOf(1, { params: LARGE }))).rejects.toMatchObject({
      code: 'SYN_STORE_VALUE_UNAVAILABLE',
      details: { run_id: id, reason: expect.stringContaining('only 1000 of its bytes have arrived') as string },
    });
    expect(await store.list()).toEqual([]);
    expect(await store.prune()).toEqual({ runs: 0, blobs: 1 });
  });

  it('that cannot be reached is no reason not to open the store', async () => {
    const blobStorage = 's3://bucket/a?endpoint_url=http://127.0.0.1:1&access_key=env:PATH&secret_key=env:PATH';
    const far = site.store({ blobStorage });
    await far.open();

    expect(await far.list()).toEqual([]);
  });

  it('that refuses is not asked again', async () => {
    const { storage, store: refused } = faulty();
    storage.beforeWrite = () => {
      throw new StoragePermissionError('upload', 'no right to write');
    };

    await expect(refused.create(recordOf(1, { params: LARGE }))).rejects.toMatchObject({
      code: 'SYN_STORE_VALUE_UNAVAILABLE',
      retryable: true,
    });
    expect(storage.writes).toBe(1);
  });

  it.each([
    ['a variable that is not set', 's3://bucket/a?access_key=env:SYNAPSE_NOT_SET'],
    ['a provider that is not there', 'tape://1'],
    ['a parameter that it has not', 'file:///srv/values?locatoin=a'],
    ['a folder that leads out of it', 's3://b/%2E%2E%2Fa?access_key=env:PATH&secret_key=env:PATH'],
    ['a rule broken', { storage: { provider: 's3', configuration: { bucket_name: 1 } } }],
  ])('that is configured with %s says so when the store is opened', async (_name, blobStorage) => {
    const misled = site.store({ blobStorage });

    expect(await codeOf(() => misled.open())).toBe('SYN_STORE_BLOB_STORAGE');
    expect(await codeOf(() => misled.create(recordOf(1, { params: LARGE })))).toBe('SYN_STORE_BLOB_STORAGE');
    await misled.create(recordOf(1));
    expect(await misled.list()).toHaveLength(1);
  });

  it('that is away for too long in the middle of a run leaves a run that is gone on with', async () => {
    const host = await hostedRunner({ providers: [...WORK_PROVIDERS] });
    const runnerOn = (runs: PostgresRunStore, pid: number): PluginRunner =>
      new PluginRunner({
        registry: host.app.get(ActionRegistry),
        executors: host.app.get(ExecutorRegistry),
        store: runs,
        owner: { host: `host-${pid}.invalid`, pid, started_at: 1 },
      });
    const storage = new FaultyStorage({ location: site.place.path });
    storage.beforeWrite = () => {
      throw new StorageConnectionError('upload', 'it is away');
    };
    const away = site.store({ blobStorage: { storage }, blobTimeoutMs: 400, leaseMs: 300 });
    const world = host.app.get(World);
    world.instead.set('b', () => StepResult.ok({ word: LARGE.text }));
    const handle = await runnerOn(away, 1).run({ action: 'work' });

    expect(await codeOf(() => handle.result())).toBe('SYN_LEASE_LOST');
    expect(await away.get(handle.id)).toMatchObject({ status: 'running', next_steps: ['b'] });
    await (
      await runnerOn(site.store({ leaseMs: 300 }), 2).resume(handle.id, {
        wait: true,
      })
    ).result();
    expect(await store.get(handle.id)).toMatchObject({ status: 'completed', attempt: 2 });
    expect(site.place.files()).not.toEqual([]);
    await host.app.close();
  });

  it('is not asked by the sweep of a store without it, and swept by the next one with it', async () => {
    await store.create(recordOf(1, { params: LARGE }));
    await store.update(id, { status: 'completed' });

    expect(await site.store({ blobStorage: undefined }).prune()).toEqual({ runs: 1, blobs: 0 });
    expect(site.place.files()).toHaveLength(1);
    expect(await store.prune()).toEqual({ runs: 0, blobs: 1 });
  });

  it('that was moved is read where it is now', async () => {
    await store.create(recordOf(1, { params: LARGE }));
    const there = new BlobPlace();
    rmSync(there.path, { recursive: true });
    renameSync(site.place.path, there.path);

    expect((await site.store({ blobStorage: there.url }).get(id))?.params).toEqual(LARGE);
    there.remove();
  });

  it('comes into a schema of the version before, whose large values are rows and stay readable', async () => {
    const source = site.sandbox.newSchema();
    await site.sandbox.store({ schema: source }).create(recordOf(1, { params: LARGE }));
    const client = new Client({ connectionString: site.sandbox.url });
    await client.connect();
    await migrate(sessionOf(client, Query, new AnswerWatch(60_000)), postgresTargetOf(site.sandbox.url, site.schema), {
      migrations: MIGRATIONS.slice(0, 1),
    });
    await client.end();
    await site.sandbox.query(`INSERT INTO ${site.schema}.runs OVERRIDING SYSTEM VALUE SELECT * FROM ${source}.runs`);
    await site.sandbox.query(`INSERT INTO ${site.schema}.blobs SELECT hash, content FROM ${source}.blobs`);
    await site.sandbox.query(`INSERT INTO ${site.schema}.blob_uses SELECT * FROM ${source}.blob_uses`);

    expect(await store.get(id)).toEqual(recordOf(1, { params: LARGE }));
    await store.create(recordOf(2, { params: LARGE }));
    await store.create(recordOf(3, { params: { more: LARGE } }));
    expect(site.place.files()).toHaveLength(1);
    expect(await site.sandbox.query(`SELECT version FROM ${site.schema}.schema_version`)).toEqual([
      { version: MIGRATIONS.length },
    ]);
    for (const number of [1, 2, 3]) await store.update(recordOf(number).id, { status: 'completed' });
    expect(await store.prune()).toEqual({ runs: 3, blobs: 2 });
    expect(site.place.files()).toEqual([]);
  });
});
