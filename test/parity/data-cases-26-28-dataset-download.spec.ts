import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import {
  Action,
  ActionPipeline,
  BackendClient,
  DatasetAction,
  DatasetResult,
  type DownloadOrder,
  PipelineRunner,
} from '../../src/index.js';
import { hostedRunner } from '../../src/runtime/runner/runner.fixture.js';
import { datasetCases, type Tree, treeOf } from './dataset-case.js';
import { DownloadBench, input, rowOf } from './download-bench.js';

const [collision, overHttp] = datasetCases(27, 28);
/** What the case calls a quirk, and what we do instead, is in the tests below. */
const AS_RECORDED = ['plain', 'splits', 'no units', 'unit with null files is logged and skipped'];
/** Says where files went; the original loses them without a word. */
const OURS = ['download_file_missing', 'message'];
/** Folders without anything in them belong to the case, too. */
const withoutFolders = (tree: Tree): Tree =>
  Object.fromEntries(Object.entries(tree).filter(([, entry]) => entry.empty_dir !== true));

let bench: DownloadBench;
beforeEach(async () => {
  bench = await DownloadBench.start();
});
afterEach(() => bench.stop());

describe('data case 26: the dataset action downloads', () => {
  it.each(AS_RECORDED)('as recorded: %s', async (label) => {
    const row = rowOf(label);
    bench.serve(row);
    const handle = await bench.start(row.params);
    const { failed_count, ...result } = await handle.result();

    expect(result).toEqual(bench.here(row.result));
    expect(failed_count).toBe(label.includes('null') ? 1 : undefined);
    const told = (await bench.logsOf(handle)).filter(({ log }) => !OURS.includes(String(log)));
    expect(told.map(({ log }) => log)).toEqual(row.events.filter(({ log }) => log).map(({ log }) => log));
    const isError = ({ log }: { log?: unknown }): boolean => log === 'download_unit_error'; // its words are our own
    expect(told.filter((one) => !isError(one))).toEqual(
      row.events.filter((one) => one.log && !isError(one)).map(({ log, data }) => ({ log, data: bench.here(data) })),
    );
    expect(treeOf(bench.out)).toEqual(withoutFolders(row.tree ?? {}));
    expect(readdirSync(bench.folder)).toEqual(['out']);
  });

  it('asks for the parts with their filters, which may name another collection', async () => {
    bench.serve(rowOf('splits'));
    await (await bench.start({ splits: { train: { tag: 'a' }, valid: { data_collection: 8 } } })).result();

    expect(bench.server.lines).toEqual([
      'GET /data_collections/9/?expand=file_specifications',
      'GET /data_units/?data_collection=9&tag=a&page_size=100',
      'GET /data_units/?data_collection=8&page_size=100',
    ]);
  });

  it.each(['plain', 'splits', 'count lower than real', 'count zero but units arrive', 'no units'])(
    'B-31: progress only goes up, over all parts, and reaches 100: %s',
    async (label) => {
      const row = rowOf(label);
      bench.serve(row);
      const handle = await bench.start(row.params);
      const { count } = await handle.result();

      expect(count).toBe(label === 'splits' ? 4 : row.units?.length);
      for (const key of ['fetch', 'download']) {
        const percents = await bench.progressOf(handle, key);
        expect([...percents].sort((one, other) => one - other)).toEqual(percents);
        expect(percents.at(-1)).toBe(key === 'fetch' ? 50 : 100);
      }
    },
  );

  it('B-02: fetches a file that is only a URL, under the name that the URL has', async () => {
    const url = `${bench.server.serveFile('remote.v1.png', readFileSync(join(input, 'src/one.png')))}?sig=a/b.c`;
    bench.serve({ units: [{ id: 3, files: { image: { url } } }] });
    await (await bench.start()).result();

    expect(Object.keys(treeOf(bench.out)).sort()).toEqual(['json/remote.v1.json', 'original_files/remote.v1.png']);
    expect(treeOf(bench.out)['original_files/remote.v1.png']).toEqual(rowOf('plain').tree?.['original_files/one.png']);
  });

  it('says which files are said to lie on this machine and do not', async () => {
    bench.serve(rowOf('plain'));
    const handle = await bench.start();
    await handle.result();

    expect(await bench.logsOf(handle)).toContainEqual({
      log: 'download_file_missing',
      data: { unit_id: '2', files: ['/nonexistent/meta.bin'] },
    });
  });

  it('refuses a download without a collection, and without a client, before it reports anything', async () => {
    const lonely = await hostedRunner({ providers: [DatasetAction], options: { backend: false } });
    const handle = await bench.host.runner.run({ action: 'dataset', params: {} });
    const unconfigured = await lonely.runner.run({ action: 'dataset', params: { dataset_id: 9 } });

    await expect(handle.result()).rejects.toMatchObject({ details: { issues: [{ path: 'dataset_id' }] } });
    await expect(unconfigured.result()).rejects.toMatchObject({ details: { step_cause_code: 'SYN_NOT_CONFIGURED' } });
    await lonely.app.close();
  });

  it.each([
    ['a URL whose name holds slashes', '..%2F..%2Fevil.png', 4, '.._.._evil'],
    ['a URL whose name holds backslashes', '..%5C..%5Cevil.png', 4, '.._.._evil'],
    ['a URL whose name is the root of a disk', '%2Fetc%2Fpasswd', 4, '_etc_passwd'],
    ['its id, where it has no file', undefined, '../../evil', '.._.._evil'],
  ])('keeps a unit below its folder that is named by %s', async (_what, name, id, stem) => {
    const files = name && { image: { url: bench.server.serveFile(name, readFileSync(join(input, 'src/one.png'))) } };
    bench.serve({ units: [{ id, files: files ?? {} }] });
    const result = await (await bench.start()).result();

    expect(result.count).toBe(1);
    expect(Object.keys(treeOf(bench.out)).sort()).toEqual([`json/${stem}.json`, ...(name ? [`original_files/${stem}${extname(name)}`] : [])]);
    expect(readdirSync(bench.folder)).toEqual([basename(bench.out)]);
  });

  it.each(['../outside', 'a/b', '..', '', '.names'])('refuses %j as the name of a part', async (name) => {
    const handle = await bench.start({ splits: { [name]: {} } });

    await expect(handle.result()).rejects.toMatchObject({ details: { cause_code: 'SYN_PARAMS_INVALID' } });
  });
});

describe('data case 27: two data units whose files share a name', () => {
  it('B-04: keep their documents and their pictures, each with its own', async () => {
    mkdirSync(join(bench.folder, 'other'));
    copyFileSync(join(__dirname, 'data-cases/fixtures/dataset-action-convert/dm2/original_files/a.png'), join(bench.folder, 'other/one.png'));
    const { units } = collision?.call as unknown as { units: Record<string, unknown>[] };
    bench.serve({ units: JSON.parse(JSON.stringify(units).replace('<INPUT>/src2', join(bench.folder, 'other'))) as never });
    const result = await (await bench.start()).result();
    const tree = treeOf(bench.out);

    expect(result.count).toBe((collision?.expected as unknown as { count: number }).count);
    expect(Object.keys(tree).sort()).toEqual([
      'json/one.json',
      'json/one_5.json',
      'original_files/one.png',
      'original_files/one_5.png',
    ]);
    expect(tree['json/one.json']?.json).toMatchObject({ classification: { bounding_box: ['first'] } });
    expect(tree['json/one_5.json']?.json).toMatchObject({ classification: { bounding_box: ['second'] } });
    expect(tree['original_files/one.png']?.size).not.toBe(tree['original_files/one_5.png']?.size);
  });

  it('B-04: names are those of the order of the units, however many there are and whichever comes first', async () => {
    const urls = [1, 2].map((at) => bench.server.serveFile(`p${at}/x.png`, Buffer.from(`picture ${at}`)));
    const units = Array.from({ length: 250 }, (_, at) => ({
      id: at + 1,
      data_collection: 9,
      files: { image: urls[at % 2], extra: urls[(at + 1) % 2] },
    }));
    bench.server.add('data_collections', { id: 9 });
    for (const unit of units) bench.server.add('data_units', unit);
    await (await bench.start()).result();
    const pictures = readdirSync(join(bench.out, 'original_files'));

    expect(readdirSync(join(bench.out, 'json'))).toHaveLength(250);
    expect(pictures).toHaveLength(500);
    expect(bench.server.lines.filter((line) => line.startsWith('GET /data_units/'))).toHaveLength(3);
    for (const { id } of units) {
      const name = id === 1 ? 'x' : `x_${id}`;
      expect(readFileSync(join(bench.out, `original_files/${name}.png`), 'utf8')).toBe(`picture ${((id - 1) % 2) + 1}`);
    }
  });
});

describe('data case 28: a download over HTTP', () => {
  const serveCase = (): Buffer => {
    const picture = readFileSync(join(input, 'src/one.png'));
    bench.server.add('data_collections', { id: 9, name: 'Coll' });
    for (const id of [1, 2, 3]) {
      const image = { url: bench.server.serveFile(`u${id}.png`, picture) };
      const box = { id: 'b', classification: 'c', data: [0, 0, 2, 2] };
      bench.server.add('data_units', { id, data_collection: 9, files: { image }, annotations: { bounding_box: [box] } });
    }
    return picture;
  };

  it('B-02: has the pictures, and asks for each page once', async () => {
    serveCase();
    const result = await (await bench.start()).result();

    expect({ ...result }).toEqual(bench.here((overHttp?.expected as unknown as { result: unknown }).result));
    const { requests } = overHttp?.expected as unknown as { requests: readonly string[] };
    // Three units are one page of ours; the case's server had pages of two, and page 1 was asked for twice.
    expect(bench.server.lines.slice(0, 2)).toEqual(requests.slice(0, 2));
    expect(bench.server.lines.slice(2).sort()).toEqual(['GET /media/u1.png', 'GET /media/u2.png', 'GET /media/u3.png']);
    expect(Object.keys(treeOf(bench.out)).sort()).toEqual([1, 2, 3].flatMap((id) => [`json/u${id}.json`]).concat([1, 2, 3].map((id) => `original_files/u${id}.png`)));
  });

  it.each([['download'], [null]])('B-24: two of them in a pipeline download and convert, told operation %j', async (operation) => {
    serveCase();
    const handle = await bench.host.app
      .get(PipelineRunner)
      .run<DatasetResult>(ActionPipeline.of(DatasetAction, DatasetAction), {
        params: { dataset_id: 9, operation, output_dir: bench.out },
      });
    const result = await handle.result();

    expect(result).toMatchObject({ format: 'yolo', source_path: bench.out, path: `${bench.out}_yolo` });
    expect(Object.keys(treeOf(result.path)).sort()).toEqual(
      expect.arrayContaining(['dataset.yaml', 'images/u1.png', 'labels/u1.txt']),
    );
  });

  it('downloads and converts in one run, and keeps both', async () => {
    serveCase();
    const handle = await bench.start({ operation: 'download_and_convert', target_format: 'coco', classes: ['c', 'd'] });
    const result = await handle.result();

    expect(result).toMatchObject({ count: 3, format: 'coco', source_path: bench.out, path: `${bench.out}_coco` });
    expect(existsSync(String(result.config_path))).toBe(true);
    expect((await bench.logsOf(handle)).map(({ log }) => log)).toEqual(
      expect.arrayContaining(['download_start', 'data_units_listed', 'download_complete', 'convert_start', 'convert_complete']),
    );
    expect((await bench.progressOf(handle, 'convert')).at(-1)).toBe(100);
  });
});

describe('A subclass of the dataset action', () => {
  it('may fetch the units of a part in its own way', async () => {
    @Action({ name: 'own' })
    class OwnAction extends DatasetAction {
      protected override async downloadUnits({ folder: place, units }: DownloadOrder): Promise<number> {
        mkdirSync(place, { recursive: true });
        let count = 0;
        for await (const { id } of units) count += Number(id);
        return count;
      }
    }
    bench.server.add('data_collections', { id: 9 });
    for (const id of [2, 3]) bench.server.add('data_units', { id, data_collection: 9 });
    const own = await hostedRunner({ providers: [{ provide: BackendClient, useValue: bench.client }, OwnAction] });
    const handle = await own.runner.run<DatasetResult>({ action: 'own', params: { dataset_id: 9, output_dir: bench.out } });

    expect((await handle.result()).count).toBe(5);
    await own.app.close();
  });
});
