import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { BackendServer } from '../../src/resources/clients/recording/backend-server.js';
import { type Finished, SynapseSandbox } from './synapse-process.js';

// Each call starts a process.
jest.setTimeout(120_000);

const PLUGIN = `
import { Action, UploadAction, UploadParams } from 'nest-synapse';

@Action({ name: 'upload', params: UploadParams })
export class MyUploadAction extends UploadAction {}
`;

const UNITS = 7;

/** When a process is killed: at which request of a kind, and whether the platform does what it asks for. */
interface Kill {
  readonly path: string;
  readonly request: number;
  readonly isDone: boolean;
}

describe('synapse plugin run upload', () => {
  let sandbox: SynapseSandbox;
  let server: BackendServer;
  const running: ChildProcess[] = [];
  const variables = { ...process.env };

  beforeEach(async () => {
    sandbox = new SynapseSandbox();
    server = await new BackendServer().start();
    process.env['SYNAPSE_HOST'] = server.base;
    process.env['SYNAPSE_ACCESS_TOKEN'] = 'token-of-the-user';
    const specification = { name: 'image', file_type: 'image', is_required: true };
    server.add('data_collections', { id: 9, file_specifications: [specification] });
    sandbox.write({ 'config.yaml': 'name: Up\ncode: up\n', 'upload.ts': PLUGIN });
    for (let at = 0; at < UNITS; at++) sandbox.write({ [`pictures/${at}.png`]: `picture ${at}` });
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
  const upload = (): ReturnType<typeof start> =>
    start(
      ...['plugin', 'run', 'upload', '--json', '--params'],
      JSON.stringify({ data_collection: 9, path: 'pictures', batch_size: 3, parallel: 2 }),
    );
  const resultOf = ({ stdout }: Finished): unknown => JSON.parse(stdout) as unknown;
  const newest = (): string =>
    (JSON.parse(sandbox.call(['run', 'list', '--json']).stdout) as { id: string }[])[0]?.id ?? '';

  /** Runs the upload until the request at which its process is killed, as by the system. */
  const killedAt = async ({ path, request, isDone }: Kill): Promise<string> => {
    const { child, finished } = upload();
    let seen = 0;
    server.onRequest = (asked, perform) => {
      if (asked.method !== 'POST' || asked.path !== path || ++seen < request) return undefined;
      if (isDone && seen === request) perform();
      child.kill('SIGKILL');
      return new Promise(() => undefined);
    };
    expect((await finished).code).toBeNull();
    server.onRequest = undefined;
    return newest();
  };
  const names = (): unknown[] =>
    server.records('data_units').map(({ meta }) => (meta as { origin_file_name: string }).origin_file_name);
  const allNames = Array.from({ length: UNITS }, (_, at) => `${at}.png`);

  it('uploads with the credentials of the environment, and prints how much', async () => {
    const finished = await upload().finished;

    expect({ code: finished.code, result: resultOf(finished) }).toMatchObject({
      code: 0,
      result: { status: 'completed', result: { uploaded_files: UNITS, data_units: UNITS } },
    });
    expect(names()).toEqual(allNames);
    expect(server.requests[0]?.headers['synapse-access-token']).toBe('Token token-of-the-user');
    expect(finished.stdout + finished.stderr).not.toContain('token-of-the-user');
  });

  const KILLS: readonly (Kill & { readonly title: string })[] = [
    { title: 'before the fourth file', path: '/data_files/', request: 4, isDone: false },
    { title: 'when the fourth file had arrived', path: '/data_files/', request: 4, isDone: true },
    { title: 'before the second batch of units', path: '/data_units/', request: 2, isDone: false },
    { title: 'when the second batch of units had been made', path: '/data_units/', request: 2, isDone: true },
  ];

  it.each(KILLS)('killed $title, goes on where it was and makes each unit once', async (kill) => {
    const id = await killedAt(kill);
    const uploadedBefore = server.records('data_files').length;
    const finished = await start('run', 'resume', id, '--json').finished;

    expect(resultOf(finished)).toMatchObject({ id, status: 'completed', result: { data_units: UNITS } });
    expect([...names()].sort()).toEqual(allNames);
    // Those that were under way may lie there twice: nobody was told of them.
    expect(server.records('data_files').length).toBeLessThanOrEqual(UNITS + 2);
    if (kill.path === '/data_units/') expect(server.records('data_files')).toHaveLength(uploadedBefore);
    const checksums = new Set(server.records('data_files').map(({ checksum }) => checksum));
    for (const { files } of server.records('data_units')) {
      expect(checksums).toContain((files as { image: { checksum: string } }).image.checksum);
    }
  });

  it.each(KILLS.filter(({ path }) => path === '/data_units/'))(
    'killed $title, can be undone: nothing is left',
    async (kill) => {
      const id = await killedAt(kill);
      expect(server.records('data_units').length).toBeGreaterThan(0);
      const finished = await start('run', 'undo', id, '--json').finished;

      expect(finished.code).toBe(0);
      expect([server.records('data_units'), server.records('data_files')]).toEqual([[], []]);
    },
  );

  it('fails with the exit code and the words of a platform that refuses it', async () => {
    server.onRequest = ({ path }) =>
      path.startsWith('/data_collections/') ? { status: 403, body: { detail: 'not yours' } } : undefined;
    const finished = await upload().finished;

    expect(finished.code).toBe(1);
    expect(finished.stdout).toContain('not yours');
    expect(readFileSync(sandbox.path('pictures/0.png'), 'utf8')).toBe('picture 0');
  });
});
