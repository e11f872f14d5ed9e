import type { SynapseErrorJson } from '../../foundation/errors/synapse.error.js';
import { entryOf, ownedRecordOf, recordOf } from './contract-values.js';
import type { RunStore } from './run-store.interface.js';
import { forEachRow, type TestFrame } from './test-frame.js';

/** What a suite of a store needs besides the store itself. */
export interface RunStoreSuiteOptions {
  /**
   * Removes every large value that the store at hand keeps outside of its rows, as somebody would who clears the wrong folder. Values of the suite are larger
   * than 100 kB. @defaultValue the store has no such values, and the cases about lost ones are left out
   */
  readonly loseLargeValues?: () => void | Promise<void>;
}

const LARGE = 'large '.repeat(20_000);
const { id } = recordOf(1);

function errorWith(message: string): SynapseErrorJson {
  return { name: 'E', code: 'SYN_EXECUTION_FAILED', kind: 'execution', message, retryable: false, details: {} };
}

/** What a store that keeps large values apart must hold to when some of them are gone. */
export function describeLostValues(
  frame: TestFrame,
  current: () => RunStore,
  lose: NonNullable<RunStoreSuiteOptions['loseLargeValues']>,
): void {
  const { describe, it, expect, beforeEach } = frame;
  describe('loses large values and', () => {
    let store: RunStore;
    beforeEach(async () => {
      store = current();
      await store.create(recordOf(2));
      await store.update(recordOf(2).id, { status: 'failed', error: errorWith('short') });
    });

    it('lists a run whose error is lost, with an error that names run and place instead', async () => {
      await store.create(recordOf(1));
      await store.update(id, { status: 'failed', error: errorWith(LARGE) });
      await lose();
      const [other, run] = await store.list();

      expect(other).toMatchObject({ id: recordOf(2).id, error: { message: 'short' } });
      expect(run).toMatchObject({
        id,
        status: 'failed',
        error: { code: 'SYN_STORE_VALUE_LOST', kind: 'config', details: { run_id: id, value: 'error' } },
      });
      expect(typeof run?.error?.details['url']).toBe('string');
      expect(run?.error?.message.startsWith(`The error of run ${id} cannot be read: `)).toBe(true);
      expect(await store.list({ status: 'failed', limit: 1 })).toHaveLength(1);
    });

    it('names each of several runs that had the same error', async () => {
      await store.create(recordOf(1));
      await store.create(recordOf(3));
      for (const number of [1, 3])
        await store.update(recordOf(number).id, { status: 'failed', error: errorWith(LARGE) });
      await lose();

      const named = (await store.list()).map(({ error }) => error?.details['run_id']);
      expect(named).toEqual([recordOf(3).id, undefined, id]);
    });

    forEachRow(frame, ['params', 'result'] as const)('lists a run whose %s are lost as any other', async (value) => {
      await store.create(recordOf(1, value === 'params' ? { params: LARGE } : {}));
      await store.update(id, { status: 'completed', ...(value === 'result' && { result: LARGE }) });
      await lose();
      const { params: _params, ...summary } = recordOf(1, { status: 'completed' });

      expect((await store.list())[1]).toEqual(summary);
    });

    it('lists a run whose next steps are lost without them', async () => {
      await store.create(recordOf(1, { next_steps: [LARGE] }));
      await lose();
      const { params: _params, ...summary } = recordOf(1);

      expect((await store.list())[1]).toEqual(summary);
    });

    it('finds runs whose leases are over, whatever is lost of one of them', async () => {
      await store.create(ownedRecordOf(1, 100, { next_steps: [LARGE] }));
      await store.create(ownedRecordOf(3, 200, { next_steps: ['b'] }));
      await lose();

      expect((await store.expired(1_000)).map((run) => run.id)).toEqual([id, recordOf(3).id]);
    });

    forEachRow(frame, ['params', 'result', 'error', 'next steps'] as const)(
      'says which run and where when the %s of a run are asked for, and gives others back',
      async (value) => {
        await store.create(
          recordOf(1, {
            ...(value === 'params' && { params: LARGE }),
            ...(value === 'next steps' && { next_steps: [LARGE] }),
          }),
        );
        if (value === 'result') await store.update(id, { status: 'completed', result: LARGE });
        if (value === 'error') await store.update(id, { status: 'failed', error: errorWith(LARGE) });
        await lose();

        await expect((async () => store.get(id))()).rejects.toMatchObject({
          code: 'SYN_STORE_VALUE_LOST',
          details: { run_id: id, value },
        });
        expect(await store.get(recordOf(2).id)).toMatchObject({ status: 'failed', error: { message: 'short' } });
      },
    );

    it('says so of journal and events, too', async () => {
      await store.create(ownedRecordOf(1, 5_000));
      const data = { text: LARGE };
      const event = { seq: 1, type: 'log' as const, run_id: id, attempt: 1, time: '2026-01-01T00:00:00.000Z', data };
      await store.commit(id, 1, { entries: [entryOf(1, { context: LARGE })], events: [event] });
      await lose();

      await expect((async () => store.journal(id))()).rejects.toMatchObject({
        code: 'SYN_STORE_VALUE_LOST',
        details: { run_id: id, value: 'journal' },
      });
      await expect((async () => store.events(id))()).rejects.toMatchObject({
        code: 'SYN_STORE_VALUE_LOST',
        details: { run_id: id, value: 'events' },
      });
    });

    it('removes a run of which something is lost', async () => {
      await store.create(recordOf(1, { params: LARGE }));
      await store.update(id, { status: 'failed', error: errorWith(`${LARGE}!`) });
      await lose();

      expect(await store.prune()).toMatchObject({ runs: 2 });
      expect(await store.list()).toEqual([]);
    });
  });
}
