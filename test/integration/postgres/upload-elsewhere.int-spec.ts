import { existsSync, readdirSync } from 'node:fs';
import { isPlaceBeside } from '../../../src/resources/files/places/leftovers.js';
import { type Kill, PlatformSandbox } from '../../e2e/platform-sandbox.fixture.js';
import { describeWithPostgres, PostgresSandbox } from './postgres-sandbox.js';
import { WorkHosts } from './work-hosts.js';

// Each call starts a process.
jest.setTimeout(120_000);

const PLUGIN = `
import { Action, UploadAction, UploadParams } from 'nest-synapse';

@Action({ name: 'upload', params: UploadParams })
export class MyUploadAction extends UploadAction {}
`;

const UNITS = 12;
const NAMES = Array.from({ length: UNITS }, (_, at) => `${at}.png`).sort();

const KILLS: readonly (Kill & { readonly title: string })[] = [
  { title: 'before the sixth file', path: '/data_files/', request: 6, isDone: false },
  { title: 'when the sixth file had arrived', path: '/data_files/', request: 6, isDone: true },
  { title: 'before the second batch of units', path: '/data_units/', request: 2, isDone: false },
  { title: 'when the second batch of units had been made', path: '/data_units/', request: 2, isDone: true },
];

interface Unit {
  readonly files: { readonly image: { readonly path: string; readonly checksum: string } };
  readonly meta: { readonly origin_file_name: string };
}

describeWithPostgres('An upload whose host is gone', 'a database', () => {
  let postgres: PostgresSandbox;
  let sandbox: PlatformSandbox;
  let hosts: WorkHosts;
  let store: readonly string[];
  beforeAll(async () => {
    postgres = await PostgresSandbox.open('a database');
  });
  beforeEach(async () => {
    const plugin = { 'plugin/config.yaml': 'name: Up\ncode: up\n', 'plugin/upload.ts': PLUGIN };
    sandbox = await PlatformSandbox.start(plugin, { knowsIdempotencyKeys: true });
    const specification = { name: 'image', file_type: 'image', is_required: true };
    sandbox.platform.add('data_collections', { id: 9, file_specifications: [specification] });
    // Of somebody else, and to be left alone.
    sandbox.platform.add('data_units', { data_collection: 9, meta: { upload_key: 'other:0', origin_file_name: '' } });
    sandbox.platform.add('data_files', { checksum: 'other', file: 'other.png' });
    for (const name of NAMES) sandbox.folder.write({ [`pictures/${name}`]: `picture ${name}` });
    store = ['--store', `${postgres.url}?schema=${postgres.newSchema()}`];
    hosts = new WorkHosts({
      SYNAPSE_STORAGE_PROVIDER: 'local',
      SYNAPSE_STORAGE_CONFIGURATION: JSON.stringify({ location: sandbox.folder.path('bucket') }),
    });
  });
  afterEach(async () => {
    await sandbox.stop();
    hosts.remove();
  });
  afterAll(() => postgres.close());

  const upload = (more: object = {}): string[] => {
    const params = { data_collection: 9, path: sandbox.folder.path('pictures'), batch_size: 5, parallel: 3, ...more };
    const plugin = ['plugin', 'run', 'upload', '--path', sandbox.folder.path('plugin'), '--json'];
    return [...plugin, ...store, '--params', JSON.stringify(params)];
  };
  /** Begins an upload on one host, which is lost with all that it had at a request. */
  const lostAt = async (kill: Kill, more: object = {}): Promise<string> => {
    await sandbox.kill(upload(more), kill, hosts.on('one'));
    hosts.lose('one');
    return sandbox.newestRun(store);
  };
  const goOn = (verb: 'resume' | 'undo', id: string, host = 'two'): Promise<string> =>
    sandbox.succeed(['run', verb, id, '--json', ...store], hosts.on(host));
  const units = (): Unit[] => (sandbox.platform.records('data_units') as unknown as Unit[]).slice(1);
  const files = (): Record<string, unknown>[] => sandbox.platform.records('data_files').slice(1);
  /** Every file below the folder of the storage. */
  const bucket = (): string[] => {
    const root = sandbox.folder.path('bucket');
    if (!existsSync(root)) return [];
    const entries = readdirSync(root, { recursive: true, withFileTypes: true });
    return entries.flatMap((entry) => (entry.isFile() ? [entry.name] : [])).sort();
  };
  /** Without what a killed process was writing: the storage does not show that. */
  const objects = (): string[] => bucket().filter((name) => !isPlaceBeside(name));
  const expectOnce = (): void => {
    const made = units();
    expect(made.map(({ meta }) => meta.origin_file_name).sort()).toEqual(NAMES);
    const used = made.map((unit) => unit.files.image.path).sort();
    expect(new Set(used).size).toBe(UNITS);
  };

  it.each(KILLS)('lost $title, is resumed on another host: each file and unit exists once', async (kill) => {
    await goOn('resume', await lostAt(kill));

    expectOnce();
    expect(files()).toHaveLength(UNITS);
    expect(
      files()
        .map(({ file }) => file)
        .sort(),
    ).toEqual(
      units()
        .map((unit) => unit.files.image.path)
        .sort(),
    );
  });

  it.each(KILLS)('lost $title, is undone on another host: nothing is left of it', async (kill) => {
    const id = await lostAt(kill);
    expect(files().length).toBeGreaterThan(0);
    await goOn('undo', id);

    expect([units(), files()]).toEqual([[], []]);
    expect(sandbox.platform.records('data_units')).toHaveLength(1);
    expect(sandbox.platform.records('data_files')).toHaveLength(1);
  });

  it('is undone on another host also when it had completed', async () => {
    await sandbox.run(upload(), hosts.on('one'));
    expectOnce();
    hosts.lose('one');
    await goOn('undo', sandbox.newestRun(store));

    expect([units(), files()]).toEqual([[], []]);
  });

  it('goes from host to host and back, and trusts nothing that the first one has kept', async () => {
    await sandbox.kill(upload(), { path: '/data_files/', request: 3, isDone: true }, hosts.on('one'));
    const id = sandbox.newestRun(store);
    const resume = ['run', 'resume', id, ...store];
    await sandbox.kill(resume, { path: '/data_units/', request: 2, isDone: true }, hosts.on('two'));
    await goOn('resume', id, 'one');

    expectOnce();
    expect(files()).toHaveLength(UNITS);
  });

  it('makes of a folder that has changed meanwhile the units that it began with', async () => {
    const id = await lostAt({ path: '/data_units/', request: 2, isDone: false });
    sandbox.folder.write({ 'pictures/!first.png': 'a new one' });
    await goOn('resume', id);

    expectOnce();
  });

  describe('into a storage', () => {
    const MANY = 300;
    const INTO = { target: 'storage', parallel: 2 };

    /** Begins one of many files, and kills it when some of them have arrived. */
    const lostInTheMiddle = async (): Promise<string> => {
      const more = Array.from(
        { length: MANY },
        (_, at) => [`pictures/more/${at}.png`, `another picture ${at}`] as const,
      );
      sandbox.folder.write(Object.fromEntries(more));
      const { child, finished } = sandbox.start(upload(INTO), hosts.on('one'));
      while (bucket().length < 20) await new Promise((settle) => setTimeout(settle, 5));
      child.kill('SIGKILL');
      expect((await finished).code).toBeNull();
      hosts.lose('one');
      return sandbox.newestRun(store);
    };

    it('lost in the middle, is resumed on another host: each object and unit exists once', async () => {
      await goOn('resume', await lostInTheMiddle());

      expect(objects()).toHaveLength(UNITS + MANY);
      expect(units()).toHaveLength(UNITS + MANY);
      for (const { files: own } of units()) expect(existsSync(new URL(own.image.path))).toBe(true);
      expect(new Set(units().map(({ files: own }) => own.image.path)).size).toBe(UNITS + MANY);
    });

    it('lost in the middle, is undone on another host: no object is left but those of others', async () => {
      sandbox.folder.write({ 'bucket/data_files/other/mine.png': 'mine' });
      await goOn('undo', await lostInTheMiddle());

      expect([bucket(), units()]).toEqual([['mine.png'], []]);
    });

    it.each(KILLS.filter(({ path }) => path === '/data_units/'))('lost $title, is resumed and undone', async (kill) => {
      const id = await lostAt(kill, INTO);
      await goOn('resume', id);
      expectOnce();
      expect(bucket()).toEqual(NAMES);
      hosts.lose('two');
      await goOn('undo', id, 'three');

      expect([bucket(), units()]).toEqual([[], []]);
    });
  });
});
