import { spawnSync } from 'node:child_process';
import { hostname } from 'node:os';
import { SynapseSandbox } from '../../e2e/synapse-process.js';
import { ownedRecordOf, recordOf } from '../../../src/runtime/run-store/run-store.fixture.js';
import { WORK_PROVIDERS } from '../../../src/runtime/runner/durable-steps.fixture.js';
import { hostedRunner } from '../../../src/runtime/runner/runner.fixture.js';
import { BlobSite } from './blob-site.js';
import { describeWithPostgres } from './postgres-sandbox.js';

jest.setTimeout(120_000);

const ACTIONS = `
import { Action } from 'nest-synapse';
@Action({ name: 'write', description: 'Writes much' })
export class WriteAction { execute() { return { text: 'large '.repeat(20_000) }; } }
`;

describeWithPostgres('A store whose URL names a storage for large values', 'a database', () => {
  const site = BlobSite.forEach('a database');
  let cli: SynapseSandbox;
  let store: string;
  beforeEach(() => {
    const url = new URL(site.sandbox.url);
    url.searchParams.set('schema', site.schema);
    url.searchParams.set('blob_storage', site.place.url);
    store = url.href;
    cli = new SynapseSandbox();
    cli.write({
      'plugin/config.yaml': 'name: Probe\ncode: probe\nversion: 0.1.0\ncategory: custom\n',
      'plugin/actions/write.ts': ACTIONS,
    });
  });
  afterEach(() => cli.remove());

  it('is what the command line keeps, shows and prunes runs with', () => {
    const run = cli.call(['plugin', 'run', 'write', '--path', 'plugin', '--store', store, '--json']);
    expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: '' });
    const { id } = JSON.parse(run.stdout) as { id: string };
    expect(site.place.files()).not.toEqual([]);

    const shown = cli.call(['run', 'show', id, '--store', store, '--json']);
    expect(JSON.parse(shown.stdout)).toMatchObject({ id, result: { text: 'large '.repeat(20_000) } });
    const pruned = cli.call(['run', 'prune', '--all', '--store', store, '--json']);
    expect({ code: pruned.code, stderr: pruned.stderr }).toEqual({ code: 0, stderr: '' });
    expect(site.place.files()).toEqual([]);
  });

  it('tells on the command line which value of which run is lost, and still lists the run', () => {
    const { stdout } = cli.call(['plugin', 'run', 'write', '--path', 'plugin', '--store', store, '--json']);
    const { id } = JSON.parse(stdout) as { id: string };
    const folder = site.place.path;
    site.place.remove();
    const shown = cli.call(['run', 'show', id, '--store', store]);

    expect(shown).toMatchObject({ code: 3, stdout: '' });
    expect(shown.stderr).toMatch(
      new RegExp(`The (result|events) of run ${id} cannot be read: file://${folder}/.* is missing`),
    );
    expect(JSON.parse(cli.call(['run', 'list', '--store', store, '--json']).stdout)).toMatchObject([{ id }]);
  });

  it('is refused by the command line before a run begins where a variable is not set, and lists are read without it', () => {
    const url = new URL(store);
    url.searchParams.set('blob_storage', 's3://bucket/a?access_key=env:SYNAPSE_NOT_SET');
    cli.call(['plugin', 'run', 'write', '--path', 'plugin', '--store', store]);
    const refused = cli.call(['plugin', 'run', 'write', '--path', 'plugin', '--store', url.href]);

    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain('the variable SYNAPSE_NOT_SET is not set');
    expect(cli.call(['run', 'prune', '--all', '--store', url.href]).code).toBe(3);
    expect(JSON.parse(cli.call(['run', 'list', '--store', url.href, '--json']).stdout)).toHaveLength(1);
  });

  it('is told of on the command line when it is away while runs are pruned: those are gone, and the next prune takes the values', () => {
    cli.call(['plugin', 'run', 'write', '--path', 'plugin', '--store', store]);
    const away = new URL(store);
    const keys = 'access_key=env:PATH&secret_key=env:PATH&region_name=r';
    away.searchParams.set('blob_storage', `s3://bucket/a?endpoint_url=http://127.0.0.1:1&${keys}`);
    const pruned = cli.call(['run', 'prune', '--all', '--store', away.href]);

    expect({ code: pruned.code, stdout: pruned.stdout }).toEqual({
      code: 0,
      stdout: 'Removed 1 runs and 0 files of large values.\n',
    });
    expect(pruned.stderr).toMatch(/^Warning: not all large values .* could be found; the next prune tries again\. .+/);
    expect(site.place.files()).not.toEqual([]);
    cli.call(['run', 'prune', '--all', '--store', store]);
    expect(site.place.files()).toEqual([]);
  });

  it('is said again, for a shell, to whoever can go on with a run', async () => {
    const gone = spawnSync(process.execPath, ['--version']).pid;
    const owner = { host: hostname(), pid: gone, started_at: 1 };
    const run = ownedRecordOf(1, 5_000, { owner, plugin: 'probe', plugin_path: cli.path('plugin') });
    await site.store({ blobStorage: undefined }).create(run);
    const { stderr } = cli.call(['plugin', 'run', 'write', '--path', 'plugin', '--store', store]);

    expect(stderr).toMatch(
      new RegExp(
        `synapse run resume ${recordOf(1).id} --store 'postgres://.*schema=${site.schema}&blob_storage=${site.place.url}'`,
      ),
    );
  });

  it('is what a host takes as its store', async () => {
    const { app, runner } = await hostedRunner({ providers: [...WORK_PROVIDERS], options: { store } });
    const word = 'large '.repeat(20_000);
    const handle = await runner.run({ action: 'work', params: { word, token: 'hidden' } });

    expect(await handle.result()).toMatchObject({ seen: ['a', 'b', 'c'] });
    expect(site.place.files()).not.toEqual([]);
    await app.close();
    expect((await site.store().get(handle.id))?.params).toMatchObject({ word });
  });
});
