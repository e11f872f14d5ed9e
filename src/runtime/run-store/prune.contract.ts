import type { RunStatus } from '../../foundation/config/enums.js';
import { entryOf, eventsFrom, ownedRecordOf, recordOf } from './contract-values.js';
import type { PruneRequest, RunStore } from './run-store.interface.js';
import { forEachRow, type TestFrame } from './test-frame.js';

/** What a store's retention must hold to. */
export function describePruning(frame: TestFrame, current: () => RunStore): void {
  const { describe, it, expect, beforeEach } = frame;
  describe('prunes and', () => {
    let store: RunStore;
    beforeEach(async () => {
      store = current();
      const ends: readonly RunStatus[] = ['completed', 'failed', 'cancelled', 'completed', 'completed'];
      for (const [index, status] of ends.entries()) {
        await store.create(recordOf(index + 1));
        await store.update(recordOf(index + 1).id, { status, ended_at: (index + 1) * 100 });
      }
      await store.create(recordOf(6));
      await store.create(recordOf(7, { status: 'pending' }));
    });

    const left = async (request?: PruneRequest): Promise<number[]> => {
      const before = (await store.list()).length;
      const { runs } = await store.prune(request);
      const runsLeft = (await store.list()).map(({ created_at }) => created_at);
      expect(runsLeft).toHaveLength(before - runs);
      return runsLeft;
    };

    it('removes every finished run when nothing is asked for, and none that is not', async () => {
      expect(await left()).toEqual([7, 6]);
    });

    it('removes those that ended longer ago than asked for', async () => {
      expect(await left({ olderThanMs: 700, now: 1_000 })).toEqual([7, 6, 5, 4, 3]);
    });

    it('removes those in one state', async () => {
      expect(await left({ status: 'completed' })).toEqual([7, 6, 3, 2]);
    });

    forEachRow<RunStatus>(frame, ['running', 'pending'])('removes nothing that is %s', async (status) => {
      expect(await left({ status })).toEqual([7, 6, 5, 4, 3, 2, 1]);
    });

    it('keeps the newest', async () => {
      expect(await left({ keep: 2 })).toEqual([7, 6, 5, 4]);
    });

    it('keeps the newest of those in one state', async () => {
      expect(await left({ status: 'completed', keep: 1 })).toEqual([7, 6, 5, 3, 2]);
    });

    it('holds all conditions together', async () => {
      expect(await left({ status: 'completed', keep: 1, olderThanMs: 800, now: 1_000 })).toEqual([7, 6, 5, 4, 3, 2]);
    });

    it('keeps as many as there are, when more are to be kept', async () => {
      expect(await left({ keep: 50 })).toEqual([7, 6, 5, 4, 3, 2, 1]);
    });

    it('removes a run with all that belongs to it', async () => {
      const { id } = recordOf(8);
      await store.create(ownedRecordOf(8, 100));
      await store.commit(id, 1, { entries: [entryOf(1)], events: eventsFrom(id, 1, 2), change: { status: 'failed' } });
      await store.prune();

      expect(await store.get(id)).toBeUndefined();
      expect(await store.events(id)).toEqual([]);
      expect(await store.journal(id)).toEqual([]);
      expect(await store.commit(id, 1, {})).toBe('not_found');
    });

    it('leaves what belongs to other runs', async () => {
      await store.append(recordOf(6).id, eventsFrom(recordOf(6).id, 1, 3));
      await store.commit(recordOf(6).id, 0, { entries: [entryOf(1)] });
      await store.prune();

      expect(await store.events(recordOf(6).id)).toHaveLength(3);
      expect(await store.journal(recordOf(6).id)).toHaveLength(1);
      expect((await store.get(recordOf(6).id))?.params).toEqual({ epochs: 6 });
    });

    it('frees the id of what it removed', async () => {
      await store.prune();
      await store.create(recordOf(1));

      expect(await store.get(recordOf(1).id)).toEqual(recordOf(1));
    });

    it('keeps the children of a run that is not over, until it is', async () => {
      await store.create(recordOf(8, { parent_id: recordOf(6).id }));
      await store.update(recordOf(8).id, { status: 'completed', ended_at: 1 });
      expect(await left()).toEqual([8, 7, 6]);
      await store.update(recordOf(6).id, { status: 'failed', ended_at: 2 });

      expect(await left()).toEqual([7]);
    });

    describe('of a run with children', () => {
      beforeEach(async () => {
        await store.prune();
        await store.create(recordOf(10));
        for (const number of [11, 12]) {
          await store.create(recordOf(number, { parent_id: recordOf(10).id }));
          await store.update(recordOf(number).id, { status: 'completed', ended_at: number * 100 });
        }
        await store.update(recordOf(10).id, { status: 'failed', ended_at: 2_000 });
      });

      it('removes none of them as long as it stays itself: an undo of it needs them', async () => {
        expect(await left({ olderThanMs: 500, now: 2_100 })).toEqual([12, 11, 10, 7, 6]);
        expect(await left({ status: 'completed' })).toEqual([12, 11, 10, 7, 6]);
        expect(await left({ olderThanMs: 50, now: 2_100 })).toEqual([7, 6]);
      });

      it('removes them with it, whatever they came to', async () => {
        expect(await left({ status: 'failed' })).toEqual([7, 6]);
      });

      it('counts them and it as one', async () => {
        await store.create(recordOf(9));
        await store.update(recordOf(9).id, { status: 'completed', ended_at: 900 });

        expect(await left({ keep: 2 })).toEqual([12, 11, 10, 9, 7, 6]);
        expect(await left({ keep: 1 })).toEqual([12, 11, 10, 7, 6]);
      });
    });

    it('removes many', async () => {
      for (let number = 10; number < 260; number++) {
        await store.create(recordOf(number));
        await store.update(recordOf(number).id, { status: 'completed', ended_at: number });
      }

      expect(await store.prune({ keep: 1 })).toMatchObject({ runs: 254 });
      expect((await store.list()).map(({ created_at }) => created_at)).toEqual([259, 7, 6]);
    });

    it('tells which runs are gone, once they are', async () => {
      const gone: string[] = [];
      const kept: boolean[] = [];
      const onRemoved = (ids: readonly string[]): void => void gone.push(...ids);
      const report = await store.prune({ keep: 1, onRemoved });
      for (const id of gone) kept.push((await store.get(id)) !== undefined);

      expect(gone).toHaveLength(report.runs);
      expect(gone.length).toBeGreaterThan(0);
      expect(kept).toEqual(gone.map(() => false));
    });

    it('finds nothing to remove the second time', async () => {
      await store.prune();

      expect(await store.prune()).toEqual({ runs: 0, blobs: 0 });
    });
  });
}
