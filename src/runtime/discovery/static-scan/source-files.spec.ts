import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withFolder } from './scan-folders.fixture.js';
import { listSourceFiles } from './source-files.js';

const listOf = (...files: string[]): Promise<string[]> =>
  withFolder(Object.fromEntries(files.map((file) => [file, ''])), (directory) => listSourceFiles(directory));

describe(listSourceFiles, () => {
  it('lists sources of every kind in all folders, sorted by code unit whatever order the file system gives', async () => {
    const files = await listOf(
      'b.ts',
      'a/z.mts',
      'a.tsx',
      'a-b.js',
      'B.mjs',
      'a/é.ts',
      'a/b/c/d.ts',
      'readme.md',
      'x.json',
      'y.cts',
      'z.cjs',
    );

    expect(files).toEqual(['B.mjs', 'a-b.js', 'a.tsx', 'a/b/c/d.ts', 'a/z.mts', 'a/é.ts', 'b.ts']);
  });

  it('leaves out declarations and tests', async () => {
    expect(
      await listOf('a.ts', 'a.d.ts', 'a.d.mts', 'a.spec.ts', 'a.test.mjs', 'b.spec.tsx', 'spec.ts', 'latest.ts'),
    ).toEqual(['a.ts', 'latest.ts', 'spec.ts']);
  });

  it.each(['node_modules', 'dist', '.git', '.venv', 'test', 'tests', '__tests__', 'site-packages'])(
    'does not look into %s, at any depth',
    async (folder) => {
      expect(await listOf('a.ts', `${folder}/b.ts`, `deep/${folder}/c.ts`, 'deep/d.ts')).toEqual(['a.ts', 'deep/d.ts']);
    },
  );

  it('looks into the folder it is given, even when it has one of these names', async () => {
    await withFolder({ 'test/a.ts': '' }, (directory) => {
      expect(listSourceFiles(join(directory, 'test'))).toEqual(['a.ts']);
    });
  });

  it('leaves out environments that someone installed, whatever their folder is called', async () => {
    expect(await listOf('a.ts', 'env/pyvenv.cfg', 'env/lib/x.js', 'conda/conda-meta/history', 'conda/y.js')).toEqual([
      'a.ts',
    ]);
  });

  it('takes a script beside the source of the same name for its output', async () => {
    expect(await listOf('a.ts', 'a.js', 'b.mts', 'b.mjs', 'c.js', 'd.ts', 'd.mjs')).toEqual([
      'a.ts',
      'b.mts',
      'c.js',
      'd.mjs',
      'd.ts',
    ]);
  });

  it('lists each file once when links lead round in circles or to the same place', async () => {
    await withFolder(
      { 'plugin/real/a.ts': '', 'shared/b.ts': '', 'shared/deep/c.ts': '', 'shared/only.ts': '' },
      (directory) => {
        const plugin = join(directory, 'plugin');
        const link = (target: string, ...at: string[]): void =>
          symlinkSync(join(directory, target), join(directory, ...at));
        link('plugin', 'plugin', 'self');
        link('.', 'plugin', 'above');
        link('plugin/real', 'plugin', 'inner');
        link('plugin/real/a.ts', 'plugin', 'again.ts');
        link('shared', 'plugin', 'linked');
        link('shared/b.ts', 'plugin', 'b-too.ts');
        link('shared/deep', 'plugin', 'a-deep');
        link('plugin', 'shared', 'back');
        link('shared', 'shared', 'deep', 'round');
        link('', 'shared', 'up');
        link('nowhere', 'plugin', 'dangling.ts');
        symlinkSync('/', join(plugin, 'everything'));

        expect(listSourceFiles(plugin)).toEqual(['a-deep/c.ts', 'a-deep/round/only.ts', 'b-too.ts', 'real/a.ts']);
      },
    );
  });

  it('gives up on a folder with too many files, and names the folder and the limit', async () => {
    await withFolder({}, (directory) => {
      mkdirSync(join(directory, 'images'));
      for (let index = 0; index < 300; index++) writeFileSync(join(directory, 'images', `${index}.png`), '');

      expect(() => listSourceFiles(directory, { maxEntries: 200 })).toThrow(
        expect.objectContaining({
          code: 'SYN_PLUGIN_FOLDER_TOO_LARGE',
          details: { path: directory, limit: 200, what: 'files and folders' },
        }),
      );
      expect(listSourceFiles(directory, { maxEntries: 301 })).toEqual([]);
    });
  });

  it('gives up on a folder with too many sources', async () => {
    await withFolder({ 'a.ts': '', 'b.ts': '', 'c.ts': '' }, (directory) => {
      expect(() => listSourceFiles(directory, { maxSourceFiles: 2 })).toThrow(
        expect.objectContaining({
          code: 'SYN_PLUGIN_FOLDER_TOO_LARGE',
          details: expect.objectContaining({ what: 'source files' }),
        }),
      );
    });
  });

  it('names a folder that is not there, and a file in its place', async () => {
    await withFolder({ 'a.ts': '' }, (directory) => {
      for (const path of [join(directory, 'missing'), join(directory, 'a.ts')]) {
        expect(() => listSourceFiles(path)).toThrow(
          expect.objectContaining({ code: 'SYN_PLUGIN_FOLDER_NOT_FOUND', details: { path } }),
        );
      }
    });
  });
});
