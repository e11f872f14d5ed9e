import type { PostgresRunStore } from '../../../src/runtime/run-store/postgres/postgres-run-store.js';
import { entryOf, eventsFrom, ownedRecordOf, recordOf } from '../../../src/runtime/run-store/run-store.fixture.js';
import { LARGE } from './blob-site.js';

/** A store, and the place where it keeps large values. */
export interface LargeValueSite {
  /** One more on the same runs and the same place. */
  readonly open: () => PostgresRunStore;
  /** How many large values are there. */
  readonly count: () => number | Promise<number>;
}

const { id } = recordOf(1);

/** What holds of large values wherever a store keeps them. */
export function describeLargeValues({ open, count }: LargeValueSite): void {
  it('keeps each once, however often it is stored', async () => {
    const store = open();
    await store.create(ownedRecordOf(1, 5_000, { params: LARGE }));
    await store.create(recordOf(2, { params: LARGE }));
    const [event] = eventsFrom(id, 1, 1);
    const entries = [entryOf(1, { result: LARGE, rollback_data: LARGE, context: LARGE })];
    const change = { result: LARGE, next_steps: ['b'] };
    await store.commit(id, 1, { entries, change, events: event ? [{ ...event, data: LARGE }] : [] });

    expect(await count()).toBe(1);
    expect(await store.journal(id)).toEqual([{ ...entries[0], epoch: 1 }]);
    expect(await store.events(id)).toEqual([{ ...event, data: LARGE }]);
    expect(await store.get(id)).toEqual(ownedRecordOf(1, 5_000, { params: LARGE, ...change }));
    expect(await store.claim(id, { owner: { host: 'h', pid: 1, started_at: 1 }, leaseMs: 9, now: 9e12 })).toMatchObject(
      { claimed: true, run: { params: LARGE, result: LARGE } },
    );
  });

  it('removes them with the last run that refers to them', async () => {
    const store = open();
    for (const number of [1, 2]) await store.create(recordOf(number, { params: LARGE }));
    await store.update(recordOf(1).id, { status: 'completed' });
    expect(await store.prune()).toEqual({ runs: 1, blobs: 0 });
    expect((await store.get(recordOf(2).id))?.params).toEqual(LARGE);
    await store.update(recordOf(2).id, { status: 'completed' });

    expect(await store.prune()).toEqual({ runs: 1, blobs: 1 });
    expect(await count()).toBe(0);
  });

  it('loses none to those who prune while it is stored again', async () => {
    const store = open();
    let isOver = false;
    const pruner = open();
    const pruning = (async () => {
      while (!isOver) await pruner.prune();
    })();
    for (let number = 1; number <= 40; number++) {
      const run = recordOf(number, { params: LARGE });
      await store.create(run);
      expect((await store.get(run.id))?.params).toEqual(LARGE);
      await store.update(run.id, { status: 'completed' });
    }
    isOver = true;
    await pruning;
    await store.prune();
    expect(await count()).toBe(0);
  });
}
