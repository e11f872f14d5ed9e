import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { dirname, join } from 'node:path';
import { entryOf, ownedRecordOf, recordOf } from '../run-store.fixture.js';
import { codeOf, StoreSandbox } from './sqlite.fixture.js';
import type { SqliteRunStore } from './sqlite-run-store.js';

const { id } = recordOf(1);
const LARGE = { text: 'large '.repeat(20_000) };

describe('Large values of a store on SQLite', () => {
  let sandbox: StoreSandbox;
  let store: SqliteRunStore;
  beforeEach(() => {
    sandbox = new StoreSandbox();
    store = sandbox.open();
  });
  afterEach(() => sandbox.remove());

  function files(): string[] {
    const folder = `${sandbox.path}.blobs`;
    try {
      return readdirSync(folder).flatMap((part) =>
        readdirSync(join(folder, part)).map((name) => join(folder, part, name)),
      );
    } catch {
      return [];
    }
  }

  it('go to a file from 64 kB on, and the row keeps the reference', async () => {
    await store.create(recordOf(1, { params: 'x'.repeat(65_534) })); // with its quotes, 65,536 bytes
    expect(files()).toEqual([]);
    await store.create(recordOf(2, { params: 'x'.repeat(65_535) }));

    expect(files()).toHaveLength(1);
    const db = new DatabaseSync(sandbox.path);
    expect(db.prepare('SELECT length(params) AS size FROM run_params ORDER BY run_key').all()).toMatchObject([
      { size: 65_536 },
      { size: 72 },
    ]);
    db.close();
    expect((await store.get(recordOf(2).id))?.params).toHaveLength(65_535);
  });

  it('are measured in bytes, not in characters', async () => {
    await store.create(recordOf(1, { params: '가'.repeat(22_000) }));

    expect(files()).toHaveLength(1);
  });

  it('are there once, however often they are stored', async () => {
    await store.create(ownedRecordOf(1, 5_000, { params: LARGE }));
    await store.create(recordOf(2, { params: LARGE }));
    await store.commit(id, 1, { entries: [entryOf(1, { result: LARGE, context: LARGE })] });

    expect(files()).toHaveLength(1);
    expect(await store.journal(id)).toMatchObject([{ result: LARGE, context: LARGE }]);
  });

  it('go with the last run that refers to them', async () => {
    for (const number of [1, 2]) {
      await store.create(recordOf(number, { params: LARGE }));
    }
    await store.update(recordOf(1).id, { status: 'completed' });
    expect(await store.prune()).toEqual({ runs: 1, blobs: 0 });
    expect((await store.get(recordOf(2).id))?.params).toEqual(LARGE);
    await store.update(recordOf(2).id, { status: 'completed' });

    expect(await store.prune()).toEqual({ runs: 1, blobs: 1 });
    expect(files()).toEqual([]);
  });

  it('that a process left behind when it died are removed', async () => {
    await store.create(recordOf(1, { params: LARGE }));
    const [file = ''] = files();
    writeFileSync(`${file}.0b0e`, 'half of it');
    const orphan = file.replace(/.{4}$/, '0000');
    writeFileSync(orphan, 'nobody refers to it');

    expect(await store.prune()).toEqual({ runs: 0, blobs: 2 });
    expect(files()).toEqual([file]);
    expect((await store.get(id))?.params).toEqual(LARGE);
  });

  it('leave nothing behind when the last run is pruned, not even empty folders', async () => {
    for (let number = 1; number <= 20; number++) {
      await store.create(ownedRecordOf(number, 5_000, { params: `${LARGE.text}${number}` }));
      const entries = [entryOf(1, { context: `${LARGE.text}of step ${number}` })];
      await store.commit(recordOf(number).id, 1, { entries, change: { status: 'failed', result: LARGE } });
    }
    expect(files()).toHaveLength(41);

    expect(await store.prune()).toEqual({ runs: 20, blobs: 41 });
    expect(readdirSync(`${sandbox.path}.blobs`, { recursive: true })).toEqual([]);
    await store.create(recordOf(1, { params: LARGE }));
    expect((await store.get(id))?.params).toEqual(LARGE);
  });

  it('of a write that failed are removed, too', async () => {
    await store.create(recordOf(1));
    expect(await codeOf(() => store.create(recordOf(1, { params: LARGE })))).toBe('SYN_USAGE');
    await store.commit(id, 7, { entries: [entryOf(1, { context: LARGE })] });
    await store.prune();

    expect(files()).toEqual([]);
  });

  it("have a prune remove nothing from their folder that is not the store's", async () => {
    const blobDirectory = join(sandbox.folder, 'shared');
    const strangers = ['notes/readme.txt', `ab/photo.jpg`, `ab/${'cd'.repeat(32)}`, 'ab.txt', 'cd'];
    for (const name of strangers) {
      mkdirSync(dirname(join(blobDirectory, name)), { recursive: true });
      writeFileSync(join(blobDirectory, name), 'not yours');
    }
    const shared = sandbox.open({ blobDirectory });
    await shared.create(recordOf(1, { status: 'completed', params: LARGE }));

    expect(await shared.prune()).toEqual({ runs: 1, blobs: 1 });
    for (const name of strangers) expect(readFileSync(join(blobDirectory, name), 'utf8')).toBe('not yours');
  });

  it('whose file was cut are written again by the next run with that value, for both', async () => {
    await store.create(recordOf(1, { params: LARGE }));
    const [file = ''] = files();
    writeFileSync(file, readFileSync(file).subarray(0, 1_000));
    await store.create(recordOf(2, { params: LARGE }));

    expect((await store.get(recordOf(2).id))?.params).toEqual(LARGE);
    expect((await store.get(id))?.params).toEqual(LARGE);
  });

  it.each([
    ['missing', (file: string) => rmSync(file)],
    ['shorter than it was', (file: string) => writeFileSync(file, readFileSync(file).subarray(0, 1_000))],
  ])('whose file is %s are told from good ones', async (_name, damage) => {
    await store.create(recordOf(1, { params: LARGE }));
    await store.create(recordOf(2));
    files().forEach(damage);

    expect(await codeOf(() => store.get(id))).toBe('SYN_STORE_VALUE_LOST');
    expect(await store.list()).toHaveLength(2);
    expect(await store.get(recordOf(2).id)).toEqual(recordOf(2));
  });
});
