import { DatabaseSync } from 'node:sqlite';
import { runInChild } from '../../../../test/run-in-child.js';
import { currentOwner } from '../run-owner.js';
import { ownedRecordOf, recordOf, seqsOf } from '../run-store.fixture.js';
import { expectWholeAfterKill, storePrograms, together } from '../store-processes.fixture.js';
import { StoreSandbox } from './sqlite.fixture.js';

// Each child compiles what it imports.
jest.setTimeout(180_000);

const PROGRAMS = storePrograms({
  name: 'SqliteRunStore',
  file: './src/runtime/run-store/sqlite/sqlite-run-store.js',
});

describe('One SQLite file and several processes', () => {
  let sandbox: StoreSandbox;
  beforeEach(() => {
    sandbox = new StoreSandbox();
  });
  afterEach(() => sandbox.remove());

  it('takes every commit of two that write at the same time', async () => {
    const children = [1, 2].map((number) =>
      runInChild(PROGRAMS.committer, { input: { store: { path: sandbox.path }, number, steps: 400 } }),
    );

    expect(await Promise.all(children)).toEqual([{ committed: 400 }, { committed: 400 }]);
    const store = sandbox.open();
    for (const number of [1, 2]) {
      expect(await store.get(recordOf(number).id)).toMatchObject({ progress: 400, next_steps: ['step_401'] });
      expect(seqsOf(await store.journal(recordOf(number).id))).toEqual(Array.from({ length: 400 }, (_, i) => i + 1));
      expect(await store.events(recordOf(number).id)).toHaveLength(800);
    }
  });

  it('gives each run to one of two that want all', async () => {
    const store = sandbox.open();
    for (let number = 1; number <= 60; number++) await store.create(ownedRecordOf(number, 1));
    const input = { store: { path: sandbox.path }, runs: 60 };
    const [first, second] = await together(2, (meeting) =>
      Promise.all([1, 2].map(() => runInChild<number[]>(PROGRAMS.claimer, { input: { ...input, meeting } }))),
    );

    expect([...(first ?? []), ...(second ?? [])].toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 60 }, (_, index) => index + 1),
    );
    for (const { attempt, epoch } of await store.list()) expect([attempt, epoch]).toEqual([2, 2]);
  });

  it('loses nothing that was acknowledged and keeps nothing by halves when its writer is killed, again and again', async () => {
    await sandbox.open().create(ownedRecordOf(1, 1));
    let earlier = 0;
    for (const lifeMs of [3, 20, 45, 80, 130, 200]) {
      const input = { store: { path: sandbox.path }, lifeMs };
      earlier = await expectWholeAfterKill({ program: PROGRAMS.victim, input, earlier }, () => sandbox.open());
    }
    expect(earlier).toBeGreaterThan(0);
    const db = new DatabaseSync(sandbox.path);
    expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    db.close();
  });

  it('refuses what a process commits after its run was taken from it', async () => {
    const store = sandbox.open();
    const { id } = recordOf(1);
    await store.create(ownedRecordOf(1, 1));
    const late = runInChild(PROGRAMS.late, { input: { store: { path: sandbox.path }, id } });
    while ((await store.journal(id)).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const claim = { owner: currentOwner(), leaseMs: 60_000, now: Date.now() };

    expect(await store.claim(id, claim)).toMatchObject({ claimed: true, lastSeq: 2, run: { attempt: 3 } });
    expect(await late).toEqual(['committed', 'stale_epoch', { held: false }]);
    expect(await store.journal(id)).toHaveLength(1);
  });
});
