import { execFileSync, spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const repository = resolve(__dirname, '../../..');

interface Manifest {
  readonly exports: Readonly<Record<string, unknown>>;
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as Manifest;

describe('The packed package, installed beside its dependencies only', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'synapse-packed-'));
    execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: repository, stdio: 'pipe' });
    const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
    execFileSync('tar', ['-xzf', tarball], { cwd: folder });
    mkdirSync(join(folder, 'node_modules'));
    renameSync(join(folder, 'package'), join(folder, 'node_modules/nest-synapse'));
    for (const name of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) {
      mkdirSync(dirname(join(folder, 'node_modules', name)), { recursive: true });
      symlinkSync(join(repository, 'node_modules', name), join(folder, 'node_modules', name));
    }
  }, 60_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function node(...words: string[]): { status: number | null; stdout: string; stderr: string } {
    const env = { ...process.env, XDG_CACHE_HOME: join(folder, 'caches'), XDG_STATE_HOME: join(folder, 'state') };
    const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: folder, encoding: 'utf8', env });
    return { status, stdout, stderr };
  }

  const launcher = 'node_modules/nest-synapse/bin/synapse.js';

  it('holds what is built, its licence, and no sources or tests', () => {
    const files = readdirSync(join(folder, 'node_modules/nest-synapse'), { recursive: true, encoding: 'utf8' });
    expect(files).toEqual(
      expect.arrayContaining(['LICENSE', 'bin/synapse.js', 'dist/index.js', 'dist/index.d.ts', 'dist/cli/help.json']),
    );
    expect(files.filter((file) => /\.spec\.|(^|\/)(src|test|scripts)(\/|$)|(?<!\.d)\.ts$/.test(file))).toEqual([]);
  });

  it('has a command line that says its version', () => {
    expect(node(launcher, '--version')).toEqual({ status: 0, stdout: `${manifest.version}\n`, stderr: '' });
  });

  it('runs an action of a plugin folder', () => {
    mkdirSync(join(folder, 'plugin'));
    writeFileSync(
      join(folder, 'plugin/config.yaml'),
      'name: Greeter\ncode: greeter\nversion: 0.1.0\ncategory: custom\n',
    );
    writeFileSync(
      join(folder, 'plugin/greet.ts'),
      `import { Action, BaseAction } from 'nest-synapse';
       import { IsString } from 'class-validator';
       export class GreetParams { @IsString() name = 'world'; }
       @Action({ name: 'greet', description: 'Greets', params: GreetParams })
       export class GreetAction extends BaseAction<GreetParams, string> {
         async execute(params: GreetParams): Promise<string> { return 'hello ' + params.name; }
       }`,
    );
    const words = ['plugin', 'run', 'greet', '--path', 'plugin', '--params', '{"name":"ada"}'];
    expect(node(launcher, ...words)).toMatchObject({
      status: 0,
      stderr: '',
      stdout: expect.stringContaining('hello ada'),
    });
  });

  it('can be imported by every subpath it exports', () => {
    const subpaths = Object.keys(manifest.exports).filter((subpath) => subpath !== './package.json');
    const source = `
      for (const subpath of process.argv.slice(1)) await import('nest-synapse' + subpath.slice(1));
      const errors = await import('nest-synapse/errors');
      console.log((await import('nest-synapse')).SynapseError === errors.SynapseError);
    `;
    expect(node('--input-type=module', '--eval', source, '--', ...subpaths)).toEqual({
      status: 0,
      stdout: 'true\n',
      stderr: '',
    });
  });
});
