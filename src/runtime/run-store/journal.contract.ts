import type { RunStatus } from '../../foundation/config/enums.js';
import { entryOf, eventsFrom, ownedRecordOf, recordOf, seqsOf } from './contract-values.js';
import type { RunStore } from './run-store.interface.js';
import { forEachRow, type TestFrame } from './test-frame.js';

/** What a store's commits and journals must hold to. */
export function describeJournals(frame: TestFrame, current: () => RunStore): void {
  const { describe, it, expect, beforeEach } = frame;
  const { id } = recordOf(1);

  describe('keeps a journal and', () => {
    let store: RunStore;
    beforeEach(async () => {
      store = current();
      await store.create(ownedRecordOf(1, 5_000));
    });

    it('has none for a run that has committed nothing, or is not there', async () => {
      expect(await store.journal(id)).toEqual([]);
      expect(await store.journal(recordOf(2).id)).toEqual([]);
    });

    it('gives an entry back as it was committed, with the epoch it was committed in', async () => {
      expect(await store.commit(id, 1, { entries: [entryOf(1)] })).toBe('committed');

      expect(await store.journal(id)).toEqual([{ ...entryOf(1), epoch: 1 }]);
    });

    it('leaves out what an entry does not have, and keeps null, false, zero and empty text', async () => {
      const bare = { seq: 1, kind: 'undo' as const, name: 'upload', at: 7 };
      const odd = entryOf(2, { result: null, rollback_data: false, context: '' });
      await store.commit(id, 1, { entries: [bare, odd, entryOf(3, { result: 0 })] });
      const entries = await store.journal(id);

      expect(Object.keys(entries[0] ?? {}).toSorted()).toEqual(['at', 'epoch', 'kind', 'name', 'seq']);
      expect(entries[1]).toEqual({ ...odd, epoch: 1 });
      expect(entries[2]?.result).toBe(0);
    });

    it('keeps the entries of several commits in the order of their numbers', async () => {
      await store.commit(id, 1, { entries: [entryOf(1), entryOf(2)] });
      await store.commit(id, 1, { entries: [entryOf(4)] });
      await store.commit(id, 1, { entries: [entryOf(3)] });
      for (let seq = 5; seq <= 12; seq++) await store.commit(id, 1, { entries: [entryOf(seq)] });

      expect(seqsOf(await store.journal(id))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    });

    it('ignores an entry whose number is there: the same commit may come twice', async () => {
      await store.commit(id, 1, { entries: [entryOf(1)] });
      expect(await store.commit(id, 1, { entries: [entryOf(1, { name: 'other' }), entryOf(2)] })).toBe('committed');

      expect((await store.journal(id)).map(({ name }) => name)).toEqual(['step_1', 'step_2']);
    });

    it('keeps steps and their undoing apart by their kind', async () => {
      await store.commit(id, 1, { entries: [entryOf(1), entryOf(2, { kind: 'undo', name: 'step_1' })] });

      expect((await store.journal(id)).map(({ kind, name }) => `${kind} ${name}`)).toEqual([
        'step step_1',
        'undo step_1',
      ]);
    });

    it('keeps the journals of two runs apart', async () => {
      await store.create(ownedRecordOf(2, 5_000));
      await store.commit(id, 1, { entries: [entryOf(1)] });
      await store.commit(recordOf(2).id, 1, { entries: [entryOf(1, { name: 'its own' })] });

      expect((await store.journal(id)).map(({ name }) => name)).toEqual(['step_1']);
      expect((await store.journal(recordOf(2).id)).map(({ name }) => name)).toEqual(['its own']);
    });

    forEachRow(frame, [
      ['text of other scripts and pictures', '학습 完了 🎉 \u0000 "quoted" \n'],
      ['a value far beyond the size of a row', { text: 'x'.repeat(300_000), list: Array(1_000).fill(7) }],
      ['a deep value', JSON.parse('['.repeat(50) + ']'.repeat(50)) as unknown],
      ['text that looks like a reference', `@sha256:${'0'.repeat(64)}`],
      ['fractions and large numbers', [0.1, 1e300, -0.5, Number.MAX_SAFE_INTEGER]],
    ])('gives back %s', async ([, value]) => {
      await store.commit(id, 1, { entries: [entryOf(1, { result: value, rollback_data: value, context: value })] });
      const [entry] = await store.journal(id);

      expect(entry).toMatchObject({ result: value, rollback_data: value, context: value });
    });
  });

  describe('commits as one and', () => {
    let store: RunStore;
    beforeEach(async () => {
      store = current();
      await store.create(ownedRecordOf(1, 5_000));
    });

    it('writes entries, the run and events together', async () => {
      const change = { next_steps: ['convert', 'upload'], progress: 33.33 };
      expect(await store.commit(id, 1, { entries: [entryOf(1)], change, events: eventsFrom(id, 1, 2) })).toBe(
        'committed',
      );

      expect(seqsOf(await store.journal(id))).toEqual([1]);
      expect(await store.get(id)).toEqual(ownedRecordOf(1, 5_000, change));
      expect(await store.events(id)).toEqual(eventsFrom(id, 1, 2));
    });

    it('takes a commit of nothing from the owner', async () => {
      expect(await store.commit(id, 1, {})).toBe('committed');
      expect(await store.get(id)).toEqual(ownedRecordOf(1, 5_000));
    });

    it('replaces the next steps and the progress with each commit', async () => {
      await store.commit(id, 1, { change: { next_steps: ['a', 'b'], progress: 10 } });
      await store.commit(id, 1, { change: { next_steps: [], progress: 100 } });

      expect(await store.get(id)).toMatchObject({ next_steps: [], progress: 100 });
    });

    forEachRow(frame, [0, 2, 7])(
      'refuses the epoch %s, which is not the current one, and writes nothing of it',
      async (epoch) => {
        const late = { entries: [entryOf(1)], change: { progress: 50 }, events: eventsFrom(id, 1, 1) };

        expect(await store.commit(id, epoch, late)).toBe('stale_epoch');
        expect(await store.journal(id)).toEqual([]);
        expect(await store.events(id)).toEqual([]);
        expect(await store.get(id)).toEqual(ownedRecordOf(1, 5_000));
      },
    );

    forEachRow<RunStatus>(frame, ['completed', 'failed', 'cancelled'])(
      'writes nothing to a run that is %s',
      async (status) => {
        await store.update(id, { status });

        expect(await store.commit(id, 1, { entries: [entryOf(1)], events: eventsFrom(id, 1, 1) })).toBe('ended');
        expect(await store.journal(id)).toEqual([]);
        expect(await store.events(id)).toEqual([]);
      },
    );

    it('ends a run with its result, once', async () => {
      const change = { status: 'completed' as const, result: { accuracy: 0.97 }, ended_at: 99 };
      expect(await store.commit(id, 1, { entries: [entryOf(1)], change })).toBe('committed');
      expect(await store.commit(id, 1, { entries: [entryOf(2)], change })).toBe('ended');

      expect(await store.get(id)).toMatchObject(change);
      expect(seqsOf(await store.journal(id))).toEqual([1]);
    });

    it('says that a run is not there', async () => {
      expect(await store.commit(recordOf(2).id, 1, { entries: [entryOf(1)] })).toBe('not_found');
      expect(await store.journal(recordOf(2).id)).toEqual([]);
    });

    it('takes the events of a commit that were stored before it only once', async () => {
      await store.append(id, eventsFrom(id, 1, 3));
      await store.commit(id, 1, { events: eventsFrom(id, 2, 5) });

      expect(seqsOf(await store.events(id))).toEqual([1, 2, 3, 4, 5]);
    });

    it('lets a run that no process owns commit in epoch 0', async () => {
      await store.create(recordOf(2));

      expect(await store.commit(recordOf(2).id, 0, { entries: [entryOf(1)] })).toBe('committed');
      expect(await store.commit(recordOf(2).id, 1, { entries: [entryOf(2)] })).toBe('stale_epoch');
    });
  });
}
