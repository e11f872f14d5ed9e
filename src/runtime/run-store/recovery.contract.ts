import type { RunStatus } from '../../foundation/config/enums.js';
import { entryOf, ownedRecordOf, ownerOf, recordOf } from './contract-values.js';
import { describeLateUndo } from './late-undo.contract.js';
import type { RunClaim } from './run-lease.js';
import type { RunStore } from './run-store.interface.js';
import { forEachRow, type TestFrame } from './test-frame.js';

const ENDS: readonly RunStatus[] = ['completed', 'failed', 'cancelled'];

const claimAt = (now: number): RunClaim => ({ owner: ownerOf(2), leaseMs: 300, now });

/** What a store must hold to where runs are undone after their end, told to end by others, or forked. */
export function describeRecovery(frame: TestFrame, current: () => RunStore): void {
  describeLateUndo(frame, current);
  describeCancelRequests(frame, current);
  describeForks(frame, current);
}

function describeCancelRequests(frame: TestFrame, current: () => RunStore): void {
  const { describe, it, expect, beforeEach } = frame;
  const { id } = recordOf(1);

  describe('takes requests to end a run and', () => {
    let store: RunStore;
    beforeEach(async () => {
      store = current();
      await store.create(ownedRecordOf(1, 5_000));
    });

    it('tells its owner of them with each renewal', async () => {
      expect(await store.renew(id, 1, 6_000)).toEqual({ held: true });
      expect(await store.requestCancel(id, 'enough')).toBe(true);

      expect(await store.renew(id, 1, 7_000)).toEqual({ held: true, cancelRequested: 'enough' });
      expect(await store.renew(id, 1, 8_000)).toEqual({ held: true, cancelRequested: 'enough' });
      expect(await store.get(id)).toMatchObject({
        status: 'running',
        lease_expires_at: 8_000,
        cancel_requested: 'enough',
      });
    });

    it('keeps the first reason', async () => {
      await store.requestCancel(id, '그만 🛑');

      expect(await store.requestCancel(id, 'second')).toBe(true);
      expect(await store.get(id)).toMatchObject({ cancel_requested: '그만 🛑' });
    });

    it('takes them for a run that waits', async () => {
      await store.create(recordOf(2, { status: 'pending' }));

      expect(await store.requestCancel(recordOf(2).id, 'enough')).toBe(true);
      expect(await store.claim(recordOf(2).id, claimAt(1))).toMatchObject({ run: { cancel_requested: 'enough' } });
    });

    it('hands them on to whoever takes the run over', async () => {
      await store.requestCancel(id, 'enough');

      expect(await store.expired(5_000)).toMatchObject([{ id, cancel_requested: 'enough' }]);
      expect(await store.claim(id, claimAt(5_000))).toMatchObject({
        claimed: true,
        run: { cancel_requested: 'enough' },
      });
    });

    forEachRow(frame, ENDS)('does not take them for a run that is %s', async (status) => {
      await store.update(id, { status });

      expect(await store.requestCancel(id, 'late')).toBe(false);
      expect((await store.get(id))?.cancel_requested).toBeUndefined();
    });

    it('does not take them for a run that is not there', async () => {
      expect(await store.requestCancel(recordOf(2).id, 'enough')).toBe(false);
    });

    it('says nothing of them to an earlier owner', async () => {
      await store.requestCancel(id, 'enough');
      await store.claim(id, claimAt(5_000));

      expect(await store.renew(id, 1, 9_000)).toEqual({ held: false });
    });
  });
}

function describeForks(frame: TestFrame, current: () => RunStore): void {
  const { describe, it, expect, beforeEach } = frame;
  const { id } = recordOf(1);

  describe('makes forks and', () => {
    let store: RunStore;
    beforeEach(() => {
      store = current();
    });

    it('has the journal that a run begins with, in its epoch', async () => {
      const record = ownedRecordOf(1, 5_000, { forked_from: recordOf(2).id, next_steps: ['step_3'], progress: 40 });
      await store.create(record, [entryOf(1), entryOf(2)]);

      expect(await store.get(id)).toEqual(record);
      expect(await store.list()).toMatchObject([{ forked_from: recordOf(2).id }]);
      expect(await store.journal(id)).toEqual([
        { ...entryOf(1), epoch: 1 },
        { ...entryOf(2), epoch: 1 },
      ]);
    });

    it('goes on with the next number', async () => {
      await store.create(ownedRecordOf(1, 5_000), [entryOf(1)]);
      await store.commit(id, 1, { entries: [entryOf(1, { name: 'other' }), entryOf(2)] });

      expect((await store.journal(id)).map(({ name }) => name)).toEqual(['step_1', 'step_2']);
    });

    it('keeps large values of it', async () => {
      const context = { text: '가'.repeat(100_000) };
      await store.create(ownedRecordOf(1, 5_000), [entryOf(1, { context })]);

      expect(await store.journal(id)).toMatchObject([{ context }]);
    });

    it('writes none of it when the id is taken', async () => {
      await store.create(recordOf(1));

      await expect((async () => store.create(recordOf(1), [entryOf(1)]))()).rejects.toThrow(/id/);
      expect(await store.journal(id)).toEqual([]);
    });

    it('takes a journal that has nothing in it', async () => {
      await store.create(recordOf(1), []);

      expect(await store.journal(id)).toEqual([]);
    });
  });
}
