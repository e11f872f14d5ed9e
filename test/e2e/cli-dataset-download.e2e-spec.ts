import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PlatformSandbox } from './platform-sandbox.fixture.js';

// Each call starts a process.
jest.setTimeout(120_000);

const PLUGIN = `
import { Action, DatasetAction } from 'nest-synapse';

@Action({ name: 'dataset' })
export class MyDatasetAction extends DatasetAction {}
`;

const UNITS = 5;
const PICTURE = readFileSync(join(__dirname, '../parity/data-cases/fixtures/dataset-action-download/src/one.png'));
const ORDER = { dataset_id: 9, output_dir: 'sets/nine' };
const download = (params: object): string[] => ['plugin', 'run', 'dataset', '--params', JSON.stringify(params)];

describe('synapse plugin run dataset, whose process is killed in a download', () => {
  let sandbox: PlatformSandbox;

  beforeEach(async () => {
    sandbox = await PlatformSandbox.start({
      'config.yaml': 'name: Data\ncode: data\n',
      'dataset.ts': PLUGIN,
      'sets/keep.txt': 'mine',
    });
    sandbox.addPictures(9, UNITS, PICTURE);
  });
  afterEach(() => sandbox.stop());

  const sets = (...below: string[]): string[] => readdirSync(sandbox.folder.path('sets', ...below)).sort();

  /** Downloads until the third picture is asked for. */
  const killed = async (): Promise<string> => {
    await sandbox.kill(download(ORDER), { method: 'GET', path: '/media/', request: 3, isDone: false });
    expect(sets()).toHaveLength(2); // a hidden folder beside the place of the data set
    return sandbox.newestRun();
  };

  it('has the whole data set when the run has been resumed, and nothing of the first attempt', async () => {
    const answer = await sandbox.succeed(['run', 'resume', await killed(), '--json']);

    expect(JSON.parse(answer)).toMatchObject({ status: 'completed', result: { count: UNITS } });
    expect(sets()).toEqual(['keep.txt', 'nine']);
    expect(sets('nine')).toEqual(['json', 'original_files']);
    expect(sets('nine/original_files')).toHaveLength(UNITS);
  });

  it('has nothing left when the run has been undone, but for what was there before', async () => {
    await sandbox.succeed(['run', 'undo', await killed(), '--json']);

    expect(sets()).toEqual(['keep.txt']);
  });

  it('is undone also when it had completed', async () => {
    await sandbox.succeed(download({ ...ORDER, operation: 'download_and_convert' }));
    const before = sets();
    await sandbox.succeed(['run', 'undo', sandbox.newestRun()]);

    expect(before).toEqual(['keep.txt', 'nine', 'nine_yolo']);
    expect(sets()).toEqual(['keep.txt']);
  });
});
