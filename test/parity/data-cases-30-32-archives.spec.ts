import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  ArchiveFilter,
  createArchive,
  createArchiveFromGit,
  extractArchive,
  getArchiveSize,
  listArchiveContents,
} from '../../src/index.js';

const read = <T>(file: string): T => JSON.parse(readFileSync(join(__dirname, 'data-cases/cases', file), 'utf8')) as T;
const fixture = join(__dirname, 'data-cases/fixtures/archive-create-extract');

interface FilterRow {
  readonly args: {
    readonly include?: readonly string[];
    readonly exclude?: readonly string[];
    readonly use_defaults?: boolean;
  };
  readonly included: readonly string[];
}
const filters = read<{
  call: { paths: readonly string[] };
  expected: { default_excludes: readonly string[]; rows: readonly FilterRow[] };
}>('30-archive-filter.json');

/** Rows that show a numbered defect, and what is right: B-12 no defaults at all, B-13 a folder and the top. */
const REPAIRED: Readonly<Record<string, (path: string) => boolean>> = {
  '{"use_defaults":false}': () => true,
  '{"exclude":["docs/"]}': (path) => !path.startsWith('docs/'),
  '{"exclude":["/a.py"]}': (path) => path !== 'a.py',
};

describe('data case 30: the archive filter', () => {
  it('leaves out what the original leaves out by default', () => {
    expect([...ArchiveFilter.DEFAULT_EXCLUDES].sort()).toEqual(filters.expected.default_excludes);
  });

  it.each(filters.expected.rows.map((row) => [JSON.stringify(row.args), row] as const))('includes by %s', (key, row) => {
    const { include, exclude, use_defaults: usesDefaults } = row.args;
    const filter = ArchiveFilter.fromPatterns({ include, exclude, usesDefaults });
    const repaired = REPAIRED[key];
    const recorded = repaired && key.includes('use_defaults') ? filters.call.paths : row.included;
    const expected = repaired ? recorded.filter(repaired) : row.included;

    expect(filters.call.paths.filter((path) => filter.shouldInclude(path)).sort()).toEqual([...expected].sort());
  });
});

describe('data case 31: zip', () => {
  const { expected } = read<{
    expected: {
      create: { members: readonly string[]; progress: readonly (readonly number[])[] };
      extract: { tree: Readonly<Record<string, { text: string }>>; progress: readonly (readonly number[])[] };
    };
  }>('31-archive-create-extract.json');
  let folder: string;
  const at = (...parts: string[]): string => join(folder, ...parts);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'synapse-case31-'));
    cpSync(join(fixture, 'project'), at('project'), { recursive: true });
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('creates, lists and extracts', async () => {
    const created: number[][] = [];
    const extracted: number[][] = [];
    const archive = await createArchive(at('project'), at('nested/p.zip'), {
      onProgress: (...step) => created.push(step),
    });
    const target = await extractArchive(archive, at('x'), { onProgress: (...step) => extracted.push(step) });

    expect(archive).toBe(at('nested/p.zip'));
    expect(target).toBe(at('x'));
    expect(await listArchiveContents(archive)).toEqual([...expected.create.members].sort());
    expect(created).toEqual(expected.create.progress);
    expect(extracted).toEqual(expected.extract.progress);
    for (const [name, { text }] of Object.entries(expected.extract.tree)) {
      expect(readFileSync(at('x', name), 'utf8')).toBe(text);
    }
    expect(readdirSync(at('x'), { recursive: true }).length).toBe(6);
    expect(getArchiveSize(archive)).toBe(readFileSync(archive).length);
  });

  it.each([
    ['create: missing source', () => createArchive(at('no'), at('a.zip')), 'SYN_FILE_NOT_FOUND'],
    ['create: source is a file', () => createArchive(at('project/a.py'), at('a.zip')), 'SYN_FILE_INVALID'],
    ['create: unknown compression', () => createArchive(at('project'), at('a.zip'), { compression: 'zstd' as 'stored' }), 'SYN_USAGE'],
    ['extract: missing archive', () => extractArchive(at('no.zip'), at('x')), 'SYN_FILE_NOT_FOUND'],
    ['list: missing archive', () => listArchiveContents(at('no.zip')), 'SYN_FILE_NOT_FOUND'],
    ['size: missing archive', async () => getArchiveSize(at('no.zip')), 'SYN_FILE_NOT_FOUND'],
    ['extract: not a zip', () => extractArchive(at('project/a.py'), at('x')), 'SYN_ARCHIVE_INVALID'],
  ])('fails at %s', async (_label, work, code) => {
    await expect(work()).rejects.toMatchObject({ code });
    expect(existsSync(at('x'))).toBe(false);
  });

  it.each(['hostile.zip', 'dotdot.zip'])('extracts nothing of %s, where the original takes the harm out of names', async (name) => {
    await expect(extractArchive(join(fixture, name), at('deep/hx'))).rejects.toMatchObject({ code: 'SYN_ARCHIVE_UNSAFE' });
    expect(readdirSync(folder, { recursive: true }).sort()).toEqual(
      ['deep', ...readdirSync(join(fixture, 'project'), { recursive: true }).map((path) => `project/${String(path)}`), 'project'].sort(),
    );
  });
});

describe('data case 32: an archive by git', () => {
  const { expected } = read<{
    expected: Readonly<Record<'with_untracked' | 'tracked_only', { members: readonly string[] }>>;
  }>('32-archive-git.json');
  let folder: string;
  const at = (...parts: string[]): string => join(folder, ...parts);

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'synapse-case32-'));
    const put = (name: string, text = name): void => {
      mkdirSync(dirname(at('repo', name)), { recursive: true });
      writeFileSync(at('repo', name), text);
    };
    for (const name of ['a.py', 'sub/b.txt', '한글.txt', 'tab\tname.txt', 'del.txt', 'dist/keep.txt']) put(name);
    put('.gitignore', '*.log\n');
    execFileSync('git', ['init', '-q'], { cwd: at('repo') });
    execFileSync('git', ['add', '-A'], { cwd: at('repo') });
    rmSync(at('repo/del.txt'));
    put('un.txt');
    put('ign.log');
    mkdirSync(at('plain'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it.each([
    ['with_untracked', true],
    ['tracked_only', false],
  ] as const)('has the members of %s, and those that the original loses (B-14)', async (key, includeUntracked) => {
    await createArchiveFromGit(at('repo'), at(`${key}.zip`), { includeUntracked });

    const members = [...expected[key].members, 'tab\tname.txt', '한글.txt'].sort();
    expect(await listArchiveContents(at(`${key}.zip`))).toEqual(members);
  });

  it.each([
    ['no repository', 'plain', 'SYN_GIT_UNUSABLE'],
    ['a folder in a repository', 'repo/sub', 'SYN_GIT_UNUSABLE'],
    ['nothing', 'zz', 'SYN_FILE_NOT_FOUND'],
  ])('fails at %s', async (_label, source, code) => {
    await expect(createArchiveFromGit(at(source), at('a.zip'))).rejects.toMatchObject({ code });
  });
});
