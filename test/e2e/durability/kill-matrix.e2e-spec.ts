import { join } from 'node:path';
import { SqliteRunStore } from '../../../src/runtime/run-store/sqlite/sqlite-run-store.js';
import { KillMatrix, type KillReport } from '../../durability/kill-matrix.js';
import { Victims } from '../../durability/victims.js';

jest.setTimeout(240_000);

describe('Processes that are killed at every write of a run, on SQLite', () => {
  const victims = new Victims({ leaseMs: 300 });
  const where = { store: join(victims.folder, 'runs.sqlite') };
  const store = new SqliteRunStore({ path: where.store });
  let reports: readonly KillReport[] = [];
  beforeAll(async () => {
    reports = await new KillMatrix(victims, where, store).run();
  });
  afterAll(async () => {
    store.close();
    await victims.close();
  });

  it('die at each of them: before it, in its middle, and when it is durable', () => {
    const killed = reports.filter(({ signal }) => signal === 'SIGKILL');
    const points = new Set(killed.map(({ crash, fails }) => `${crash} ${fails}`));

    expect(points.size).toBe(3 * (7 + 13));
    expect(new Set(reports.map(({ crash, fails }) => `${crash} ${fails}`))).toEqual(points);
  });

  it('leave a run, unless they die before it is there', () => {
    const without = reports.filter(({ run }) => run === undefined).map(({ crash }) => crash);

    expect(without.sort()).toEqual(['1:before', '1:before', '1:torn', '1:torn']);
  });

  it('leave runs that another process completes, or undoes as they would have been, each effect once, events without a gap', () => {
    expect(reports.filter(({ faults }) => faults.length > 0)).toEqual([]);
    const taken = reports.filter(({ run }) => (run?.epoch ?? 0) > 1);
    expect(taken.length).toBeGreaterThan(reports.length * 0.8);
  });
});

describe('A process whose event loop is blocked for longer than its lease, on SQLite', () => {
  const victims = new Victims({ leaseMs: 300 });
  const where = { store: join(victims.folder, 'runs.sqlite') };
  const store = new SqliteRunStore({ path: where.store });
  afterAll(async () => {
    store.close();
    await victims.close();
  });

  it('loses its run to another one, and what it commits late is refused', async () => {
    const taker = victims.spawn('take', where);
    await taker.until((lines) => lines.includes('ready'));
    const hanging = victims.spawn('block', where, { params: { fails: false }, blockMs: 3_000 });
    await hanging.until((lines) => lines.includes('blocked'));
    const [run] = await store.list();
    const id = run?.id ?? '';
    await taker.until((lines) => lines.includes(`over ${id}`));
    expect(hanging.lines).toEqual(['blocked']); // it hangs while another process has finished
    const ended = await store.get(id);
    const late = await hanging.ended;

    expect(ended).toMatchObject({ status: 'completed', epoch: 2, attempt: 2 });
    expect(late.lines.at(-1)).toMatch(/^failed SYN_LEASE_LOST /);
    expect(await store.get(id)).toEqual(ended);
    expect((await store.journal(id)).map(({ name, epoch }) => `${name} ${epoch}`)).toEqual(
      expect.arrayContaining(['reserve 1', 'copy 2', 'pay 2']),
    );
    expect(victims.requests().filter(({ word }) => word === 'done')).toHaveLength(5);
  });
});
