import { join } from 'node:path';
import { DEFAULT_LEASE_MS } from '../../src/runtime/run-store/run-store.interface.js';
import { SqliteRunStore } from '../../src/runtime/run-store/sqlite/sqlite-run-store.js';
import { expectLost, type HangReport, hangOwner } from '../durability/hanging-owner.js';
import { Victims } from '../durability/victims.js';
import { describeWithPostgres, PostgresSandbox } from './postgres/postgres-sandbox.js';

const BLOCK_MS = 30_000;

jest.setTimeout(180_000);

/** With the lease that stores have when nobody says otherwise; the short ones of the kill matrix may hide what takes its time. */
describe(`A process whose event loop stands still for ${BLOCK_MS / 1_000} s`, () => {
  let victims: Victims;
  let sqlite: SqliteRunStore;
  let onSqlite: Promise<HangReport>;
  beforeAll(() => {
    victims = new Victims({ leaseMs: DEFAULT_LEASE_MS });
    const path = join(victims.folder, 'runs.sqlite');
    sqlite = new SqliteRunStore({ path });
    // It hangs beside the one on Postgres, which is waited for first.
    onSqlite = hangOwner(victims, { where: { store: path }, store: sqlite }, BLOCK_MS);
    onSqlite.catch(() => undefined);
  });
  afterAll(async () => {
    await sqlite.close();
    await victims.close();
  });

  describeWithPostgres('on Postgres', 'a database', () => {
    let sandbox: PostgresSandbox;
    beforeAll(async () => {
      sandbox = await PostgresSandbox.open('a database');
    });
    afterAll(() => sandbox.close());

    it('loses its run to another one, and what it commits late is refused', async () => {
      const schema = sandbox.newSchema();
      const site = { where: { store: sandbox.url, schema }, store: sandbox.store({ schema }) };

      expectLost(await hangOwner(victims, site, BLOCK_MS));
    });
  });

  describe('on SQLite', () => {
    it('loses its run to another one, and what it commits late is refused', async () => {
      expectLost(await onSqlite);
    });
  });
});
