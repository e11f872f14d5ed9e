import { spawnSync } from 'node:child_process';
import type { RunStatus } from '../../foundation/config/enums.js';
import { entryOf, eventsFrom, ownedRecordOf, ownerOf, recordOf, seqsOf } from './contract-values.js';
import type { RunClaim } from './run-lease.js';
import { currentOwner } from './run-owner.js';
import type { RunStore } from './run-store.interface.js';
import { forEachRow, type TestFrame } from './test-frame.js';

const ENDS: readonly RunStatus[] = ['completed', 'failed', 'cancelled'];

const claimAt = (now: number, known: Partial<RunClaim> = {}): RunClaim => ({
  owner: ownerOf(2),
  leaseMs: 300,
  now,
  ...known,
});
const undoAt = (now: number, known: Partial<RunClaim> = {}): RunClaim => claimAt(now, { purpose: 'undo', ...known });

/** What a store must hold to where the steps of runs are undone after their end. */
export function describeLateUndo(frame: TestFrame, current: () => RunStore): void {
  const { describe, it, expect, beforeEach } = frame;
  const { id } = recordOf(1);

  describe('has runs undone that are over and', () => {
    let store: RunStore;
    beforeEach(async () => {
      store = current();
      await store.create(ownedRecordOf(1, 5_000));
      await store.commit(id, 1, { entries: [entryOf(1)], events: eventsFrom(id, 1, 2), change: { progress: 50 } });
    });
    const end = (status: RunStatus = 'completed') =>
      store.commit(id, 1, { change: { status, ended_at: 9, result: 7 } });

    forEachRow(frame, ENDS)('takes the lease of a run that is %s, and leaves owner and epoch', async (status) => {
      await end(status);
      const run = await store.get(id);

      expect(run?.lease_expires_at).toBeUndefined();
      expect(run).toMatchObject({ status, epoch: 1, owner: ownerOf(1) });
    });

    it('takes the lease of a run that an update ends', async () => {
      await store.update(id, { status: 'failed' });

      expect((await store.get(id))?.lease_expires_at).toBeUndefined();
      expect(await store.expired(1_000_000)).toEqual([]);
    });

    forEachRow(frame, ENDS)('gives a run that is %s to whoever undoes it; it stays what it is', async (status) => {
      await end(status);
      const outcome = await store.claim(id, undoAt(1_000));
      const granted = { status, attempt: 2, epoch: 2, undo: 'pending', owner: ownerOf(2), lease_expires_at: 1_300 };

      expect(outcome).toMatchObject({ claimed: true, lastSeq: 2, run: granted });
      expect(await store.get(id)).toMatchObject({ ...granted, ended_at: 9, result: 7 });
    });

    it('gives it to nobody who does not say so', async () => {
      await end();

      expect(await store.claim(id, claimAt(1_000))).toEqual({ claimed: false, reason: 'ended' });
      expect(await store.claim(id, claimAt(1_000, { purpose: 'run' }))).toEqual({ claimed: false, reason: 'ended' });
    });

    it('gives it to one at a time, and to the next when the lease is over', async () => {
      await end();
      await store.claim(id, undoAt(1_000));

      expect(await store.claim(id, undoAt(1_299, { owner: ownerOf(3) }))).toEqual({ claimed: false, reason: 'owned' });
      expect(await store.claim(id, undoAt(1_300, { owner: ownerOf(3) }))).toMatchObject({ claimed: true });
      expect(await store.get(id)).toMatchObject({ epoch: 3, attempt: 3, owner: ownerOf(3), status: 'completed' });
    });

    it('gives it on at once when its owner is a process of this host that is gone', async () => {
      const { pid } = spawnSync(process.execPath, ['--version']);
      await end();
      await store.claim(id, undoAt(1_000, { owner: { ...currentOwner(), pid } }));

      expect(await store.claim(id, undoAt(1_001))).toMatchObject({ claimed: true });
    });

    it('writes what is undone', async () => {
      await end();
      await store.claim(id, undoAt(1_000));
      const events = eventsFrom(id, 3, 4).map((event) => ({ ...event, attempt: 2 }));
      const entries = [entryOf(2, { kind: 'undo_started' }), entryOf(3, { kind: 'undo', name: 'step_1' })];

      expect(await store.commit(id, 2, { entries, events })).toBe('committed');
      expect((await store.journal(id)).map(({ kind, epoch }) => `${kind} ${epoch}`)).toEqual([
        'step 1',
        'undo_started 2',
        'undo 2',
      ]);
      expect(seqsOf(await store.events(id))).toEqual([1, 2, 3, 4]);
    });

    it('changes nothing but the undo', async () => {
      await end('failed');
      await store.claim(id, undoAt(1_000));
      const change = { status: 'completed', undo: 'done', result: 'other', ended_at: 99, progress: 100 } as const;

      expect(await store.commit(id, 2, { change })).toBe('committed');
      expect(await store.get(id)).toMatchObject({
        status: 'failed',
        undo: 'done',
        result: 7,
        ended_at: 9,
        progress: 50,
      });
      expect(await store.update(id, { status: 'running' })).toBe(false);
    });

    forEachRow(frame, [0, 1, 3])('refuses the epoch %s, which is not that of the undo', async (epoch) => {
      await end();
      await store.claim(id, undoAt(1_000));

      expect(await store.commit(id, epoch, { entries: [entryOf(2)], change: { undo: 'done' } })).toBe('stale_epoch');
      expect(await store.get(id)).toMatchObject({ undo: 'pending' });
      expect(seqsOf(await store.journal(id))).toEqual([1]);
    });

    it('is done with a run that is undone', async () => {
      await end();
      await store.claim(id, undoAt(1_000));
      await store.commit(id, 2, { change: { undo: 'done' } });

      expect((await store.get(id))?.lease_expires_at).toBeUndefined();
      expect(await store.commit(id, 2, { entries: [entryOf(2)] })).toBe('ended');
      expect(await store.claim(id, undoAt(2_000))).toEqual({ claimed: false, reason: 'ended' });
      expect(await store.renew(id, 2, 9_000)).toEqual({ held: false });
    });

    it('has an undo tried again that failed', async () => {
      await end();
      await store.claim(id, undoAt(1_000));
      await store.commit(id, 2, { change: { undo: 'failed' } });
      expect((await store.get(id))?.lease_expires_at).toBeUndefined();

      expect(await store.claim(id, undoAt(1_001))).toMatchObject({ claimed: true, run: { undo: 'pending', epoch: 3 } });
    });

    it('tries again what the end of a run has left', async () => {
      await store.commit(id, 1, { change: { undo: 'pending', next_steps: [] } });
      await store.commit(id, 1, { change: { status: 'failed', undo: 'failed' } });

      expect(await store.commit(id, 1, { entries: [entryOf(2)] })).toBe('ended');
      expect(await store.claim(id, undoAt(1))).toMatchObject({
        claimed: true,
        run: { status: 'failed', undo: 'pending' },
      });
    });

    it('renews the lease of an undo, and finds it when it is over', async () => {
      await end();
      await store.claim(id, undoAt(1_000));

      expect(await store.renew(id, 2, 4_000)).toEqual({ held: true });
      expect(await store.expired(3_999)).toEqual([]);
      expect((await store.expired(4_000)).map((run) => `${run.status} ${run.undo ?? ''}`)).toEqual([
        'completed pending',
      ]);
    });

    it('does not prune a run while it is undone', async () => {
      await end();
      await store.claim(id, undoAt(1_000));
      expect(await store.prune()).toMatchObject({ runs: 0 });
      await store.commit(id, 2, { change: { undo: 'done' } });

      expect(await store.prune()).toMatchObject({ runs: 1 });
    });

    it('takes a running run over for its undo as for anything else', async () => {
      expect(await store.claim(id, undoAt(4_999))).toEqual({ claimed: false, reason: 'owned' });
      expect(await store.claim(id, undoAt(5_000))).toMatchObject({
        claimed: true,
        run: { status: 'running', epoch: 2 },
      });
      expect((await store.get(id))?.undo).toBeUndefined();
    });

    it('keeps what is said of the undo of a running run through a takeover', async () => {
      await store.commit(id, 1, { change: { undo: 'pending', next_steps: [] } });
      await store.claim(id, claimAt(5_000));

      expect(await store.get(id)).toMatchObject({ status: 'running', undo: 'pending', next_steps: [] });
    });
  });
}
