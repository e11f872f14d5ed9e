import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Action,
  ActionPipeline,
  BackendClient,
  DatasetAction,
  DatasetResult,
  type DownloadOrder,
  PipelineRunner,
} from '../../src/index.js';
import { BackendServer } from '../../src/resources/clients/recording/backend-server.js';
import { eventsOf, type HostedRunner, hostedRunner } from '../../src/runtime/runner/runner.fixture.js';
import { datasetCases, inputOf, type Tree, treeOf } from './dataset-case.js';

interface Row {
  readonly label: string;
  readonly params?: Record<string, unknown>;
  readonly units?: readonly Record<string, unknown>[];
  readonly reported_count?: number;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly python_type: string };
  readonly events: readonly { log?: string; data?: Record<string, unknown>; progress?: number; category?: string }[];
  readonly tree?: Tree;
}

const [download, collision, overHttp] = datasetCases(26, 27, 28);
const rows = (download?.expected.rows ?? []) as unknown as Row[];
const rowOf = (label: string): Row => {
  const row = rows.find((candidate) => candidate.label === label);
  if (!row) throw new Error(`the case has no row '${label}'`);
  return row;
};
const input = inputOf({ id: 'dataset-action-download' });
/** What the case calls a quirk, and what we do instead, is in the tests below. */
const AS_RECORDED = ['plain', 'splits', 'no units', 'unit with null files is logged and skipped'];
/** Says where files went; the original loses them without a word. */
const OURS = ['download_file_missing', 'message'];

let server: BackendServer;
let host: HostedRunner;
let folder: string;
let client: BackendClient;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'download-'));
  server = await new BackendServer().start();
  client = server.client();
  host = await hostedRunner({ providers: [{ provide: BackendClient, useFactory: () => client }, DatasetAction] });
});
afterEach(async () => {
  await host.app.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const out = (): string => join(folder, 'out');
/** The case's words for folders, in this test's. */
const here = <T>(value: T): T =>
  JSON.parse(JSON.stringify(value).replaceAll('<INPUT>', input).replaceAll('<OUT>', out())) as T;
/** Has the platform answer as the case's client did: the same units for each list, and the count that it says. */
const serve = ({ units = [], reported_count = units.length }: Pick<Row, 'units' | 'reported_count'>): void => {
  server.add('data_collections', { id: 9, name: 'Coll' });
  server.onRequest = ({ path }) =>
    path === '/data_units/' ? { status: 200, body: { count: reported_count, next: null, results: here(units) } } : undefined;
};
const start = (params: object = {}) =>
  host.runner.run<DatasetResult>({ action: 'dataset', params: { dataset_id: 9, output_dir: out(), ...params } });
type Handle = Awaited<ReturnType<typeof start>>;
const logsOf = async (handle: Handle) =>
  (await eventsOf(handle)).filter(({ type }) => type === 'log').map(({ data }) => ({ log: data.event, data: data.data }));
const progressOf = async (handle: Handle, key: string): Promise<number[]> =>
  (await eventsOf(handle)).filter(({ type, data }) => type === 'progress' && data.key === key).map(({ data }) => data.percent as number);
/** Folders without anything in them belong to the case, too. */
const withoutFolders = (tree: Tree): Tree =>
  Object.fromEntries(Object.entries(tree).filter(([, entry]) => entry.empty_dir !== true));

describe('data case 26: the dataset action downloads', () => {
  it.each(AS_RECORDED)('as recorded: %s', async (label) => {
    const row = rowOf(label);
    serve(row);
    const handle = await start(row.params);
    const { failed_count, ...result } = await handle.result();

    expect(result).toEqual(here(row.result));
    expect(failed_count).toBe(label.includes('null') ? 1 : undefined);
    const told = (await logsOf(handle)).filter(({ log }) => !OURS.includes(String(log)));
    expect(told.map(({ log }) => log)).toEqual(row.events.filter(({ log }) => log).map(({ log }) => log));
    const isError = ({ log }: { log?: unknown }): boolean => log === 'download_unit_error'; // its words are our own
    expect(told.filter((one) => !isError(one))).toEqual(
      row.events.filter((one) => one.log && !isError(one)).map(({ log, data }) => ({ log, data: here(data) })),
    );
    expect(treeOf(out())).toEqual(withoutFolders(row.tree ?? {}));
    expect(readdirSync(folder)).toEqual(['out']);
  });

  it('asks for the parts with their filters, which may name another collection', async () => {
    serve(rowOf('splits'));
    await (await start({ splits: { train: { tag: 'a' }, valid: { data_collection: 8 } } })).result();

    expect(server.lines).toEqual([
      'GET /data_collections/9/?expand=file_specifications',
      'GET /data_units/?data_collection=9&tag=a&page_size=100',
      'GET /data_units/?data_collection=8&page_size=100',
    ]);
  });

  it.each(['plain', 'splits', 'count lower than real', 'count zero but units arrive', 'no units'])(
    'B-31: progress only goes up, over all parts, and reaches 100: %s',
    async (label) => {
      const row = rowOf(label);
      serve(row);
      const handle = await start(row.params);
      const { count } = await handle.result();

      expect(count).toBe(label === 'splits' ? 4 : row.units?.length);
      for (const key of ['fetch', 'download']) {
        const percents = await progressOf(handle, key);
        expect([...percents].sort((one, other) => one - other)).toEqual(percents);
        expect(percents.at(-1)).toBe(key === 'fetch' ? 50 : 100);
      }
    },
  );

  it('B-02: fetches a file that is only a URL, under the name that the URL has', async () => {
    const url = `${server.serveFile('remote.v1.png', readFileSync(join(input, 'src/one.png')))}?sig=a/b.c`;
    serve({ units: [{ id: 3, files: { image: { url } } }] });
    await (await start()).result();

    expect(Object.keys(treeOf(out())).sort()).toEqual(['json/remote.v1.json', 'original_files/remote.v1.png']);
    expect(treeOf(out())['original_files/remote.v1.png']).toEqual(rowOf('plain').tree?.['original_files/one.png']);
  });

  it('says which files are said to lie on this machine and do not', async () => {
    serve(rowOf('plain'));
    const handle = await start();
    await handle.result();

    expect(await logsOf(handle)).toContainEqual({
      log: 'download_file_missing',
      data: { unit_id: '2', files: ['/nonexistent/meta.bin'] },
    });
  });

  it('refuses a download without a collection, and without a client, before it reports anything', async () => {
    const lonely = await hostedRunner({ providers: [DatasetAction], options: { backend: false } });
    const handle = await host.runner.run({ action: 'dataset', params: {} });
    const unconfigured = await lonely.runner.run({ action: 'dataset', params: { dataset_id: 9 } });

    await expect(handle.result()).rejects.toMatchObject({ details: { issues: [{ path: 'dataset_id' }] } });
    await expect(unconfigured.result()).rejects.toMatchObject({ details: { step_cause_code: 'SYN_NOT_CONFIGURED' } });
    await lonely.app.close();
  });

  it.each(['../outside', 'a/b', '..', '', '.names'])('refuses %j as the name of a part', async (name) => {
    const handle = await start({ splits: { [name]: {} } });

    await expect(handle.result()).rejects.toMatchObject({ details: { cause_code: 'SYN_PARAMS_INVALID' } });
  });
});

describe('a download that goes wrong', () => {
  const failing = () => {
    const good = server.serveFile('good.png', readFileSync(join(input, 'src/one.png')));
    serve({ units: [{ id: 1, files: { image: good } }, { id: 2, files: { image: `${server.base}/media/none.png` } }] });
  };

  it('reports the units that fail and goes on, where nothing else is said', async () => {
    failing();
    const handle = await start();

    expect(await handle.result()).toMatchObject({ count: 1, failed_count: 1 });
    expect((await logsOf(handle)).find(({ log }) => log === 'download_unit_error')?.data).toMatchObject({ unit_id: 2 });
    expect(Object.keys(treeOf(out()))).toHaveLength(2);
  });

  it('fails with the first unit that fails where it is told to, and leaves nothing', async () => {
    failing();
    const handle = await start({ on_error: 'fail' });

    await expect(handle.result()).rejects.toMatchObject({ details: { step_cause_code: 'SYN_HTTP_NOT_FOUND' } });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('fails when nothing at all came through', async () => {
    serve({ units: [{ id: 2, files: { image: `${server.base}/media/none.png` } }] });

    await expect((await start()).result()).rejects.toMatchObject({ details: { total: 1 } });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('leaves a folder of somebody else as it is', async () => {
    serve(rowOf('plain'));
    cpSync(input, out(), { recursive: true });
    const before = treeOf(out());

    await expect((await start()).result()).rejects.toMatchObject({ details: { step_cause_code: 'SYN_DATASET_TARGET' } });
    expect(treeOf(out())).toEqual(before);
  });

  it('takes the data set away again when the conversion after it fails', async () => {
    serve({ units: [{ id: 1, files: { image: join(input, 'src/one.png') }, annotations: { bounding_box: [{}] } }] });
    const handle = await start({ operation: 'download_and_convert' });

    await expect(handle.result()).rejects.toMatchObject({ details: { step: 'convert' } });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('keeps addresses of this machine that are not the platform out of reach', async () => {
    const other = await new BackendServer().start();
    serve({ units: [{ id: 1, files: { image: other.serveFile('secret.png', Buffer.from('secret')) } }] });
    await expect((await start()).result()).rejects.toThrow('not a public address');

    expect(other.requests).toEqual([]);
    await other.stop();
  });

  it('ends with the run that is cancelled, and leaves nothing', async () => {
    const asked = Promise.withResolvers<void>();
    serve({ units: [{ id: 1, files: { image: `${server.base}/slow.png` } }] });
    const answer = server.onRequest;
    server.onRequest = (request, perform) => {
      if (request.path !== '/slow.png') return answer?.(request, perform);
      asked.resolve();
      return new Promise(() => undefined);
    };
    const handle = await start();
    await asked.promise;
    await handle.cancel('enough');

    await expect(handle.result()).rejects.toMatchObject({ code: 'SYN_RUN_CANCELLED' });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('a download of many units', () => {
  it('B-36: has ten units under way at most, and all of those, whoever serves their files', async () => {
    let now = 0;
    let most = 0;
    const waiting: (() => void)[] = [];
    const units = Array.from({ length: 60 }, (_, id) => ({ id, files: { image: `${server.base}/pictures/${id}.png` } }));
    serve({ units });
    const answer = server.onRequest;
    server.onRequest = async (request, perform) => {
      if (!request.path.startsWith('/pictures/')) return (await answer?.(request, perform)) ?? perform();
      now += 1;
      most = Math.max(most, now);
      // The first ten wait for each other; only then is there an eleventh.
      if (most < 10) await new Promise<void>((resolve) => waiting.push(resolve));
      else for (const go of waiting.splice(0)) go();
      now -= 1;
      return { status: 200, body: Buffer.from(request.path) };
    };

    expect((await (await start()).result()).count).toBe(60);
    expect(most).toBe(10);
  });
});

describe('data case 27: two data units whose files share a name', () => {
  it('B-04: keep their documents and their pictures, each with its own', async () => {
    mkdirSync(join(folder, 'other'));
    copyFileSync(join(__dirname, 'data-cases/fixtures/dataset-action-convert/dm2/original_files/a.png'), join(folder, 'other/one.png'));
    const { units } = collision?.call as unknown as { units: Record<string, unknown>[] };
    serve({ units: JSON.parse(JSON.stringify(units).replace('<INPUT>/src2', join(folder, 'other'))) as never });
    const result = await (await start()).result();
    const tree = treeOf(out());

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
    const urls = [1, 2].map((at) => server.serveFile(`p${at}/x.png`, Buffer.from(`picture ${at}`)));
    const units = Array.from({ length: 250 }, (_, at) => ({
      id: at + 1,
      data_collection: 9,
      files: { image: urls[at % 2], extra: urls[(at + 1) % 2] },
    }));
    server.add('data_collections', { id: 9 });
    for (const unit of units) server.add('data_units', unit);
    await (await start()).result();
    const pictures = readdirSync(join(out(), 'original_files'));

    expect(readdirSync(join(out(), 'json'))).toHaveLength(250);
    expect(pictures).toHaveLength(500);
    expect(server.lines.filter((line) => line.startsWith('GET /data_units/'))).toHaveLength(3);
    for (const { id } of units) {
      const name = id === 1 ? 'x' : `x_${id}`;
      expect(readFileSync(join(out(), `original_files/${name}.png`), 'utf8')).toBe(`picture ${((id - 1) % 2) + 1}`);
    }
  });
});

describe('data case 28: a download over HTTP', () => {
  const serveCase = (): Buffer => {
    const picture = readFileSync(join(input, 'src/one.png'));
    server.add('data_collections', { id: 9, name: 'Coll' });
    for (const id of [1, 2, 3]) {
      const image = { url: server.serveFile(`u${id}.png`, picture) };
      const box = { id: 'b', classification: 'c', data: [0, 0, 2, 2] };
      server.add('data_units', { id, data_collection: 9, files: { image }, annotations: { bounding_box: [box] } });
    }
    return picture;
  };

  it('B-02: has the pictures, and asks for each page once', async () => {
    serveCase();
    const result = await (await start()).result();

    expect({ ...result }).toEqual(here((overHttp?.expected as unknown as { result: unknown }).result));
    const { requests } = overHttp?.expected as unknown as { requests: readonly string[] };
    // Three units are one page of ours; the case's server had pages of two, and page 1 was asked for twice.
    expect(server.lines.slice(0, 2)).toEqual(requests.slice(0, 2));
    expect(server.lines.slice(2).sort()).toEqual(['GET /media/u1.png', 'GET /media/u2.png', 'GET /media/u3.png']);
    expect(Object.keys(treeOf(out())).sort()).toEqual([1, 2, 3].flatMap((id) => [`json/u${id}.json`]).concat([1, 2, 3].map((id) => `original_files/u${id}.png`)));
  });

  it.each([['download'], [null]])('B-24: two of them in a pipeline download and convert, told operation %j', async (operation) => {
    serveCase();
    const handle = await host.app
      .get(PipelineRunner)
      .run<DatasetResult>(ActionPipeline.of(DatasetAction, DatasetAction), {
        params: { dataset_id: 9, operation, output_dir: out() },
      });
    const result = await handle.result();

    expect(result).toMatchObject({ format: 'yolo', source_path: out(), path: `${out()}_yolo` });
    expect(Object.keys(treeOf(result.path)).sort()).toEqual(
      expect.arrayContaining(['dataset.yaml', 'images/u1.png', 'labels/u1.txt']),
    );
  });

  it('downloads and converts in one run, and keeps both', async () => {
    serveCase();
    const handle = await start({ operation: 'download_and_convert', target_format: 'coco', classes: ['c', 'd'] });
    const result = await handle.result();

    expect(result).toMatchObject({ count: 3, format: 'coco', source_path: out(), path: `${out()}_coco` });
    expect(existsSync(String(result.config_path))).toBe(true);
    expect((await logsOf(handle)).map(({ log }) => log)).toEqual(
      expect.arrayContaining(['download_start', 'data_units_listed', 'download_complete', 'convert_start', 'convert_complete']),
    );
    expect((await progressOf(handle, 'convert')).at(-1)).toBe(100);
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
    server.add('data_collections', { id: 9 });
    for (const id of [2, 3]) server.add('data_units', { id, data_collection: 9 });
    const own = await hostedRunner({ providers: [{ provide: BackendClient, useValue: client }, OwnAction] });
    const handle = await own.runner.run<DatasetResult>({ action: 'own', params: { dataset_id: 9, output_dir: out() } });

    expect((await handle.result()).count).toBe(5);
    await own.app.close();
  });
});
