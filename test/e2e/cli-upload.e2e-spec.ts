import { readFileSync } from 'node:fs';
import { type Kill, PlatformSandbox } from './platform-sandbox.fixture.js';
import type { Finished } from './synapse-process.js';

// Each call starts a process.
jest.setTimeout(120_000);

const PLUGIN = `
import { Action, UploadAction, UploadParams } from 'nest-synapse';

@Action({ name: 'upload', params: UploadParams })
export class MyUploadAction extends UploadAction {}
`;

const UNITS = 7;
const PARAMS = JSON.stringify({ data_collection: 9, path: 'pictures', batch_size: 3, parallel: 2 });
const UPLOAD = ['plugin', 'run', 'upload', '--json', '--params', PARAMS];

const KILLS: readonly (Kill & { readonly title: string })[] = [
  { title: 'before the fourth file', path: '/data_files/', request: 4, isDone: false },
  { title: 'when the fourth file had arrived', path: '/data_files/', request: 4, isDone: true },
  { title: 'before the second batch of units', path: '/data_units/', request: 2, isDone: false },
  { title: 'when the second batch of units had been made', path: '/data_units/', request: 2, isDone: true },
];

describe('synapse plugin run upload', () => {
  let sandbox: PlatformSandbox;

  beforeEach(async () => {
    sandbox = await PlatformSandbox.start({ 'config.yaml': 'name: Up\ncode: up\n', 'upload.ts': PLUGIN });
    const specification = { name: 'image', file_type: 'image', is_required: true };
    sandbox.platform.add('data_collections', { id: 9, file_specifications: [specification] });
    for (let at = 0; at < UNITS; at++) sandbox.folder.write({ [`pictures/${at}.png`]: `picture ${at}` });
  });
  afterEach(() => sandbox.stop());

  const resultOf = ({ stdout }: Finished): unknown => JSON.parse(stdout) as unknown;
  const names = (): unknown[] =>
    sandbox.platform.records('data_units').map(({ meta }) => (meta as { origin_file_name: string }).origin_file_name);
  const allNames = Array.from({ length: UNITS }, (_, at) => `${at}.png`);

  it('uploads with the credentials of the environment, and prints how much', async () => {
    const finished = await sandbox.run(UPLOAD);

    expect({ code: finished.code, result: resultOf(finished) }).toMatchObject({
      code: 0,
      result: { status: 'completed', result: { uploaded_files: UNITS, data_units: UNITS } },
    });
    expect(names()).toEqual(allNames);
    expect(sandbox.platform.requests[0]?.headers['synapse-access-token']).toBe('Token token-of-the-user');
    expect(finished.stdout + finished.stderr).not.toContain('token-of-the-user');
  });

  it.each(KILLS)('killed $title, goes on where it was and makes each unit once', async (kill) => {
    await sandbox.kill(UPLOAD, kill);
    const id = sandbox.newestRun();
    const uploadedBefore = sandbox.platform.records('data_files').length;
    const finished = await sandbox.run(['run', 'resume', id, '--json']);

    expect(resultOf(finished)).toMatchObject({ id, status: 'completed', result: { data_units: UNITS } });
    expect([...names()].sort()).toEqual(allNames);
    // Those that were under way may lie there twice: nobody was told of them, and this platform knows no keys.
    expect(sandbox.platform.records('data_files').length).toBeLessThanOrEqual(UNITS + 2);
    if (kill.path === '/data_units/') expect(sandbox.platform.records('data_files')).toHaveLength(uploadedBefore);
    const checksums = new Set(sandbox.platform.records('data_files').map(({ checksum }) => checksum));
    for (const { files } of sandbox.platform.records('data_units')) {
      expect(checksums).toContain((files as { image: { checksum: string } }).image.checksum);
    }
  });

  it.each(KILLS.filter(({ path }) => path === '/data_units/'))(
    'killed $title, can be undone: nothing is left',
    async (kill) => {
      await sandbox.kill(UPLOAD, kill);
      expect(sandbox.platform.records('data_units').length).toBeGreaterThan(0);
      const finished = await sandbox.run(['run', 'undo', sandbox.newestRun(), '--json']);

      expect(finished.code).toBe(0);
      expect([sandbox.platform.records('data_units'), sandbox.platform.records('data_files')]).toEqual([[], []]);
    },
  );

  it('fails with the exit code and the words of a platform that refuses it', async () => {
    sandbox.platform.onRequest = ({ path }) =>
      path.startsWith('/data_collections/') ? { status: 403, body: { detail: 'not yours' } } : undefined;
    const finished = await sandbox.run(UPLOAD);

    expect(finished.code).toBe(1);
    expect(finished.stdout).toContain('not yours');
    expect(readFileSync(sandbox.folder.path('pictures/0.png'), 'utf8')).toBe('picture 0');
  });
});
