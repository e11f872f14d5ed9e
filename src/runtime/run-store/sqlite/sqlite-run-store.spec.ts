import { existsSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describeRunStore } from '../run-store.contract.fixture.js';
import { entryOf, eventsFrom, ownedRecordOf, recordOf } from '../run-store.fixture.js';
import { codeOf, StoreSandbox } from './sqlite.fixture.js';
import { SqliteRunStore } from './sqlite-run-store.js';

const { id } = recordOf(1);

describe(SqliteRunStore, () => {
  let sandbox: StoreSandbox;
  beforeEach(() => {
    sandbox = new StoreSandbox();
  });
  afterEach(() => sandbox.remove());

  describeRunStore(() => sandbox.open(), {
    loseLargeValues: () => rmSync(`${sandbox.path}.blobs`, { recursive: true, force: true }),
  });

  it('touches no file before it is used', async () => {
    const store = sandbox.open();
    expect(existsSync(dirname(sandbox.path))).toBe(false);
    await store.open();

    expect(existsSync(sandbox.path)).toBe(true);
  });

  it('answers at once, so that a run waits for nothing', () => {
    const store = sandbox.open();

    expect(store.create(ownedRecordOf(1, 5_000))).toBeUndefined();
    expect(store.append(id, eventsFrom(id, 1, 2))).toBeUndefined();
    expect(store.commit(id, 1, { entries: [entryOf(1)] })).toBe('committed');
    expect(store.renew(id, 1, 6_000)).toEqual({ held: true });
    expect(store.events(id)).toHaveLength(2);
  });

  it('lets nobody else look into its files', async () => {
    const store = sandbox.open();
    await store.create(recordOf(1, { params: 'x'.repeat(100_000) }));
    const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

    expect(modeOf(dirname(sandbox.path))).toBe('700');
    expect(['', '-wal', '-shm'].map((suffix) => modeOf(sandbox.path + suffix))).toEqual(['600', '600', '600']);
    expect(modeOf(`${sandbox.path}.blobs`)).toBe('700');
  });

  it('has what was stored before it was closed, in this object and in another', async () => {
    const store = sandbox.open();
    await store.create(ownedRecordOf(1, 5_000));
    await store.commit(id, 1, { entries: [entryOf(1)], events: eventsFrom(id, 1, 2) });
    store.close();
    store.close();

    for (const reader of [store, sandbox.open()]) {
      expect(await reader.get(id)).toEqual(ownedRecordOf(1, 5_000));
      expect(await reader.journal(id)).toHaveLength(1);
      expect(await reader.events(id)).toHaveLength(2);
    }
  });

  it('shows at once what another connection has stored', async () => {
    const [writer, reader] = [sandbox.open(), sandbox.open()];
    await writer.create(recordOf(1));

    expect(await reader.get(id)).toEqual(recordOf(1));
    await reader.update(id, { status: 'completed' });
    expect((await writer.list())[0]?.status).toBe('completed');
  });

  it.each([
    ['params', 'SYN_STORE_VALUE', (store: SqliteRunStore) => store.create(recordOf(2, { params: { big: 1n } }))],
    ['a result', 'SYN_RESULT_NOT_SERIALIZABLE', (store: SqliteRunStore) => store.update(id, { result: () => 1 })],
    [
      'an entry',
      'SYN_STORE_VALUE',
      (store: SqliteRunStore) => store.commit(id, 0, { entries: [entryOf(1), entryOf(2, { context: 1n })] }),
    ],
  ])('refuses %s without a JSON form, and writes nothing of it', async (_name, code, write) => {
    const store = sandbox.open();
    await store.create(recordOf(1));

    expect(await codeOf(() => write(store))).toBe(code);
    expect(await store.list()).toHaveLength(1);
    expect(await store.get(id)).toEqual(recordOf(1));
    expect(await store.journal(id)).toEqual([]);
  });

  it('keeps an event whatever it holds: one odd value must not cost the others', async () => {
    const store = sandbox.open();
    await store.create(recordOf(1));
    const [event] = eventsFrom(id, 1, 1);
    await store.append(id, event ? [{ ...event, data: { big: 1n } }] : []);

    expect(await store.events(id)).toMatchObject([{ data: { big: '1' } }]);
  });

  it('finds any page of events among many writes of different sizes, with entries in between', async () => {
    const store = sandbox.open();
    await store.create(ownedRecordOf(1, 5_000));
    let last = 0;
    for (let write = 1; write <= 150; write++) {
      const next = last + (write % 4);
      await store.commit(id, 1, { entries: [entryOf(write)], events: eventsFrom(id, last + 1, next) });
      last = next;
    }
    const seqs = async (after: number, limit?: number): Promise<number[]> =>
      (await store.events(id, after, limit)).map(({ seq }) => seq);

    for (let after = 0; after <= last; after++)
      expect((await seqs(after, 3))[0]).toBe(after < last ? after + 1 : undefined);
    expect(await seqs(0)).toEqual(Array.from({ length: last }, (_, index) => index + 1));
    expect(await store.journal(id)).toHaveLength(150);
  });

  it('lets other work go on while it prunes many runs', async () => {
    const store = sandbox.open();
    for (let number = 1; number <= 350; number++) await store.create(recordOf(number, { status: 'completed' }));
    let turns = 0;
    let isOver = false;
    const others = (async () => {
      while (!isOver) {
        await nextTurn();
        turns++;
        await store.append(recordOf(350).id, eventsFrom(recordOf(350).id, turns, turns));
      }
    })();
    await store.prune({ keep: 1 });
    isOver = true;
    await others;

    expect(turns).toBeGreaterThanOrEqual(3);
    expect((await store.list()).map(({ created_at }) => created_at)).toEqual([350]);
  });

  it('gives the space of what it pruned back to the disk', async () => {
    const store = sandbox.open();
    for (let number = 1; number <= 200; number++) {
      await store.create(recordOf(number, { status: 'completed', params: 'x'.repeat(20_000) }));
    }
    store.close();
    const before = statSync(sandbox.path).size;
    await store.prune();
    store.close();

    expect(before).toBeGreaterThan(4_000_000);
    expect(statSync(sandbox.path).size).toBeLessThan(400_000);
  });
});
