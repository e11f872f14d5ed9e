import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalStorage } from '../../src/index.js';

interface Row {
  readonly op: string;
  readonly target?: string;
  readonly result?: unknown;
  readonly mode?: string;
  readonly mtime?: number;
  readonly error?: { readonly python_type: string; readonly message: string; readonly details: object };
}
const { expected } = JSON.parse(readFileSync(join(__dirname, 'data-cases/cases/39-storage-local.json'), 'utf8')) as {
  expected: { readonly rows: readonly Row[] };
};

/** What stands for the folder of the case in the record. */
const PLACE = /<OUT>/g;

describe('data case 39: storage in a folder', () => {
  let out: string;
  let storage: LocalStorage;
  const here = <T>(recorded: T): T => JSON.parse(JSON.stringify(recorded).replace(PLACE, out)) as T;
  const rowOf = (op: string): Row => {
    const row = expected.rows.find((one) => one.op === op);
    if (row === undefined) throw new Error(`the case has no row ${op}`);
    return here(row);
  };

  beforeAll(async () => {
    out = mkdtempSync(join(tmpdir(), 'synapse-case39-'));
    storage = new LocalStorage({ location: join(out, 'base') });
    writeFileSync(join(out, 'source'), 'hello');
    chmodSync(join(out, 'source'), 0o640);
    utimesSync(join(out, 'source'), 1e9, 1e9);
    for (const { op, target = '' } of expected.rows) {
      if (op === 'upload' && !target.startsWith('..')) await storage.upload(join(out, 'source'), target);
    }
    mkdirSync(join(out, 'base/.hid'), { recursive: true });
    writeFileSync(join(out, 'base/.hid/h'), 'hello');
  });
  afterAll(() => {
    rmSync(out, { recursive: true, force: true });
  });

  it.each(expected.rows.filter(({ op, target }) => op === 'upload' && !target?.startsWith('..')))(
    'uploads to $target',
    async ({ target = '', result }) => {
      expect(await storage.upload(join(out, 'source'), target)).toBe(here(result));
    },
  );

  it('B-17: refuses a target that leads out, which the original writes there', async () => {
    const { target = '' } = expected.rows.find((row) => row.target?.startsWith('..')) ?? {};

    await expect(storage.upload(join(out, 'source'), target)).rejects.toMatchObject({ code: 'SYN_STORAGE_KEY' });
    expect(statSync(join(out, 'escape.txt'), { throwIfNoEntry: false })).toBeUndefined();
  });

  it('keeps rights and time of the file', () => {
    const { mode, mtime = 0 } = rowOf('stat a/b.txt');
    const facts = statSync(join(out, 'base/a/b.txt'));

    expect([`0o${facts.mode.toString(8)}`, facts.mtimeMs / 1000]).toEqual([mode, mtime]);
  });

  it('says that the source is missing, in the words of the original', async () => {
    const { error } = rowOf('upload missing source');

    await expect(storage.upload(join(out, 'nope'), 'x')).rejects.toMatchObject({
      name: error?.python_type,
      message: error?.message,
      details: error?.details,
    });
  });

  it('takes no folder as a source', async () => {
    const { error } = rowOf('upload directory as source');

    // Our target is the URL, as with every other storage.
    await expect(storage.upload(join(out, 'base'), 'x')).rejects.toMatchObject({
      name: error?.python_type,
      details: { source: join(out, 'base'), target: `file://${out}/base/x` },
    });
  });

  it.each(expected.rows.filter(({ op }) => op === 'exists/get_url/get_pathlib'))(
    'says of "$target" whether it is there, its URL and its place',
    async ({ target = '', result }) => {
      const found = [await storage.exists(target), storage.getUrl(target), storage.getLocalPath(target)];

      expect(found.map((value) => (typeof value === 'string' ? value.replace(/\/$/, '') : value))).toEqual(
        here(result),
      );
    },
  );

  it.each([
    ['count,size of root', ''],
    ['count,size of a file', 'a/b.txt'],
    ['count,size of missing', 'nope'],
  ])('%s', async (op, key) => {
    expect([await storage.getPathFileCount(key), await storage.getPathTotalSize(key)]).toEqual(rowOf(op).result);
  });

  it('has the same files in its folder, in the same order', async () => {
    const keys: string[] = [];
    for await (const { key } of storage.list()) keys.push(key);

    expect(keys).toEqual(rowOf('tree under base').result);
  });
});
