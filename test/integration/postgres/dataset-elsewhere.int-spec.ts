import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PlatformSandbox } from '../../e2e/platform-sandbox.fixture.js';
import { describeWithPostgres, PostgresSandbox } from './postgres-sandbox.js';
import { WorkHosts } from './work-hosts.js';

// Each call starts a process.
jest.setTimeout(120_000);

/** Stops for ever where it is told to, once what comes before is done. */
const PLUGIN = `
import { writeFileSync } from 'node:fs';
import { Action, type ConversionOrder, DatasetAction, type DatasetContext, type DatasetResult } from 'nest-synapse';

function stopAt(place: string): void {
  if (process.env.STOP_AT !== place) return;
  writeFileSync(String(process.env.STOP_FILE), place);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

@Action({ name: 'dataset' })
export class MyDatasetAction extends DatasetAction {
  protected override async convertFolder(order: ConversionOrder): Promise<string | undefined> {
    const config = await super.convertFolder(order);
    stopAt('converted');
    return config;
  }
  override resultOfSteps(context: DatasetContext): DatasetResult {
    stopAt('moved');
    return super.resultOfSteps(context);
  }
}
`;

const UNITS = 5;
const PICTURE = readFileSync(join(__dirname, '../../parity/data-cases/fixtures/dataset-action-download/src/one.png'));

describeWithPostgres('A data set whose host is gone', 'a database', () => {
  let postgres: PostgresSandbox;
  let sandbox: PlatformSandbox;
  let hosts: WorkHosts;
  let store: readonly string[];
  beforeAll(async () => {
    postgres = await PostgresSandbox.open('a database');
  });
  beforeEach(async () => {
    sandbox = await PlatformSandbox.start({
      'plugin/config.yaml': 'name: Data\ncode: data\n',
      'plugin/dataset.ts': PLUGIN,
      'sets/keep.txt': 'mine',
    });
    sandbox.addPictures(9, UNITS, PICTURE);
    store = ['--store', `${postgres.url}?schema=${postgres.newSchema()}`];
    hosts = new WorkHosts();
  });
  afterEach(async () => {
    await sandbox.stop();
    hosts.remove();
  });
  afterAll(() => postgres.close());

  const sets = (...below: string[]): string[] => readdirSync(sandbox.folder.path('sets', ...below)).sort();
  const work = (operation: string): string[] => {
    const params = { dataset_id: 9, operation, output_dir: sandbox.folder.path('sets/nine') };
    const plugin = ['plugin', 'run', 'dataset', '--path', sandbox.folder.path('plugin'), '--json'];
    return [...plugin, ...store, '--params', JSON.stringify(params)];
  };
  const goOn = async (verb: 'resume' | 'undo', id: string): Promise<void> => {
    hosts.lose('one');
    await sandbox.succeed(['run', verb, id, '--json', ...store], hosts.on('two'));
  };
  const lostInDownload = async (): Promise<string> => {
    const kill = { method: 'GET', path: '/media/', request: 3, isDone: false };
    await sandbox.kill(work('download'), kill, hosts.on('one'));
    expect(sets()).toHaveLength(2); // a hidden folder beside the place of the data set
    return sandbox.newestRun(store);
  };
  const lostInConversion = async (place: string): Promise<string> => {
    const host = hosts.on('one');
    const file = sandbox.folder.path('stopped.txt');
    const env = { ...host.env, STOP_AT: place, STOP_FILE: file };
    const { child, finished } = sandbox.start(work('download_and_convert'), { ...host, env });
    while (!existsSync(file)) await new Promise((settle) => setTimeout(settle, 10));
    child.kill('SIGKILL');
    expect((await finished).code).toBeNull();
    return sandbox.newestRun(store);
  };

  it('is whole when a download has been resumed on another host, and nothing of the first one lies beside it', async () => {
    await goOn('resume', await lostInDownload());

    expect(sets()).toEqual(['keep.txt', 'nine']);
    expect(sets('nine')).toEqual(['json', 'original_files']);
    expect(sets('nine/original_files')).toHaveLength(UNITS);
  });

  it('is gone when a download has been undone on another host, but for what was there before', async () => {
    await goOn('undo', await lostInDownload());

    expect(sets()).toEqual(['keep.txt']);
  });

  it.each(['converted', 'moved'])(
    'lost when it was %s, is whole when it has been resumed on another host',
    async (place) => {
      await goOn('resume', await lostInConversion(place));

      expect(sets()).toEqual(['keep.txt', 'nine', 'nine_yolo']);
      expect(sets('nine_yolo')).toContain('dataset.yaml');
    },
  );

  it.each(['converted', 'moved'])(
    'lost when it was %s, is gone when it has been undone on another host',
    async (place) => {
      await goOn('undo', await lostInConversion(place));

      expect(sets()).toEqual(['keep.txt']);
    },
  );

  it('is undone on another host also when it had completed', async () => {
    await sandbox.run(work('download_and_convert'), hosts.on('one'));
    const before = sets();
    await goOn('undo', sandbox.newestRun(store));

    expect(before).toEqual(['keep.txt', 'nine', 'nine_yolo']);
    expect(sets()).toEqual(['keep.txt']);
  });
});
