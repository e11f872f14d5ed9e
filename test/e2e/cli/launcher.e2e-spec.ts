import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import ts from 'typescript';

const repository = resolve(__dirname, '../../..');
const launcher = join(repository, 'bin/synapse.js');

interface PreparedHelp {
  readonly version: string;
  readonly help: Readonly<Record<string, string>>;
}

const prepared = JSON.parse(readFileSync(join(repository, 'dist/cli/help.json'), 'utf8')) as PreparedHelp;

/** What a process said and how it ended. */
function outcomeOf({ status, stdout, stderr }: SpawnSyncReturns<string>): object {
  return { status, stdout, stderr };
}

function runNode(words: readonly string[], env: NodeJS.ProcessEnv = {}): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, words, { encoding: 'utf8', env: { ...process.env, ...env } });
}

/** The command line itself, without the launcher and its prepared texts. */
function runWithoutLauncher(words: readonly string[]): SpawnSyncReturns<string> {
  const main = join(repository, 'dist/cli/main.js');
  const script = `process.argv.splice(1, 0, ${JSON.stringify(launcher)}); await import(${JSON.stringify(main)});`;
  return runNode(['--input-type=module', '--eval', script, '--', ...words]);
}

describe('The launcher', () => {
  const asked = [
    ...Object.keys(prepared.help).flatMap((path) => [`${path} --help`, `${path} -h`]),
    'help',
    'help plugin',
    '--version',
    '-V',
  ].map((text) => text.trim());

  it.each(asked)('answers `synapse %s` as the command line itself does', (text) => {
    const words = text.split(' ');
    const real = outcomeOf(runWithoutLauncher(words));
    expect(outcomeOf(runNode([launcher, ...words]))).toEqual(real);
    expect(real).toMatchObject({ status: 0, stderr: '' });
  });

  it('knows the version of the package', () => {
    const { version } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as { version: string };
    expect(prepared.version).toBe(version);
  });

  it.each([
    ['constructor --help'],
    ['help toString'],
    ['plugin no-such-command --help'],
    ['no-such-command'],
    ['plugin help'],
    ['plugin --version'],
  ])('leaves `synapse %s` to the command line', (text) => {
    const words = text.split(' ');
    expect(outcomeOf(runNode([launcher, ...words]))).toEqual(outcomeOf(runWithoutLauncher(words)));
  });

  it('is written for a Node old enough to refuse, not to stumble', () => {
    const source = ts.createSourceFile(
      'synapse.js',
      readFileSync(launcher, 'utf8'),
      ts.ScriptTarget.Latest,
      true,
      ts.ScriptKind.JS,
    );
    const modern: string[] = [];
    const visit = (node: ts.Node): void => {
      const isModern =
        ts.isArrowFunction(node) ||
        ts.isTemplateLiteral(node) ||
        ts.isSpreadElement(node) ||
        ts.isClassDeclaration(node) ||
        ts.isObjectBindingPattern(node) ||
        ts.isArrayBindingPattern(node) ||
        ts.isShorthandPropertyAssignment(node) ||
        ts.isImportDeclaration(node) ||
        node.kind === ts.SyntaxKind.ImportKeyword ||
        node.kind === ts.SyntaxKind.AwaitExpression ||
        node.kind === ts.SyntaxKind.QuestionDotToken ||
        node.kind === ts.SyntaxKind.QuestionQuestionToken ||
        (ts.isVariableDeclarationList(node) && (node.flags & ts.NodeFlags.BlockScoped) !== 0);
      if (isModern) modern.push(node.getText());
      ts.forEachChild(node, visit);
    };
    visit(source);
    expect(modern).toEqual([]);
  });
});

describe('The launcher in a package of its own', () => {
  let folder: string;
  let ownLauncher: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'synapse-launcher-'));
    cpSync(join(repository, 'bin'), join(folder, 'bin'), { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    ownLauncher = join(folder, 'bin/synapse.js');
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function writeMain(source: string): void {
    mkdirSync(join(folder, 'dist/cli'), { recursive: true });
    writeFileSync(join(folder, 'dist/cli/main.js'), source);
  }

  it('says how to build when dist/ is missing', () => {
    const { status, stdout, stderr } = runNode([ownLauncher, 'plugin', 'list']);
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
    expect(stderr).toContain('npm install');
    expect(stderr).toContain(folder);
  });

  it('says which Node is needed and which one this is', () => {
    writeMain('');
    const preload = join(folder, 'old-node.cjs');
    writeFileSync(
      preload,
      "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.19.4' } });",
    );
    const { status, stdout, stderr } = runNode(['--require', preload, ownLauncher, '--help']);
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
    expect(stderr).toContain('22.15');
    expect(stderr).toContain('20.19.4');
    expect(stderr).toContain('npm install node@24');
  });

  it('runs the command line in its own process, also through a link', () => {
    writeMain('console.log(JSON.stringify({ pid: process.pid, words: process.argv.slice(2) }));');
    const link = join(folder, 'synapse');
    symlinkSync(ownLauncher, link);
    const { pid, stdout } = runNode([link, 'plugin', 'run', 'train', '--help']);
    expect(JSON.parse(stdout)).toEqual({ pid, words: ['plugin', 'run', 'train', '--help'] });
  });

  it('keeps compiled code in the cache folder of the user', () => {
    writeMain("import { getCompileCacheDir } from 'node:module'; console.log(getCompileCacheDir());");
    const { stdout } = runNode([ownLauncher], { XDG_CACHE_HOME: join(folder, 'caches') });
    expect(stdout.startsWith(join(folder, 'caches/synapse/compile-cache'))).toBe(true);
  });

  it('starts without a cache when its folder cannot be written', () => {
    writeMain("console.log('started');");
    writeFileSync(join(folder, 'caches'), 'a file where the folder should be');
    const { status, stdout, stderr } = runNode([ownLauncher], { XDG_CACHE_HOME: join(folder, 'caches') });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'started\n', stderr: '' });
  });

  it('lets the command line render its own help when the prepared texts are damaged', () => {
    writeMain("console.log('rendered');");
    writeFileSync(join(folder, 'dist/cli/help.json'), '{"version":"0.1');
    expect(runNode([ownLauncher, '--help']).stdout).toBe('rendered\n');
  });

  it('says why the command line does not start', () => {
    writeMain("throw new Error('broken bundle');");
    const { status, stderr } = runNode([ownLauncher, 'plugin', 'list']);
    expect(status).toBe(1);
    expect(stderr).toContain('synapse could not start');
    expect(stderr).toContain('broken bundle');
  });
});
