import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Action,
  BackendClient,
  type ConversionOrder,
  DatasetAction,
  DatasetResult,
  type DownloadOrder,
} from '../../src/index.js';
import { PlatformServer } from '../../src/runtime/runner/platform-server.fixture.js';
import { eventsOf, type HostedRunner, hostedRunner } from '../../src/runtime/runner/runner.fixture.js';

interface Row {
  readonly label?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly python_type: string };
  readonly reported_count?: number;
  readonly events: readonly { readonly log?: string; readonly data?: Record<string, unknown> }[];
}

const rowsOf = (file: string): Row[] =>
  (JSON.parse(readFileSync(join(__dirname, 'data-cases/cases', file), 'utf8')) as { expected: { rows: Row[] } }).expected
    .rows;
const downloads = rowsOf('26-dataset-action-download.json');
/** Copies in place of converting, and writes a file for each unit in place of fetching one. */
@Action({ name: 'dataset' })
class CopyingDatasetAction extends DatasetAction {
  protected override downloadUnits({ folder, collection, filters }: DownloadOrder): Promise<number> {
    const count = Number(filters['count'] ?? collection['count']);
    mkdirSync(folder, { recursive: true });
    for (let unit = 0; unit < count; unit++) writeFileSync(join(folder, `${unit}.json`), '{}');
    return Promise.resolve(count);
  }
  protected override convertFolder({ source, target, targetFormat }: ConversionOrder): Promise<string | undefined> {
    cpSync(source, target, { recursive: true });
    if (targetFormat !== 'yolo') return Promise.resolve(undefined);
    const config = join(target, 'dataset.yaml');
    writeFileSync(config, 'nc: 0\n');
    return Promise.resolve(config);
  }
}

@Action({ name: 'bare' })
class BareDatasetAction extends DatasetAction {}

describe('data case 26: the dataset action downloads', () => {
  const platform = new PlatformServer({ '/data_collections/9/': { id: 9, name: 'Coll', count: 3 } });
  let host: HostedRunner;
  let lonely: HostedRunner;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'dataset-'));
    for (const name of ['dm1', 'dm2', 'yolo']) mkdirSync(join(folder, name));
    const client = { provide: BackendClient, useValue: await platform.start() };
    host = await hostedRunner({ providers: [client, CopyingDatasetAction, BareDatasetAction] });
    lonely = await hostedRunner({ providers: [CopyingDatasetAction] });
  });
  afterAll(async () => {
    for (const { app } of [host, lonely]) await app.close();
    await platform.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The case's words for folders, in this test's. */
  const here = <T>(value: T): T =>
    JSON.parse(JSON.stringify(value).replaceAll('<INPUT>', folder).replaceAll('<OUT>', join(folder, 'out'))) as T;
  const start = (params: object, { runner } = host, action = 'dataset') => runner.run<DatasetResult>({ action, params });
  const logs = async (handle: Parameters<typeof eventsOf>[0]) =>
    (await eventsOf(handle)).filter(({ type }) => type === 'log').map(({ data }) => ({ log: data.event, data: data.data }));

  it('downloads a collection as recorded', async () => {
    const { result, events } = here(downloads.find(({ label }) => label === 'plain') ?? { events: [] });
    const handle = await start({ dataset_id: 9, output_dir: join(folder, 'out') });

    expect({ ...(await handle.result()) }).toEqual(result);
    const own = ['download_start', 'download_complete'];
    expect(await logs(handle)).toEqual(
      events.filter(({ log }) => own.includes(String(log))).map(({ log, data }) => ({ log, data })),
    );
    expect(platform.requests.at(-1)).toBe('GET /data_collections/9/?expand=file_specifications');
  });

  it('downloads parts into folders of their own, as recorded', async () => {
    const { result, events } = here(downloads.find(({ label }) => label === 'splits') ?? { events: [] });
    const splits = { train: { count: 2 }, valid: { count: 2 } };
    const handle = await start({ dataset_id: 9, output_dir: join(folder, 'out'), splits });

    expect({ ...(await handle.result()) }).toEqual(result);
    const listed = 'data_units_listed'; // what fetches the units says how many there are
    expect(await logs(handle)).toEqual(
      events.filter(({ log }) => log && log !== listed).map(({ log, data }) => ({ log, data })),
    );
    expect(existsSync(join(folder, 'out/valid/1.json'))).toBe(true);
  });

  it('B-31: reaches 100 also for a collection without units', async () => {
    const params = { dataset_id: 9, output_dir: join(folder, 'none'), splits: { train: { count: 0 } } };
    const handle = await start(params);

    expect((await handle.result()).count).toBe(0);
    const progress = (await eventsOf(handle)).filter(({ type }) => type === 'progress');
    expect(progress.filter(({ data }) => data.key === 'download').at(-1)?.data).toMatchObject({ percent: 100 });
  });

  it('B-24: a second one converts what the first has downloaded, without being told', async () => {
    const first = await (await start({ dataset_id: 9, output_dir: join(folder, 'first') })).result();
    const second = await (await start({ dataset_id: 9, path: first.path })).result();

    expect(second).toMatchObject({ format: 'yolo', source_path: join(folder, 'first'), path: join(folder, 'first_yolo') });
    expect(second.data_path).toBe(join(folder, 'first_yolo/dataset.yaml'));
  });

  it.each(['../outside', 'a/b', '..', ''])('refuses %j as the name of a part', async (name) => {
    const handle = await start({ dataset_id: 9, splits: { [name]: {} } });

    await expect(handle.result()).rejects.toMatchObject({ details: { cause_code: 'SYN_PARAMS_INVALID' } });
  });

  it('refuses a download without a collection, and without a client', async () => {
    await expect((await start({})).result()).rejects.toMatchObject({ details: { issues: [{ path: 'dataset_id' }] } });
    await expect((await start({ dataset_id: 9 }, lonely)).result()).rejects.toMatchObject({
      details: { cause_code: 'SYN_NOT_CONFIGURED' },
    });
  });

  it('says what to override where nothing says how units are downloaded', async () => {
    const handle = await start({ dataset_id: 9 }, host, 'bare');

    await expect(handle.result()).rejects.toThrow('Override downloadUnits(');
  });
});
