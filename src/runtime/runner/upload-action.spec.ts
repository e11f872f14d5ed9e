import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UploadAction } from '../../authoring/families/upload/upload-action.js';
import { writeNdjson } from '../../resources/files/records/row-files.js';
import { SynapseSettings } from '../../synapse.settings.js';
import { IMAGE, LABEL, UploadBench } from './upload.fixture.js';

let bench: UploadBench;
beforeEach(async () => {
  bench = await UploadBench.start();
});
afterEach(() => bench.stop());

describe(UploadAction, () => {
  it('makes a unit of each file, in the order of their names, with the checksum and place of the platform', async () => {
    bench.put('in/b.png', 'in/sub/a.png', 'in/.hidden.png', 'in/Thumbs.db');
    const handle = await bench.start();

    expect(await handle.result()).toMatchObject({ success: true, steps_executed: 6, uploaded_files: 2, data_units: 2 });
    const files = new Map(bench.server.records('data_files').map((file) => [file['checksum'], file]));
    expect(files.size).toBe(2);
    for (const { data_collection, files: own } of bench.server.records('data_units')) {
      const { image } = own as { image: { checksum: string; path: string } };
      expect({ data_collection, path: image.path }).toEqual({
        data_collection: 9,
        path: files.get(image.checksum)?.['file'],
      });
    }
    expect(bench.metas()).toEqual([{ origin_file_name: 'b.png' }, { origin_file_name: 'a.png' }]);
    const keys = bench.server.records('data_units').map(({ meta }) => (meta as Record<string, unknown>)['upload_key']);
    expect(keys).toEqual([`${handle.id}:0`, `${handle.id}:1`]);
    expect((await bench.logs(handle)).map(({ event }) => event)).toEqual([
      'upload_start',
      'upload_organized',
      'upload_units_registered',
      'upload_complete',
    ]);
  });

  it('puts files of the same name together by the folders of their specifications', async () => {
    bench.server.add('data_collections', { id: 9, file_specifications: [IMAGE, LABEL] });
    bench.put('in/image/a.png', 'in/image/x/a.png', 'in/label/a.json');
    await bench.upload();
    const slots = bench.server.records('data_units').map(({ files }) => Object.keys(files as object));

    expect(slots).toEqual([['image', 'label'], ['image']]);
  });

  it('makes units in batches, each with one request', async () => {
    bench.put(...Array.from({ length: 7 }, (_, at) => `in/${at}.png`));
    await bench.upload({ batch_size: 3 });
    const batches = bench.server.requests.filter(({ method, path }) => method === 'POST' && path === '/data_units/');

    expect(batches.map(({ body }) => (body as unknown[]).length)).toEqual([3, 3, 1]);
    expect(new Set(batches.map(({ headers }) => headers['idempotency-key'])).size).toBe(3);
  });

  it('puts files into the storage, below a folder of the run, and tells the platform their URLs', async () => {
    bench.put('in/a.png', 'in/b.png');
    const handle = await bench.start({ target: 'storage' });
    await handle.result();

    expect(bench.bucket()).toEqual(['a.png', 'b.png']);
    expect(existsSync(join(bench.folder, 'bucket/data_files', handle.id, 'a.png'))).toBe(true);
    expect(bench.server.records('data_files')).toEqual([]);
    const [{ files } = { files: {} }] = bench.server.records('data_units');
    expect((files as { image: { path: string } }).image.path).toMatch(/a\.png$/);
  });

  it('takes files from the storage', async () => {
    bench.put('bucket/raw/a.png', 'bucket/raw/notes.csv');
    writeFileSync(join(bench.folder, 'bucket/raw/notes.csv'), 'file,weather\na.png,rain\n');
    await bench.upload({ source: 'storage', path: 'raw', metadata: 'notes.csv' });

    expect(bench.metas()).toEqual([{ origin_file_name: 'a.png', weather: 'rain' }]);
    expect(String(bench.server.uploads.bytesOf(1))).toBe('bytes of bucket/raw/a.png');
  });

  it.each(['upload', 'upload_in_vain'])(
    'B-28: leaves no copies of files behind, whichever way it ends: %s',
    async (action) => {
      bench.put('bucket/raw/a.png', 'bucket/raw/b.png');
      await bench.upload({ source: 'storage', path: 'raw' }, action).catch(() => undefined);
      const { workRoot } = bench.host.app.get(SynapseSettings);
      const left = readdirSync(String(workRoot), { recursive: true }).map(String);

      expect(left.length).toBeGreaterThan(0);
      expect(left.filter((name) => name.endsWith('.png'))).toEqual([]);
    },
  );

  describe('metadata', () => {
    const rows = [
      { file: 'a.png', weather: 'rain', degrees: 7, wet: true },
      { file: 'b', weather: 'sun', degrees: 21.5, wet: false },
    ];
    const expected = rows.map(({ file, ...rest }) => ({ origin_file_name: `${file[0]}.png`, ...rest }));
    beforeEach(() => bench.put('in/a.png', 'in/b.png'));

    it('comes from a sheet, with its numbers and booleans', async () => {
      const { default: writeExcel } = await import('write-excel-file/node');
      const [head = {}] = rows;
      const cells = [
        Object.keys(head).map((value) => ({ value })),
        ...rows.map((row) => Object.values(row).map((value) => ({ value }))),
      ];
      await writeExcel(cells as never).toFile(join(bench.folder, 'in/meta.xlsx'));
      await bench.upload({ metadata: 'meta.xlsx' });

      expect(bench.metas()).toEqual(expected);
    });

    it('comes from lines of JSON outside of the folder, by a column of any place', async () => {
      await writeNdjson(
        join(bench.folder, 'meta.ndjson'),
        rows.map(({ file, ...rest }) => ({ ...rest, picture: file })),
      );
      await bench.upload({ metadata: join(bench.folder, 'meta.ndjson'), metadata_key: 'picture' });

      expect(bench.metas()).toEqual(expected);
    });

    it.each([
      ['a row twice', 'file,x\na,1\na,2\n', 'second one'],
      ['no such column', 'file,x\na,1\n', "no column 'picture'"],
      ['a row without a name', 'picture,x\n,1\n', 'names no file'],
    ])('with %s is refused, and nothing is uploaded', async (_case, text, message) => {
      writeFileSync(join(bench.folder, 'meta.csv'), text);
      const column = message.startsWith('second') ? 'file' : 'picture';

      await expect(bench.upload({ metadata: join(bench.folder, 'meta.csv'), metadata_key: column })).rejects.toThrow(
        message,
      );
      expect(bench.server.records('data_files')).toEqual([]);
    });

    it('is missed where a unit has none, and reported where no unit has it', async () => {
      writeFileSync(join(bench.folder, 'meta.csv'), 'file,weather\na.png,rain\nz.png,fog\n');
      const handle = await bench.start({ metadata: join(bench.folder, 'meta.csv'), on_error: 'skip' });

      expect(await handle.result()).toMatchObject({ data_units: 1, skipped_units: 1 });
      expect(await bench.logs(handle)).toContainEqual({
        event: 'upload_metadata_unused',
        data: { count: 1, first: ['z.png'] },
      });
    });

    it.each([
      ['a table of no known kind', 'meta.txt', 'text', '.xlsx, .csv or .ndjson'],
      ['a sheet that is none', 'meta.xlsx', 'PK no zip', 'no .xlsx file'],
      ['a table that is not there', 'none.csv', undefined, 'none.csv'],
    ])('refuses %s', async (_case, name, text, message) => {
      if (text !== undefined) writeFileSync(join(bench.folder, name), text);

      await expect(bench.upload({ metadata: join(bench.folder, name) })).rejects.toThrow(message);
    });
  });
});
