import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BackendServer } from '../../src/resources/clients/recording/backend-server.js';
import { SynapseSandbox } from './synapse-process.js';

// Each call starts a process.
jest.setTimeout(120_000);

const PLUGIN = `
import { Action, DatasetAction } from 'nest-synapse';

@Action({ name: 'dataset' })
export class MyDatasetAction extends DatasetAction {}
`;

const UNITS = 5;
const PICTURE = readFileSync(join(__dirname, '../parity/data-cases/fixtures/dataset-action-download/src/one.png'));

describe('synapse plugin run dataset, whose process is killed in a download', () => {
  let sandbox: SynapseSandbox;
  let server: BackendServer;
  const running: ChildProcess[] = [];
  const variables = { ...process.env };

  beforeEach(async () => {
    sandbox = new SynapseSandbox();
    server = await new BackendServer().start();
    process.env['SYNAPSE_HOST'] = server.base;
    process.env['SYNAPSE_ACCESS_TOKEN'] = 'token-of-the-user';
    server.add('data_collections', { id: 9, name: 'Coll' });
    for (let at = 0; at < UNITS; at++) {
      const image = server.serveFile(`${at}.png`, PICTURE);
      server.add('data_units', { id: at + 1, data_collection: 9, files: { image } });
    }
    sandbox.write({ 'config.yaml': 'name: Data\ncode: data\n', 'dataset.ts': PLUGIN, 'sets/keep.txt': 'mine' });
  });
  afterEach(async () => {
    for (const child of running.splice(0)) child.kill('SIGKILL');
    await server.stop();
    sandbox.remove();
    process.env = { ...variables };
  });

  const start = (...words: string[]): ReturnType<SynapseSandbox['start']> => {
    const started = sandbox.start(words);
    running.push(started.child);
    return started;
  };

  /** Downloads until the third picture is asked for. */
  const killed = async (): Promise<string> => {
    const params = JSON.stringify({ dataset_id: 9, output_dir: 'sets/nine' });
    const { child, finished } = start('plugin', 'run', 'dataset', '--json', '--params', params);
    let pictures = 0;
    server.onRequest = ({ path }) => {
      if (!path.startsWith('/media/') || ++pictures < 3) return undefined;
      child.kill('SIGKILL');
      return new Promise(() => undefined);
    };
    expect((await finished).code).toBeNull();
    server.onRequest = undefined;
    expect(readdirSync(sandbox.path('sets'))).toHaveLength(2); // a hidden folder beside the place of the data set
    return (JSON.parse(sandbox.call(['run', 'list', '--json']).stdout) as { id: string }[])[0]?.id ?? '';
  };

  it('has the whole data set when the run has been resumed, and nothing of the first attempt', async () => {
    const finished = await start('run', 'resume', await killed(), '--json').finished;

    expect(JSON.parse(finished.stdout)).toMatchObject({ status: 'completed', result: { count: UNITS } });
    expect(readdirSync(sandbox.path('sets')).sort()).toEqual(['keep.txt', 'nine']);
    expect(readdirSync(sandbox.path('sets/nine')).sort()).toEqual(['json', 'original_files']);
    expect(readdirSync(sandbox.path('sets/nine/original_files'))).toHaveLength(UNITS);
  });

  it('has nothing left when the run has been undone, but for what was there before', async () => {
    const finished = await start('run', 'undo', await killed(), '--json').finished;

    expect(finished.code).toBe(0);
    expect(readdirSync(sandbox.path('sets'))).toEqual(['keep.txt']);
  });

  it('is undone also when it had completed', async () => {
    const params = JSON.stringify({ dataset_id: 9, output_dir: 'sets/nine', operation: 'download_and_convert' });
    await start('plugin', 'run', 'dataset', '--params', params).finished;
    const before = readdirSync(sandbox.path('sets')).sort();
    const [{ id } = { id: '' }] = JSON.parse(sandbox.call(['run', 'list', '--json']).stdout) as { id: string }[];
    await start('run', 'undo', id).finished;

    expect(before).toEqual(['keep.txt', 'nine', 'nine_yolo']);
    expect(readdirSync(sandbox.path('sets'))).toEqual(['keep.txt']);
  });
});
