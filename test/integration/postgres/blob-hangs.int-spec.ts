import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { LocalStorage } from '../../../src/resources/storage/providers/local/local-storage.js';
import { entryOf, ownedRecordOf, recordOf } from '../../../src/runtime/run-store/run-store.fixture.js';
import { BlobPlace } from './blob-place.js';
import { describeWithPostgres, PostgresSandbox } from './postgres-sandbox.js';

jest.setTimeout(60_000);

const { id } = recordOf(1);
const LARGE = { text: 'large '.repeat(20_000) };

describeWithPostgres('A storage of large values that hangs', 'a database', () => {
  let sandbox: PostgresSandbox;
  let place: BlobPlace;
  let schema: string;
  beforeAll(async () => {
    sandbox = await PostgresSandbox.open('a database');
  });
  afterAll(() => sandbox.close());
  beforeEach(() => {
    place = new BlobPlace();
    schema = sandbox.newSchema();
  });
  afterEach(() => place.remove());

  it('ends a call when its time is over, without its secrets', async () => {
    const server = createServer(() => undefined).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    process.env['SYNAPSE_TEST_BLOB_SECRET'] = 'hunter2';
    const blobStorage = `s3://bucket/a?endpoint_url=http://127.0.0.1:${port}&access_key=env:SYNAPSE_TEST_BLOB_SECRET&secret_key=env:SYNAPSE_TEST_BLOB_SECRET`;
    const hanging = sandbox.store({ schema, blobStorage, blobTimeoutMs: 1_500 });
    const thrown: unknown = await hanging.create(recordOf(1, { params: LARGE })).catch((error: unknown) => error);

    expect(thrown).toMatchObject({
      code: 'SYN_STORE_VALUE_UNAVAILABLE',
      message: expect.stringMatching(/s3:\/\/bucket\/a\/.*given up after 1500 ms/) as string,
    });
    expect(inspect(thrown, { depth: 20 })).not.toContain('hunter2');
    expect(inspect(hanging, { depth: 20 })).not.toContain('hunter2');
    await hanging.close();
    delete process.env['SYNAPSE_TEST_BLOB_SECRET'];
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('holds up no renewals, lists and small values, however few connections there are', async () => {
    const released = Promise.withResolvers<void>();
    const allHang = Promise.withResolvers<void>();
    let begun = 0;
    class HangingStorage extends LocalStorage {
      override async write(...given: Parameters<LocalStorage['write']>): Promise<string> {
        if (++begun === 3) allHang.resolve();
        await released.promise;
        return super.write(...given);
      }
    }
    const blobStorage = { storage: new HangingStorage({ location: place.path }) };
    const hanging = sandbox.store({ schema, blobStorage, blobTimeoutMs: 60_000, maxConnections: 2 });
    await hanging.create(ownedRecordOf(1, 5_000));
    const writes = [2, 3, 4].map((number) => hanging.create(recordOf(number, { params: LARGE })));

    await allHang.promise;
    for (const seq of [1, 2]) {
      expect(await hanging.renew(id, 1, 9_000)).toMatchObject({ held: true });
      expect(await hanging.list()).toHaveLength(1);
      expect(await hanging.commit(id, 1, { entries: [entryOf(seq)] })).toBe('committed');
    }
    released.resolve();
    await Promise.all(writes);
    expect(await hanging.list()).toHaveLength(4);
  });
});
