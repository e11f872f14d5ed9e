import {
  entryOf,
  eventsFrom,
  ownedRecordOf,
  ownerOf,
  recordOf,
  seqsOf,
} from '../../../src/runtime/run-store/run-store.fixture.js';
import type { PostgresRunStore } from '../../../src/runtime/run-store/postgres/postgres-run-store.js';
import { LossyProxy } from './lossy-proxy.js';
import { describeWithPostgres, PostgresSandbox } from './postgres-sandbox.js';

jest.setTimeout(60_000); // a server is started, perhaps on a busy machine

const { id } = recordOf(1);

describeWithPostgres(
  'A call to Postgres whose answer is lost after the server has done it',
  'a server of its own',
  () => {
    let sandbox: PostgresSandbox;
    let proxy: LossyProxy;
    let store: PostgresRunStore;
    beforeAll(async () => {
      sandbox = await PostgresSandbox.open('a server of its own');
      proxy = await LossyProxy.to(sandbox.server.port);
    });
    afterAll(async () => {
      await sandbox.close();
      await proxy.close();
    });
    beforeEach(async () => {
      proxy.lost = 0;
      store = sandbox.store({ url: proxy.urlOf(sandbox.url) });
      await store.open();
    });
    afterEach(() => store.close());

    it('has made its run, once', async () => {
      proxy.loseAnswer();
      await store.create(ownedRecordOf(1, 5_000));

      expect(proxy.lost).toBe(1);
      expect(await store.get(id)).toEqual(ownedRecordOf(1, 5_000));
    });

    it('does not take the run of somebody else for its own', async () => {
      await store.create(ownedRecordOf(1, 5_000, { owner: ownerOf(7) }));
      proxy.loseAnswer();

      await expect(store.create(ownedRecordOf(1, 5_000))).rejects.toMatchObject({ code: 'SYN_USAGE' });
      expect(proxy.lost).toBe(1);
    });

    it('has committed its step, once', async () => {
      await store.create(ownedRecordOf(1, 5_000));
      proxy.loseAnswer();
      const commit = { entries: [entryOf(1)], change: { progress: 50 }, events: eventsFrom(id, 1, 2) };

      expect(await store.commit(id, 1, commit)).toBe('committed');
      expect(proxy.lost).toBe(1);
      expect(seqsOf(await store.journal(id))).toEqual([1]);
      expect(seqsOf(await store.events(id))).toEqual([1, 2]);
    });

    it('has ended its run, and says so in place of calling it ended by another', async () => {
      await store.create(ownedRecordOf(1, 5_000));
      proxy.loseAnswer();
      const change = { status: 'completed', ended_at: 77, result: 7 } as const;

      expect(await store.commit(id, 1, { entries: [entryOf(1)], change })).toBe('committed');
      expect(proxy.lost).toBe(1);
      expect(await store.commit(id, 1, { change })).toBe('ended');
    });

    it('has ended it with an update as well', async () => {
      await store.create(recordOf(1));
      proxy.loseAnswer();

      expect(await store.update(id, { status: 'failed', ended_at: 77 })).toBe(true);
      expect(proxy.lost).toBe(1);
      expect(await store.update(id, { status: 'failed', ended_at: 78 })).toBe(false);
    });

    it('has taken its run over, once', async () => {
      await store.create(ownedRecordOf(1, 0));
      proxy.loseAnswer(1); // the run was read; the lease is granted, and its answer lost
      const outcome = await store.claim(id, { owner: ownerOf(2), leaseMs: 300, now: 1_000 });

      expect(proxy.lost).toBe(1);
      expect(outcome).toMatchObject({ claimed: true, run: { epoch: 2, attempt: 2, owner: ownerOf(2) } });
      expect(await store.get(id)).toMatchObject({ epoch: 2, attempt: 2 });
    });

    it('has kept its large values with the events that refer to them', async () => {
      await store.create(recordOf(1));
      const [event] = eventsFrom(id, 1, 1);
      const data = { text: 'x'.repeat(100_000) };
      proxy.loseAnswer(5); // begin, lock, event, value, use; and then the word that it was committed
      await store.append(id, event ? [{ ...event, data }] : []);

      expect(proxy.lost).toBe(1);
      expect(await store.events(id)).toEqual([{ ...event, data }]);
    });
  },
);
