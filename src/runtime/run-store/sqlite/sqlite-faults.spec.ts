import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { dirname } from 'node:path';
import { eventsFrom, recordOf } from '../run-store.fixture.js';
import { codeOf, StoreSandbox } from './sqlite.fixture.js';
import { MIGRATIONS, migrate } from './sqlite-migrations.js';

const { id } = recordOf(1);

describe('A run store file', () => {
  let sandbox: StoreSandbox;
  beforeEach(() => {
    sandbox = new StoreSandbox();
    mkdirSync(dirname(sandbox.path));
  });
  afterEach(() => sandbox.remove());

  describe('that another process holds', () => {
    let holder: DatabaseSync;
    beforeEach(async () => {
      await sandbox.open().create(recordOf(1));
      holder = new DatabaseSync(sandbox.path);
      holder.exec('BEGIN IMMEDIATE');
    });
    afterEach(() => holder.close());

    it('is waited for, while the event loop goes on', async () => {
      const store = sandbox.open();
      const written = Promise.resolve(store.append(id, eventsFrom(id, 1, 1)));
      setTimeout(() => holder.exec('COMMIT'), 100);
      await written;

      expect(await store.events(id)).toHaveLength(1);
    });

    it('is given up after the time that was set, with nothing written', async () => {
      const store = sandbox.open({ busyTimeoutMs: 60 });

      expect(await codeOf(() => store.update(id, { progress: 50 }))).toBe('SYN_STORE_LOCKED');
      holder.exec('COMMIT');
      expect(await store.get(id)).toEqual(recordOf(1));
    });

    it('can still be read', async () => {
      expect(await sandbox.open({ busyTimeoutMs: 0 }).get(id)).toEqual(recordOf(1));
    });

    it('takes what was to be written at the time of the call', async () => {
      const store = sandbox.open();
      const params = { epochs: 1 };
      const written = Promise.resolve(store.create(recordOf(2, { params })));
      params.epochs = 99;
      holder.exec('COMMIT');
      await written;

      expect((await store.get(recordOf(2).id))?.params).toEqual({ epochs: 1 });
    });
  });

  describe('that is full', () => {
    it('says so, keeps what it has, and takes new runs once old ones are pruned', async () => {
      const store = sandbox.open({ maxBytes: 300_000 });
      await store.create(recordOf(1));
      await store.update(id, { status: 'completed' });
      let number = 1;
      const fill = (): Promise<string | undefined> =>
        codeOf(() => store.create(recordOf(++number, { status: 'completed', params: `${number}`.repeat(5_000) })));
      let code: string | undefined;
      while ((code = await fill()) === undefined);

      expect(code).toBe('SYN_STORE_FULL');
      expect(await store.get(recordOf(number).id)).toBeUndefined();
      expect(await store.list({ limit: 1_000 })).toHaveLength(number - 1);
      await store.prune();
      expect(await fill()).toBeUndefined();
    });
  });

  describe('that is damaged', () => {
    it.each([
      ['is text', (path: string) => writeFileSync(path, 'not a database, '.repeat(500))],
      ['lost its end', (path: string) => truncateSync(path, 8_192)],
      ['has noise in its middle', (path: string) => scribble(path)],
    ])('because it %s is refused and left as it is', async (_name, damage) => {
      const store = sandbox.open();
      for (let number = 1; number <= 50; number++) await store.create(recordOf(number, { params: 'x'.repeat(2_000) }));
      store.close();
      damage(sandbox.path);
      const before = readFileSync(sandbox.path);
      const read = async (): Promise<void> => {
        for (let number = 1; number <= 50; number++) await store.get(recordOf(number).id);
        await store.list();
      };

      expect(await codeOf(read)).toBe('SYN_STORE_CORRUPT');
      store.close();
      expect(readFileSync(sandbox.path).equals(before)).toBe(true);
    });

    it("since it is another application's is refused and left as it is", async () => {
      const db = new DatabaseSync(sandbox.path);
      db.exec('CREATE TABLE customers (name TEXT)');
      db.close();
      const before = readFileSync(sandbox.path);

      expect(await codeOf(() => sandbox.open().create(recordOf(1)))).toBe('SYN_STORE_CORRUPT');
      expect(readFileSync(sandbox.path).equals(before)).toBe(true);
    });
  });

  it("that another process makes while this one looks at it is not taken for another application's", () => {
    const makeIt = (): void => {
      const other = new DatabaseSync(sandbox.path);
      try {
        migrate(other, sandbox.path);
      } catch (thrown) {
        expect(thrown).toMatchObject({ errcode: 5 }); // it has to wait for who looks
      }
      other.close();
    };
    class Interrupted extends DatabaseSync {
      override prepare(...given: Parameters<DatabaseSync['prepare']>): ReturnType<DatabaseSync['prepare']> {
        if (given[0].includes('sqlite_master')) makeIt();
        return super.prepare(...given);
      }
    }
    const db = new Interrupted(sandbox.path);
    migrate(db, sandbox.path);

    expect(db.prepare('PRAGMA user_version').get()).toMatchObject({ user_version: MIGRATIONS.length });
    db.close();
  });

  describe('of another version', () => {
    it('that is newer is refused with both versions, and left as it is', async () => {
      await sandbox.open().create(recordOf(1));
      const db = new DatabaseSync(sandbox.path);
      db.exec('PRAGMA user_version = 99; PRAGMA wal_checkpoint(TRUNCATE)');
      db.close();
      const before = readFileSync(sandbox.path);
      const store = sandbox.open();

      await expect((async () => store.get(id))()).rejects.toMatchObject({
        code: 'SYN_STORE_VERSION',
        details: { path: sandbox.path, found: 99, known: MIGRATIONS.length },
      });
      expect(readFileSync(sandbox.path).equals(before)).toBe(true);
    });

    it('that is older is brought forward with its runs', async () => {
      await sandbox.open().create(recordOf(1));
      const db = new DatabaseSync(sandbox.path);
      migrate(db, sandbox.path, [...MIGRATIONS, "ALTER TABLE runs ADD COLUMN team TEXT NOT NULL DEFAULT 'none'"]);

      expect(db.prepare('SELECT id, team FROM runs').all()).toMatchObject([{ id, team: 'none' }]);
      expect(db.prepare('PRAGMA user_version').get()).toMatchObject({ user_version: MIGRATIONS.length + 1 });
      db.close();
    });

    it('that has a row for each event and entry keeps them all', async () => {
      mkdirSync(dirname(sandbox.path), { recursive: true });
      const db = new DatabaseSync(sandbox.path);
      migrate(db, sandbox.path, MIGRATIONS.slice(0, 2));
      for (const number of [1, 2]) {
        const run = `'${recordOf(number).id}'`;
        db.exec(`INSERT INTO runs (id, plugin, action, mode, status, attempt, epoch, created_at, idempotency_key)
            VALUES (${run}, 'digits', 'train', 'local', 'completed', 1, 1, ${number}, ${run});
          INSERT INTO run_params VALUES (${run}, '{"n":${number}}');
          INSERT INTO events VALUES (${run}, 1, 'run.started', 1, '2026-01-01T00:00:00.000Z', '{"it''s":"${number}"}'),
            (${run}, 2, 'run.completed', 1, '2026-01-01T00:00:01.000Z', '{}');
          INSERT INTO journal VALUES (${run}, 1, 1, 'step', 'a "b"', 5, '{"success":true}', NULL, '{"x":[1]}'),
            (${run}, 2, 1, 'step', 'c', 6, NULL, '{}', NULL)`);
      }
      db.close();
      const store = sandbox.open();
      const second = recordOf(2).id;

      expect(await store.get(second)).toMatchObject({ id: second, status: 'completed', params: { n: 2 } });
      expect(await store.events(second)).toMatchObject([
        { seq: 1, type: 'run.started', attempt: 1, time: '2026-01-01T00:00:00.000Z', data: { "it's": '2' } },
        { seq: 2, type: 'run.completed', data: {} },
      ]);
      expect(await store.events(second, 1)).toMatchObject([{ seq: 2 }]);
      expect(await store.journal(second)).toEqual([
        { seq: 1, kind: 'step', name: 'a "b"', at: 5, epoch: 1, result: { success: true }, context: { x: [1] } },
        { seq: 2, kind: 'step', name: 'c', at: 6, epoch: 1, rollback_data: {} },
      ]);
      expect((await store.list()).map(({ id: listed }) => listed)).toEqual([second, id]);
      await store.append(second, eventsFrom(second, 3, 4));
      expect((await store.events(second)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    });

    it('stays what it was when a step forward fails', async () => {
      await sandbox.open().create(recordOf(1));
      const db = new DatabaseSync(sandbox.path);
      const broken = [...MIGRATIONS, 'ALTER TABLE runs ADD COLUMN team TEXT', 'ALTER TABLE nowhere ADD COLUMN a'];

      expect(() => migrate(db, sandbox.path, broken)).toThrow(/nowhere/);
      expect(db.prepare('PRAGMA user_version').get()).toMatchObject({ user_version: MIGRATIONS.length });
      db.close();
      expect(await sandbox.open().get(id)).toEqual(recordOf(1));
    });
  });
});

function scribble(path: string): void {
  const bytes = readFileSync(path);
  bytes.fill(0xa5, 4_096, bytes.length - 4_096);
  writeFileSync(path, bytes);
}
