import { randomUUID } from 'node:crypto';
import { MemoryRunStore } from './memory-run-store.js';
import { describeRunStore } from './run-store.contract.fixture.js';
import { entryOf, eventsFrom, recordOf } from './run-store.fixture.js';

describe(MemoryRunStore, () => {
  describeRunStore(() => new MemoryRunStore());

  it('answers at once, so that a run in memory waits for nothing', () => {
    const store = new MemoryRunStore();

    expect(store.create(recordOf(1))).toBeUndefined();
    expect(store.update(recordOf(1).id, { attempt: 2 })).toBe(true);
    expect(store.append(recordOf(1).id, eventsFrom(recordOf(1).id, 1, 1))).toBeUndefined();
    expect(store.get(recordOf(1).id)?.attempt).toBe(2);
  });

  it('forgets the finished runs that ended first, and never one that is running', () => {
    const store = new MemoryRunStore({ maxFinishedRuns: 4 });
    for (let number = 1; number <= 6; number++) store.create(recordOf(number));
    for (const number of [4, 2, 5, 6]) store.update(recordOf(number).id, { status: 'completed' });

    expect(store.list().map(({ created_at }) => created_at)).toEqual([6, 5, 3, 1]);
    expect(store.get(recordOf(4).id)).toBeUndefined();
    expect(store.events(recordOf(4).id)).toEqual([]);
  });

  it('keeps to the limit over many runs', () => {
    const store = new MemoryRunStore({ maxFinishedRuns: 10 });
    for (let number = 1; number <= 1_000; number++) {
      store.create(recordOf(number));
      store.update(recordOf(number).id, { status: 'failed' });
    }

    const left = store.list({ limit: 1_000 }).map(({ created_at }) => created_at);

    expect(left.length).toBeGreaterThanOrEqual(5);
    expect(left.length).toBeLessThanOrEqual(10);
    expect(left).toEqual(left.map((_, index) => 1_000 - index));
  });

  it('remembers a run that lasted longer than many others when it ends', () => {
    const store = new MemoryRunStore({ maxFinishedRuns: 4 });
    store.create(recordOf(0));
    for (let number = 1; number <= 7; number++) {
      store.create(recordOf(number));
      store.update(recordOf(number).id, { status: 'completed' });
    }
    store.update(recordOf(0).id, { status: 'completed' });

    expect(store.get(recordOf(0).id)).toMatchObject({ status: 'completed' });
  });

  describe('with the runs of a pipeline', () => {
    const PIPELINE = recordOf(1);
    const CHILDREN = [2, 3, 4];
    let store: MemoryRunStore;
    beforeEach(() => {
      store = new MemoryRunStore({ maxFinishedRuns: 4, isDurable: true });
      store.create(PIPELINE);
      for (const number of CHILDREN) {
        store.create(recordOf(number, { parent_id: PIPELINE.id }), [entryOf(1)]);
        store.update(recordOf(number).id, { status: 'completed' });
      }
    });
    let next = 100;
    const finishOthers = (count: number): void => {
      for (const last = next + count; next < last; next++) {
        store.create(recordOf(next));
        store.update(recordOf(next).id, { status: 'completed' });
      }
    };
    const childrenLeft = (): number[] => store.list({ parentId: PIPELINE.id }).map(({ created_at }) => created_at);

    it('remembers those of its actions for as long as it is not over, with their journals', () => {
      finishOthers(50);

      expect(childrenLeft()).toEqual([4, 3, 2]);
      expect(store.journal(recordOf(2).id)).toHaveLength(1);
    });

    it('forgets them with it, and not before', () => {
      finishOthers(7);
      store.update(PIPELINE.id, { status: 'completed' });
      for (let count = 0; store.get(PIPELINE.id); count++) {
        expect(childrenLeft()).toEqual([4, 3, 2]);
        expect(count).toBeLessThan(10);
        finishOthers(1);
      }

      expect(childrenLeft()).toEqual([]);
      expect(store.journal(recordOf(2).id)).toEqual([]);
      expect(store.list().length).toBeLessThanOrEqual(4);
    });
  });

  it('forgets the oldest events of a chatty run, and gives a reader of those what is left', () => {
    const store = new MemoryRunStore({ maxRecentEvents: 10 });
    const id = randomUUID();
    store.create(recordOf(1, { id }));
    for (let seq = 1; seq <= 95; seq++) store.append(id, eventsFrom(id, seq, seq));
    const left = store.events(id).map(({ seq }) => seq);

    expect(left.length).toBeGreaterThanOrEqual(10);
    expect(left.length).toBeLessThanOrEqual(20);
    expect(left.at(-1)).toBe(95);
    expect(left).toEqual(left.map((_, index) => 95 - left.length + 1 + index));
    expect(store.events(id, 93)).toEqual(eventsFrom(id, 94, 95));
  });

  it('lets go of everything when it is closed, and can be used again', () => {
    const store = new MemoryRunStore();
    store.create(recordOf(1));
    store.close();

    expect(store.list()).toEqual([]);
    store.create(recordOf(1));
    expect(store.list()).toHaveLength(1);
  });
});
