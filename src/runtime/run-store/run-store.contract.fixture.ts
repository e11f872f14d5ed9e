import type { RunEvent } from '../../authoring/reporting/run-event.js';
import type { RunStatus } from '../../foundation/config/enums.js';
import type { RunRecord } from './run-record.js';
import type { RunStore } from './run-store.interface.js';

/** A running run. Ids sort by their number, as those of real runs do by their creation. */
export function recordOf(number: number, known: Partial<RunRecord> = {}): RunRecord {
  const id = `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`;
  return {
    id,
    plugin: 'app',
    action: 'train',
    mode: 'local',
    status: 'running',
    attempt: 1,
    params: { epochs: number },
    idempotency_key: id,
    created_at: number,
    ...known,
  };
}

/** Events of a run with the numbers `first` to `last`. */
export function eventsFrom(runId: string, first: number, last: number): RunEvent[] {
  return Array.from({ length: last - first + 1 }, (_, index) => ({
    seq: first + index,
    type: 'log' as const,
    run_id: runId,
    attempt: 1,
    time: '2026-01-01T00:00:00.000Z',
    data: { event: `event ${first + index}` },
  }));
}

const seqs = (events: readonly RunEvent[]): number[] => events.map(({ seq }) => seq);

/** What every {@link RunStore} must hold to; each implementation runs it. */
export function describeRunStore(create: () => RunStore | Promise<RunStore>): void {
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
      found.push(...seqs(events));
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

    it.each<RunStatus>(['completed', 'failed', 'cancelled'])('never changes a run that is %s', async (status) => {
      await store.create(recordOf(1));

      await expect(Promise.resolve(store.update(recordOf(1).id, { status, ended_at: 9 }))).resolves.toBe(true);
      await expect(Promise.resolve(store.update(recordOf(1).id, { status: 'running' }))).resolves.toBe(false);
      await expect(Promise.resolve(store.update(recordOf(1).id, { result: 1, ended_at: 10 }))).resolves.toBe(false);
      await expect(Promise.resolve(store.get(recordOf(1).id))).resolves.toEqual(recordOf(1, { status, ended_at: 9 }));
    });

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
  });

  describe('keeps events and', () => {
    const { id } = recordOf(1);
    beforeEach(() => store.create(recordOf(1)));

    it('gives them back in order, also to a read right after the append', async () => {
      await store.append(id, eventsFrom(id, 1, 3));
      expect(await store.events(id)).toEqual(eventsFrom(id, 1, 3));
      await store.append(id, eventsFrom(id, 4, 20));

      await expect(all(id)).resolves.toEqual(seqs(eventsFrom(id, 1, 20)));
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
  });
}
