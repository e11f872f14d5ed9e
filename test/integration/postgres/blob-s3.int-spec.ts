import { S3Storage } from '../../../src/resources/storage/providers/s3/s3-storage.js';
import type { PostgresRunStore } from '../../../src/runtime/run-store/postgres/postgres-run-store.js';
import { entryOf, ownedRecordOf, recordOf } from '../../../src/runtime/run-store/run-store.fixture.js';
import { describeWithServer } from '../storage/describe-with-server.js';
import { MotoServer } from '../storage/servers/moto-server.js';
import { describeWithPostgres, PostgresSandbox } from './postgres-sandbox.js';

jest.setTimeout(120_000);

const { id } = recordOf(1);
const LARGE = { text: 'large '.repeat(1_000_000) };
const CREDENTIALS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];

describeWithServer('A run store whose large values are in S3', 'moto', () => {
  describeWithPostgres('and whose runs are in Postgres', 'a database', () => {
    let sandbox: PostgresSandbox;
    let server: MotoServer;
    let store: PostgresRunStore;
    let schema: string;
    let bucket: S3Storage;
    const saved = CREDENTIALS.map((name) => process.env[name]);
    beforeAll(async () => {
      [sandbox, server] = await Promise.all([PostgresSandbox.open('a database'), MotoServer.start()]);
      await server.createBucket('values');
      for (const name of CREDENTIALS) process.env[name] = 'hunter2';
      const keys = { access_key: 'hunter2', secret_key: 'hunter2', region_name: 'us-east-1' };
      bucket = new S3Storage({ bucket_name: 'values', ...keys, endpoint_url: server.endpoint });
    });
    afterAll(async () => {
      for (const [index, name] of CREDENTIALS.entries()) {
        const value = saved[index];
        if (value === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = value;
      }
      await Promise.all([sandbox.close(), bucket.close(), server.stop()]);
    });
    beforeEach(() => {
      schema = sandbox.newSchema();
      const storage = encodeURIComponent(`s3://values/of/runs?endpoint_url=${server.endpoint}`);
      const given = sandbox.url.includes('?') ? '&' : '?';
      store = sandbox.store({ url: `${sandbox.url}${given}blob_storage=${storage}`, schema });
    });

    it('keeps, finds and sweeps them below its folder in the bucket', async () => {
      await bucket.write('of/runs/else.txt', 'not yours');
      await store.create(ownedRecordOf(1, 5_000, { params: LARGE }));
      await store.commit(id, 1, { entries: [entryOf(1, { context: LARGE, result: { ...LARGE, more: 1 } })] });
      await bucket.write('of/elsewhere.txt', 'not yours');

      expect((await store.get(id))?.params).toEqual(LARGE);
      expect(await store.journal(id)).toMatchObject([{ context: LARGE, result: { ...LARGE, more: 1 } }]);
      expect(await bucket.getPathFileCount('of/runs')).toBe(3);
      await store.update(id, { status: 'completed' });
      expect(await store.prune()).toEqual({ runs: 1, blobs: 2 });
      const left: string[] = [];
      for await (const { key } of bucket.list()) left.push(key);
      expect(left).toEqual(['of/elsewhere.txt', 'of/runs/else.txt']);
    });

    it('says where a value was that somebody took away', async () => {
      await store.create(recordOf(1, { params: LARGE }));
      const [row] = await sandbox.query<{ key: string }>(`SELECT object_key AS key FROM ${schema}.blobs`);
      await bucket.delete(`of/runs/${row?.key}`);

      await expect(store.get(id)).rejects.toMatchObject({
        code: 'SYN_STORE_VALUE_LOST',
        details: { run_id: id, value: 'params', url: `s3://values/of/runs/${row?.key}`, problem: 'is missing' },
      });
      expect(await store.list()).toHaveLength(1);
    });
  });
});
