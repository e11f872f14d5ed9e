import { execFile } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { BackendServer } from '../../src/resources/clients/recording/backend-server.js';
import { type Finished, SynapseSandbox } from './synapse-process.js';

jest.setTimeout(120_000); // whole processes, perhaps on a busy machine

const repository = resolve(__dirname, '../..');
const plugin = join(repository, 'plugins-example/dataset-tools');
const photographs = join(plugin, 'data/photographs');
const COLLECTION = {
  id: 7,
  name: 'Photographs',
  file_specifications: [
    { id: 1, name: 'original_files', file_type: 'image', is_required: true, is_primary: true },
    { id: 2, name: 'json', file_type: 'data', is_required: true },
  ],
};

interface UploadedUnit {
  readonly files: Readonly<Record<string, { readonly path: string }>>;
}

describe('The upload of the data set tools, run by the built command line', () => {
  let sandbox: SynapseSandbox;
  let platform: BackendServer;

  beforeEach(async () => {
    sandbox = new SynapseSandbox();
    platform = await new BackendServer().start();
    platform.tables.add('data_collections', COLLECTION);
  });
  afterEach(async () => {
    await platform.stop();
    sandbox.remove();
  });

  /** Runs while this process answers for the platform. */
  const upload = (path: string, env: Record<string, string> = {}): Promise<Finished> =>
    new Promise((settle) => {
      const params = JSON.stringify({ data_collection: COLLECTION.id, path, storage_dir: 'store' });
      const words = [
        join(repository, 'bin/synapse.js'),
        'plugin',
        'run',
        'upload',
        '--path',
        plugin,
        '--params',
        params,
      ];
      const access = { SYNAPSE_HOST: platform.base, SYNAPSE_ACCESS_TOKEN: 'test-token' };
      const options = { cwd: sandbox.root, env: sandbox.environment({ ...access, ...env }) };
      const child = execFile(process.execPath, words, options, (_error, stdout, stderr) =>
        settle({ code: child.exitCode, stdout, stderr }),
      );
    });
  /** Paths of the files below a folder of the sandbox; nothing where it is not there. */
  const filesIn = (folder: string): string[] => {
    const root = sandbox.path(folder);
    if (!existsSync(root)) return [];
    const names = readdirSync(root, { recursive: true, encoding: 'utf8' });
    return names.map((name) => join(root, name)).filter((path) => statSync(path).isFile());
  };

  it('puts pictures and annotations into a folder, and makes a unit of each pair', async () => {
    const { code, stdout, stderr } = await upload(photographs);

    expect([code, stderr.includes('Error')]).toEqual([0, false]);
    expect(JSON.parse(stdout)).toMatchObject({ uploaded_files: 12, data_units: 6, warnings: 1 });
    const units = platform.tables.all('data_units') as unknown as UploadedUnit[];
    const stored = units.flatMap(({ files }) => Object.values(files).map(({ path }) => path.replace('file://', '')));
    expect(stored.sort()).toEqual(filesIn('store').sort());
    for (const path of stored) {
      const original = join(photographs, path.split('/').slice(-2).join('/'));
      expect(readFileSync(path).equals(readFileSync(original))).toBe(true);
    }
  });

  it('takes the files away again when the platform makes no units of them', async () => {
    platform.onRequest = ({ method, path }) =>
      method === 'POST' && path === '/data_units/' ? { status: 400, body: { detail: 'no units today' } } : undefined;
    const { code, stdout, stderr } = await upload(photographs);

    expect(code).not.toBe(0);
    expect(stdout).toBe('');
    expect(stderr).toContain('no units today');
    expect(filesIn('store')).toEqual([]);
    expect(platform.tables.all('data_units')).toEqual([]);
  });

  it('uploads nothing of a set in which something is wrong', async () => {
    const copy = sandbox.path('damaged');
    cpSync(photographs, copy, { recursive: true });
    const file = join(copy, 'json/rocket.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('[0,0,92,427]', '[0,0,92,527]'));
    const { code, stderr } = await upload(copy);

    expect(code).toBe(1);
    expect(stderr).toContain('quality-report.html');
    expect(filesIn('store')).toEqual([]);
    expect(platform.requests.map(({ method }) => method)).toEqual(['GET']);
  });

  it('takes the storage that is configured', async () => {
    const SYNAPSE_STORAGE_CONFIGURATION = JSON.stringify({ location: sandbox.path('configured') });
    const { code } = await upload(photographs, { SYNAPSE_STORAGE_PROVIDER: 'local', SYNAPSE_STORAGE_CONFIGURATION });

    expect(code).toBe(0);
    expect(filesIn('configured')).toHaveLength(12);
    expect(filesIn('store')).toEqual([]);
  });
});
