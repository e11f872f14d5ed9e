import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventFlusher } from '../../authoring/reporting/event-flusher.js';
import { LendingEventStream } from '../../authoring/reporting/lending-event-stream.js';
import { FailingSink, upTo } from '../../authoring/reporting/reporting.fixture.js';
import { systemRunClock } from './run-clock.js';
import { MemoryRunStore } from '../run-store/memory-run-store.js';
import { ownedRecordOf, recordOf } from '../run-store/run-store.fixture.js';
import { DurableNotes } from './durable-notes.js';
import { LeaseKeeper } from './lease-keeper.js';

describe(DurableNotes, () => {
  it('refuses a note that neither the store nor the disk has taken', async () => {
    const { id: runId } = recordOf(1);
    const leaseMs = 60_000;
    const store = new MemoryRunStore({ isDurable: true });
    store.create(ownedRecordOf(1, leaseMs));
    const sink = new FailingSink();
    const limits = {
      directory: join(tmpdir(), 'synapse-spec-no-such-folder'),
      maxMemoryItems: 100,
      maxRecentItems: 50,
      retryDelayMs: 1,
    };
    const stream = new LendingEventStream({ runId, attempt: 1, sink, flusher: new EventFlusher(), limits });
    const unheard = { leaseLost: () => undefined, cancelRequested: () => undefined };
    const lease = new LeaseKeeper({ store, runId, epoch: 1, leaseMs, clock: systemRunClock }, unheard);
    const notes = new DurableNotes({ store, runId, stream, lease });

    const written = upTo(500).map((at) => notes.write('made', { at }));
    sink.isDown = false;
    const outcomes = await Promise.allSettled(written);
    const stored = new Set(sink.events.map(({ data }) => (data['note'] as { at: number }).at));
    const refused = outcomes.flatMap(({ status }, index) => (status === 'rejected' ? [index + 1] : []));
    const lost = upTo(500).filter((at) => !stored.has(at));

    expect(lost.length).toBeGreaterThan(0);
    expect(refused).toEqual(expect.arrayContaining(lost));
    await expect(written[(lost[0] ?? 0) - 1]).rejects.toMatchObject({ code: 'SYN_EVENTS_NOT_STORED' });
    await expect(notes.write('made', { at: 501 })).resolves.toBeUndefined();
  });
});
