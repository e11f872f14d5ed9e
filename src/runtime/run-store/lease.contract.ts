import type { RunStatus } from '../../foundation/config/enums.js';
import { spawnSync } from 'node:child_process';
import type { RunEvent } from '../../authoring/reporting/run-event.js';
import { currentOwner } from './run-owner.js';
import { entryOf, eventsFrom, ownedRecordOf, ownerOf, recordOf } from './contract-values.js';
import type { RunStore } from './run-store.interface.js';
import { forEachRow, type TestFrame } from './test-frame.js';

const claimAt = (now: number, pid = 2) => ({ owner: ownerOf(pid), leaseMs: 300, now });

/** What a store's leases must hold to. */
export function describeLeases(frame: TestFrame, current: () => RunStore): void {
  const { describe, it, expect, beforeEach } = frame;
  const { id } = recordOf(1);
  let store: RunStore;
  beforeEach(() => {
    store = current();
  });

  describe('gives runs to owners and', () => {
    it('keeps the lease that a run is created with', async () => {
      await store.create(ownedRecordOf(1, 1_000));

      expect(await store.get(id)).toMatchObject({ epoch: 1, owner: ownerOf(1), lease_expires_at: 1_000 });
    });

    it('gives a run that waits to whoever comes, as its first attempt', async () => {
      await store.create(recordOf(1, { status: 'pending' }));
      const outcome = await store.claim(id, claimAt(500));
      const granted = {
        status: 'running',
        attempt: 1,
        epoch: 1,
        owner: ownerOf(2),
        lease_expires_at: 800,
        started_at: 500,
      };

      expect(outcome).toMatchObject({ claimed: true, lastSeq: 0, run: { ...recordOf(1), ...granted } });
      expect(await store.get(id)).toEqual({ ...recordOf(1), ...granted });
    });

    it('gives it to the first of two', async () => {
      await store.create(recordOf(1, { status: 'pending' }));
      const outcomes = [await store.claim(id, claimAt(500, 2)), await store.claim(id, claimAt(500, 3))];

      expect(outcomes.map(({ claimed }) => claimed)).toEqual([true, false]);
      expect((await store.get(id))?.owner).toEqual(ownerOf(2));
    });

    it('takes a run over from the very end of its lease on, with the next epoch and attempt', async () => {
      await store.create(ownedRecordOf(1, 1_000, { started_at: 1 }));

      expect(await store.claim(id, claimAt(999))).toEqual({ claimed: false, reason: 'owned' });
      expect(await store.claim(id, claimAt(1_000))).toMatchObject({ claimed: true });
      expect(await store.get(id)).toEqual(
        ownedRecordOf(1, 1_300, { owner: ownerOf(2), epoch: 2, attempt: 2, started_at: 1 }),
      );
    });

    it('counts on with each takeover', async () => {
      await store.create(ownedRecordOf(1, 0));
      for (let round = 1; round <= 5; round++) await store.claim(id, claimAt(round * 1_000, round));

      expect(await store.get(id)).toMatchObject({ epoch: 6, attempt: 6, owner: ownerOf(5) });
    });

    it('says the number of the last event, so that the new owner goes on after it', async () => {
      await store.create(ownedRecordOf(1, 0));
      await store.append(id, eventsFrom(id, 1, 7));
      expect(await store.claim(id, claimAt(1_000))).toMatchObject({ lastSeq: 7 });
      await store.commit(id, 2, { events: attempted(2, eventsFrom(id, 8, 30)) });

      expect(await store.claim(id, claimAt(2_000))).toMatchObject({ lastSeq: 30 });
    });

    it('takes a run over at once when its owner is a process of this host that is gone', async () => {
      const { pid } = spawnSync(process.execPath, ['--version']);
      await store.create(ownedRecordOf(1, 1_000, { owner: { ...currentOwner(), pid } }));

      expect(await store.claim(id, claimAt(1))).toMatchObject({ claimed: true, run: { attempt: 2, epoch: 2 } });
    });

    it('takes a run over at once when the number of its owner now belongs to another process', async () => {
      await store.create(ownedRecordOf(1, 1_000, { owner: { ...currentOwner(), started_at: 1 } }));

      expect(await store.claim(id, claimAt(1))).toMatchObject({ claimed: true });
    });

    it('leaves a run with an owner of this host that lives', async () => {
      await store.create(ownedRecordOf(1, 1_000, { owner: currentOwner() }));

      expect(await store.claim(id, claimAt(1))).toEqual({ claimed: false, reason: 'owned' });
    });

    it('leaves a running run that has no lease to whoever made it', async () => {
      await store.create(recordOf(1));

      expect(await store.claim(id, claimAt(1_000_000))).toEqual({ claimed: false, reason: 'owned' });
    });

    forEachRow<RunStatus>(frame, ['completed', 'failed', 'cancelled'])(
      'gives nobody a run that is %s',
      async (status) => {
        await store.create(ownedRecordOf(1, 0));
        await store.update(id, { status });

        expect(await store.claim(id, claimAt(1_000))).toEqual({ claimed: false, reason: 'ended' });
        expect(await store.get(id)).toEqual({ ...recordOf(1, { status }), epoch: 1, owner: ownerOf(1) });
      },
    );

    it('says that a run is not there', async () => {
      expect(await store.claim(id, claimAt(1))).toEqual({ claimed: false, reason: 'not_found' });
      expect(await store.renew(id, 1, 1_000)).toEqual({ held: false });
    });

    it('hands the journal of the earlier owner on', async () => {
      await store.create(ownedRecordOf(1, 0));
      await store.commit(id, 1, { entries: [entryOf(1)], change: { next_steps: ['step_2'] } });
      await store.claim(id, claimAt(1_000));
      await store.commit(id, 2, { entries: [entryOf(2)] });

      expect((await store.journal(id)).map(({ seq, epoch }) => [seq, epoch])).toEqual([
        [1, 1],
        [2, 2],
      ]);
      expect(await store.get(id)).toMatchObject({ next_steps: ['step_2'] });
    });

    it('refuses what the earlier owner commits afterwards', async () => {
      await store.create(ownedRecordOf(1, 0));
      await store.claim(id, claimAt(1_000));

      expect(await store.commit(id, 1, { entries: [entryOf(1)], change: { status: 'completed' } })).toBe('stale_epoch');
      expect(await store.get(id)).toMatchObject({ status: 'running', epoch: 2 });
      expect(await store.journal(id)).toEqual([]);
    });

    it('ignores events that the earlier owner still sends, so that their numbers are free', async () => {
      await store.create(ownedRecordOf(1, 0));
      await store.append(id, eventsFrom(id, 1, 2));
      await store.claim(id, claimAt(1_000));
      await store.append(id, eventsFrom(id, 3, 4));
      await store.append(id, attempted(2, eventsFrom(id, 3, 3)));

      expect((await store.events(id)).map(({ seq, attempt }) => [seq, attempt])).toEqual([
        [1, 1],
        [2, 1],
        [3, 2],
      ]);
    });
  });

  describe('renews leases and', () => {
    it('puts the end off for the current owner only', async () => {
      await store.create(ownedRecordOf(1, 1_000));

      expect(await store.renew(id, 1, 2_000)).toEqual({ held: true });
      expect(await store.renew(id, 0, 3_000)).toEqual({ held: false });
      expect(await store.renew(id, 2, 3_000)).toEqual({ held: false });
      expect(await store.get(id)).toEqual(ownedRecordOf(1, 2_000));
      expect(await store.claim(id, claimAt(1_999))).toEqual({ claimed: false, reason: 'owned' });
    });

    it('still renews a lease that is over, while nobody has taken the run', async () => {
      await store.create(ownedRecordOf(1, 1_000));

      expect(await store.renew(id, 1, 9_000)).toEqual({ held: true });
      expect(await store.claim(id, claimAt(5_000))).toEqual({ claimed: false, reason: 'owned' });
    });

    it('tells the earlier owner that the run is no longer its own', async () => {
      await store.create(ownedRecordOf(1, 0));
      await store.claim(id, claimAt(1_000));

      expect(await store.renew(id, 1, 9_000)).toEqual({ held: false });
      expect(await store.get(id)).toMatchObject({ lease_expires_at: 1_300 });
    });

    it('hands a run back by ending its lease', async () => {
      await store.create(ownedRecordOf(1, 5_000));
      await store.renew(id, 1, 0);

      expect(await store.claim(id, claimAt(100))).toMatchObject({ claimed: true });
    });

    it('never brings the end of a lease forward: a renewal may come late, or twice', async () => {
      await store.create(ownedRecordOf(1, 1_000));
      await store.renew(id, 1, 5_000);

      expect(await store.renew(id, 1, 2_000)).toEqual({ held: true });
      expect(await store.get(id)).toMatchObject({ lease_expires_at: 5_000 });
    });

    it('does not renew the lease of a run that is over', async () => {
      await store.create(ownedRecordOf(1, 1_000));
      await store.update(id, { status: 'failed' });

      expect(await store.renew(id, 1, 2_000)).toEqual({ held: false });
      expect((await store.get(id))?.lease_expires_at).toBeUndefined();
    });
  });

  describe('finds expired runs and', () => {
    const expired = async (now: number, limit?: number): Promise<number[]> =>
      (await store.expired(now, limit)).map(({ created_at }) => created_at);

    it('gives those whose lease is over, longest first, up to a limit', async () => {
      for (const [number, expiresAt] of [
        [1, 300],
        [2, 100],
        [3, 200],
        [4, 900],
      ] as const) {
        await store.create(ownedRecordOf(number, expiresAt));
      }

      expect(await expired(300)).toEqual([2, 3, 1]);
      expect(await expired(99)).toEqual([]);
      expect(await expired(10_000, 2)).toEqual([2, 3]);
    });

    it('leaves out runs that are over, wait, have no lease, or have been renewed', async () => {
      await store.create(ownedRecordOf(1, 100));
      await store.update(recordOf(1).id, { status: 'completed' });
      await store.create(recordOf(2, { status: 'pending' }));
      await store.create(recordOf(3));
      await store.create(ownedRecordOf(4, 100));
      await store.renew(recordOf(4).id, 1, 5_000);

      expect(await expired(1_000)).toEqual([]);
    });

    it('says what a peer needs to know of them', async () => {
      await store.create(ownedRecordOf(1, 100, { next_steps: ['upload'], plugin_path: '/p' }));
      const { params: _params, ...summary } = ownedRecordOf(1, 100, { next_steps: ['upload'], plugin_path: '/p' });

      expect(await store.expired(100)).toEqual([summary]);
    });

    it('no longer gives a run that was taken over', async () => {
      await store.create(ownedRecordOf(1, 100));
      await store.claim(id, claimAt(200));

      expect(await expired(499)).toEqual([]);
      expect(await expired(500)).toEqual([1]);
    });
  });
}

function attempted(attempt: number, events: readonly RunEvent[]): RunEvent[] {
  return events.map((event) => ({ ...event, attempt }));
}
