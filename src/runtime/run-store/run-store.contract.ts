import type { RunStatus } from '../../foundation/config/enums.js';
import { eventsFrom, recordOf, seqsOf } from './contract-values.js';
import { describeJournals } from './journal.contract.js';
import { describeLeases } from './lease.contract.js';
import { describeLostValues, type RunStoreSuiteOptions } from './lost-values.contract.js';
import { describeRecovery } from './recovery.contract.js';
import { describePruning } from './prune.contract.js';
import type { RunStore } from './run-store.interface.js';
import { forEachRow, type TestFrame } from './test-frame.js';

/** What every {@link RunStore} must hold to; each implementation runs it. */
export function describeRunStore(
  frame: TestFrame,
  create: () => RunStore | Promise<RunStore>,
  { loseLargeValues }: RunStoreSuiteOptions = {},
): void {
  const { describe, it, expect, beforeEach, afterEach } = frame;
  let store: RunStore;
  beforeEach(async () => {
    store = await create();
  });
  afterEach(() => store.close());

  async function all(id: string, afterSeq = 0): Promise<number[]> {
    const found: number[] = [];
    for (;;) {
      const events = await store.events(id, found.at(-1) ?? afterSeq, 7);
      if (events.length === 0) return found;
      found.push(...seqsOf(events));
    }
  }

  describe('keeps records and', () => {
    it('gives a record back as it was created', async () => {
      const record = recordOf(1, { job_id: 'j1', plugin_path: '/plugins/digits' });
      await store.create(record);

      await expect(Promise.resolve(store.get(record.id))).resolves.toEqual(record);
    });

    it('knows nothing of a run that was not created', async () => {
      await expect(Promise.resolve(store.get(recordOf(1).id))).resolves.toBeUndefined();
      await expect(Promise.resolve(store.update(recordOf(1).id, { status: 'failed' }))).resolves.toBe(false);
      await store.append(recordOf(1).id, eventsFrom(recordOf(1).id, 1, 2));
      await expect(all(recordOf(1).id)).resolves.toEqual([]);
    });

    it('refuses an id that is taken, and leaves the earlier run as it is', async () => {
      await store.create(recordOf(1));

      await expect((async () => store.create(recordOf(1, { action: 'other' })))()).rejects.toThrow(/id/);
      expect((await store.get(recordOf(1).id))?.action).toBe('train');
    });

    it('changes what a change names, and only that', async () => {
      await store.create(recordOf(1));
      await store.update(recordOf(1).id, { attempt: 2 });
      await store.update(recordOf(1).id, { started_at: 5 });

      await expect(Promise.resolve(store.get(recordOf(1).id))).resolves.toEqual(
        recordOf(1, { attempt: 2, started_at: 5 }),
      );
    });

    forEachRow<RunStatus>(frame, ['completed', 'failed', 'cancelled'])(
      'never changes a run that is %s',
      async (status) => {
        await store.create(recordOf(1));

        await expect(Promise.resolve(store.update(recordOf(1).id, { status, ended_at: 9 }))).resolves.toBe(true);
        await expect(Promise.resolve(store.update(recordOf(1).id, { status: 'running' }))).resolves.toBe(false);
        await expect(Promise.resolve(store.update(recordOf(1).id, { result: 1, ended_at: 10 }))).resolves.toBe(false);
        await expect(Promise.resolve(store.get(recordOf(1).id))).resolves.toEqual(recordOf(1, { status, ended_at: 9 }));
      },
    );

    it('lists them newest first, filtered and limited', async () => {
      await store.create(recordOf(2, { plugin: 'digits' }));
      await store.create(recordOf(3, { action: 'evaluate' }));
      await store.create(recordOf(1));
      await store.update(recordOf(3).id, { status: 'completed' });
      const listed = async (filter?: Parameters<RunStore['list']>[0]): Promise<number[]> =>
        (await store.list(filter)).map(({ created_at }) => created_at);

      await expect(listed()).resolves.toEqual([3, 2, 1]);
      await expect(listed({ limit: 2 })).resolves.toEqual([3, 2]);
      await expect(listed({ plugin: 'digits' })).resolves.toEqual([2]);
      await expect(listed({ action: 'train' })).resolves.toEqual([2, 1]);
      await expect(listed({ status: 'running' })).resolves.toEqual([2, 1]);
      await expect(listed({ status: 'running', plugin: 'app', action: 'train' })).resolves.toEqual([1]);
      await expect(listed({ plugin: 'nobody' })).resolves.toEqual([]);
    });

    it('lists those created at a time or later', async () => {
      for (const number of [1, 2, 3]) await store.create(recordOf(number));

      expect((await store.list({ since: 2 })).map(({ created_at }) => created_at)).toEqual([3, 2]);
      expect(await store.list({ since: 4 })).toEqual([]);
    });

    it('lists the children of a run', async () => {
      await store.create(recordOf(1));
      await store.create(recordOf(2, { parent_id: recordOf(1).id }));
      await store.create(recordOf(3, { parent_id: recordOf(2).id }));

      expect((await store.list({ parentId: recordOf(1).id })).map(({ created_at }) => created_at)).toEqual([2]);
    });

    it('lists them without what may be large', async () => {
      await store.create(recordOf(1));
      await store.update(recordOf(1).id, { status: 'completed', result: { text: 'long' } });
      const { params: _params, ...summary } = recordOf(1, { status: 'completed' });

      expect(await store.list()).toEqual([summary]);
    });

    it('gives 100 where nobody says how many', async () => {
      for (let number = 1; number <= 120; number++) await store.create(recordOf(number));

      expect(await store.list()).toHaveLength(100);
      expect(await store.list({ limit: 110 })).toHaveLength(110);
    });

    forEachRow(frame, [
      ['null', null],
      ['false', false],
      ['zero', 0],
      ['empty text', ''],
      ['a list', [1, [2]]],
      ['an object', { a: null }],
    ])('gives params and a result that are %s back', async ([, value]) => {
      await store.create(recordOf(1, { params: value }));
      await store.update(recordOf(1).id, { status: 'completed', result: value });

      expect(await store.get(recordOf(1).id)).toEqual(
        recordOf(1, { params: value, status: 'completed', result: value }),
      );
    });

    it('gives params and a result of a megabyte back', async () => {
      const params = { text: '가'.repeat(400_000) };
      const result = Array.from({ length: 100_000 }, (_, index) => index);
      await store.create(recordOf(1, { params }));
      await store.update(recordOf(1).id, { result });

      expect(await store.get(recordOf(1).id)).toEqual(recordOf(1, { params, result }));
    });

    it('gives the error of a run back', async () => {
      const error = {
        name: 'ExecutionError',
        code: 'SYN_EXECUTION_FAILED' as const,
        kind: 'execution' as const,
        message: 'it\'s "broken"',
        retryable: false,
        details: { at: [1, 2] },
        causes: ['disk'],
      };
      await store.create(recordOf(1));
      await store.update(recordOf(1).id, { status: 'failed', error });

      expect(await store.get(recordOf(1).id)).toEqual(recordOf(1, { status: 'failed', error }));
      expect((await store.list())[0]?.error).toEqual(error);
    });

    it('leaves what a change has as undefined', async () => {
      await store.create(recordOf(1, { started_at: 5, progress: 10 }));
      await store.update(recordOf(1).id, { status: 'running', result: undefined, progress: 20 });

      expect(await store.get(recordOf(1).id)).toEqual(recordOf(1, { started_at: 5, progress: 20 }));
    });
  });

  describe('keeps events and', () => {
    const { id } = recordOf(1);
    beforeEach(() => store.create(recordOf(1)));

    it('gives them back in order, also to a read right after the append', async () => {
      await store.append(id, eventsFrom(id, 1, 3));
      expect(await store.events(id)).toEqual(eventsFrom(id, 1, 3));
      await store.append(id, eventsFrom(id, 4, 20));

      await expect(all(id)).resolves.toEqual(seqsOf(eventsFrom(id, 1, 20)));
    });

    it('gives those after a number, and nothing after the last', async () => {
      await store.append(id, eventsFrom(id, 1, 20));

      await expect(all(id, 12)).resolves.toEqual([13, 14, 15, 16, 17, 18, 19, 20]);
      await expect(all(id, 20)).resolves.toEqual([]);
      await expect(all(id, 99)).resolves.toEqual([]);
    });

    it('ignores an event whose number is there already: the same append may come twice', async () => {
      await store.append(id, eventsFrom(id, 1, 3));
      await store.append(id, eventsFrom(id, 2, 5));
      await store.append(id, eventsFrom(id, 2, 5));

      await expect(all(id)).resolves.toEqual([1, 2, 3, 4, 5]);
    });

    it('still takes events of a run that is over: the terminal one comes last', async () => {
      await store.update(id, { status: 'completed' });
      await store.append(id, eventsFrom(id, 1, 2));

      await expect(all(id)).resolves.toEqual([1, 2]);
    });

    it('keeps those of two runs apart', async () => {
      const other = recordOf(2);
      await store.create(other);
      await store.append(id, eventsFrom(id, 1, 2));
      await store.append(other.id, eventsFrom(other.id, 1, 3));

      await expect(all(id)).resolves.toEqual([1, 2]);
      await expect(all(other.id)).resolves.toEqual([1, 2, 3]);
    });

    it('gives back any value that an event holds', async () => {
      const data = { event: '학습 🎉', nested: [null, { a: [] }], large: 'x'.repeat(200_000) };
      const [event] = eventsFrom(id, 1, 1).map((plain) => ({ ...plain, type: 'metrics' as const, data }));
      await store.append(id, event ? [event] : []);

      expect(await store.events(id)).toEqual([event]);
    });

    it('takes an append of nothing', async () => {
      await store.append(id, []);

      expect(await store.events(id)).toEqual([]);
    });

    it('gives at most as many as asked for, and 1,000 where nobody says', async () => {
      await store.append(id, eventsFrom(id, 1, 1_200));

      expect(await store.events(id)).toHaveLength(1_000);
      expect(seqsOf(await store.events(id, 1_100, 2))).toEqual([1_101, 1_102]);
    });
  });

  describeJournals(frame, () => store);
  describeLeases(frame, () => store);
  describePruning(frame, () => store);
  describeRecovery(frame, () => store);
  if (loseLargeValues) describeLostValues(frame, () => store, loseLargeValues);
}
