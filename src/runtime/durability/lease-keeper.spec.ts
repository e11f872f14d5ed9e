import { ManualClock } from '../../authoring/steps/steps.fixture.js';
import { MemoryRunStore } from '../run-store/memory-run-store.js';
import { ownedRecordOf, ownerOf, recordOf } from '../run-store/run-store.fixture.js';
import { DecoratedRunStore, type StoreCall } from '../run-store/decorated-run-store.js';
import type { MaybePromise } from '../run-store/run-store.interface.js';
import { LeaseKeeper } from './lease-keeper.js';
import type { RunClock } from './run-clock.js';

class Time extends ManualClock implements RunClock {
  now(): number {
    return this.monotonicMs();
  }
  inBackground(delayMs: number, callback: () => void): () => void {
    return this.after(delayMs, callback);
  }
}

/** Answers renewals as the spec says. */
class OddStore extends DecoratedRunStore {
  renewals = 0;
  mode: 'answers' | 'rejects' | 'throws' | 'hangs' = 'answers';

  protected override around<T>({ method: call }: StoreCall, work: () => MaybePromise<T>): MaybePromise<T> {
    if (call === 'renew') this.renewals++;
    if (call !== 'renew' || this.mode === 'answers') return work();
    if (this.mode === 'throws') throw new Error('away');
    return this.mode === 'hangs' ? new Promise(() => undefined) : Promise.reject(new Error('away'));
  }
}

const { id: runId } = recordOf(1);

async function setUp(leaseMs = 300) {
  const inner = new MemoryRunStore({ isDurable: true });
  const store = new OddStore(inner);
  inner.create(ownedRecordOf(1, leaseMs));
  const clock = new Time();
  const told: string[] = [];
  const keeper = new LeaseKeeper(
    { store, runId, epoch: 1, leaseMs, clock },
    {
      leaseLost: ({ code }) => void told.push(code),
      cancelRequested: (reason) => void told.push(reason),
    },
  );
  keeper.start();
  return { store, clock, told, keeper };
}

describe(LeaseKeeper, () => {
  it('renews three times within a lease, from the time of each renewal on', async () => {
    const { store, clock, keeper } = await setUp();
    await clock.pass(1_000);

    expect(store.renewals).toBe(10);
    expect((await store.get(runId))?.lease_expires_at).toBe(1_300);
    expect([keeper.isOver, keeper.lostError]).toEqual([false, undefined]);
  });

  it('renews long leases as often as a run should hear that it is to end', async () => {
    const { store, clock } = await setUp(3_600_000);
    await clock.pass(20_000);

    expect(store.renewals).toBe(4);
  });

  it('stops when it is told to', async () => {
    const { store, clock, keeper } = await setUp();
    await clock.pass(150);
    keeper.stop();
    await clock.pass(1_000);

    expect(store.renewals).toBe(1);
    expect(clock.waiting).toBe(0);
  });

  it('says once that another process has the run, and stops', async () => {
    const { store, clock, told, keeper } = await setUp();
    await store.claim(runId, { owner: ownerOf(2), leaseMs: 300, now: 9_000 });
    await clock.pass(1_000);
    keeper.lose('for another reason');

    expect(told).toEqual(['SYN_LEASE_LOST']);
    expect(keeper.lostError?.message).toContain('another process has taken it over');
    expect(store.renewals).toBe(1);
  });

  it('says when the run is to end, and goes on', async () => {
    const { store, clock, told } = await setUp();
    await store.requestCancel(runId, 'enough');
    await clock.pass(250);

    expect(told).toEqual(['enough', 'enough']);
    expect(store.renewals).toBe(2);
  });

  it.each(['rejects', 'throws'] as const)('tries again, and more often, while the store %s', async (mode) => {
    const { store, clock, told, keeper } = await setUp();
    store.mode = mode;
    await clock.pass(290);
    expect(store.renewals).toBe(7);
    expect(keeper.isOver).toBe(false);
    await clock.pass(20);
    expect(keeper.isOver).toBe(true);
    store.mode = 'answers';
    await clock.pass(100);

    expect(keeper.isOver).toBe(false);
    expect(told).toEqual([]);
  });

  it('is over, by its own clock, when the store does not answer', async () => {
    const { store, clock, keeper } = await setUp();
    store.mode = 'hangs';
    await clock.pass(299);
    expect(keeper.isOver).toBe(false);
    await clock.pass(1);

    expect(keeper.isOver).toBe(true);
    expect(keeper.lostError).toBeUndefined();
  });
});
