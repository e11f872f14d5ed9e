import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ArchiveFilter } from './archive-filter.js';
import { createArchive, createArchiveFromGit } from './create-archive.js';
import { extractArchive, listArchiveContents } from './extract-archive.js';
import { writeZip } from './zip-writer.js';

let folder: string;
const at = (...parts: string[]): string => join(folder, ...parts);
const digest = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

function put(name: string, content: string | Buffer = name, mode = 0o644): void {
  mkdirSync(dirname(at(name)), { recursive: true });
  writeFileSync(at(name), content);
  chmodSync(at(name), mode);
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'synapse-archive-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe.each(['zip', 'tar.gz'])('createArchive of a %s', (suffix) => {
  it('packs what other programs unpack again: names of any kind, large files, whether a file can be executed', async () => {
    const large = randomBytes(700_000);
    put('in/한글.txt', '글');
    put('in/with space/line\nbreak.md');
    put('in/run.sh', '#!/bin/sh\n', 0o755);
    put('in/empty', '');
    put('in/large.bin', Buffer.concat([large, Buffer.alloc(900_000)]));
    put(`in/${'deep/'.repeat(40)}end.txt`);
    await createArchive(at('in'), at(`out/a.${suffix}`));

    mkdirSync(at('theirs'));
    if (suffix === 'zip') execFileSync('python3', ['-m', 'zipfile', '-e', at('out/a.zip'), at('theirs')]);
    else execFileSync('tar', ['-xzf', at('out/a.tar.gz'), '-C', at('theirs')]);
    await extractArchive(at(`out/a.${suffix}`), at('ours'));

    for (const unpacked of ['theirs', 'ours']) {
      expect(execFileSync('diff', ['-r', at('in'), at(unpacked)]).toString()).toBe('');
    }
    expect(execFileSync(at('ours/run.sh')).toString()).toBe('');
  });

  it('B-11: gives the same bytes for the same files, whatever their times, order and other permissions', async () => {
    put('one/b.txt', 'b');
    put('one/a.txt', 'a', 0o600);
    await createArchive(at('one'), at(`1.${suffix}`));
    put('two/a.txt', 'a', 0o664);
    put('two/b.txt', 'b');
    utimesSync(at('two/a.txt'), new Date(1975, 1), new Date(1975, 1));
    await createArchive(at('two'), at(`2.${suffix}`));

    expect(digest(at(`1.${suffix}`))).toBe(digest(at(`2.${suffix}`)));
  });

  it('B-42: stores a link as a link, a dangling one too, and leaves itself out', async () => {
    put('secret.txt', 'not yours');
    put('in/a.txt');
    symlinkSync('a.txt', at('in/near'));
    symlinkSync('gone.txt', at('in/dangling'));
    symlinkSync('../secret.txt', at('in/far'));
    await createArchive(at('in'), at(`in/self.${suffix}`));
    await createArchive(at('in'), at(`in/self.${suffix}`));

    const archive = at(`in/self.${suffix}`);
    expect(await listArchiveContents(archive)).toEqual(['a.txt', 'dangling', 'far', 'near']);
    expect(readFileSync(archive).includes('not yours')).toBe(false);
    await expect(extractArchive(archive, at('out'))).rejects.toMatchObject({ code: 'SYN_ARCHIVE_UNSAFE' });
  });

  it('leaves links out, or refuses them, if asked', async () => {
    put('in/a.txt');
    symlinkSync('a.txt', at('in/near'));
    await createArchive(at('in'), at(`a.${suffix}`), { links: 'skip' });

    expect(await listArchiveContents(at(`a.${suffix}`))).toEqual(['a.txt']);
    await expect(createArchive(at('in'), at(`b.${suffix}`), { links: 'fail' })).rejects.toMatchObject({
      code: 'SYN_FILE_INVALID',
    });
  });

  it('names the file that is gone by the time it is packed, large or small', async () => {
    for (const name of ['a', 'small', 'z-large']) put(`in/${name}`, Buffer.alloc(name === 'z-large' ? 300_000 : 10));
    for (const name of ['small', 'z-large']) {
      const work = createArchive(at('in'), at(`out/a.${suffix}`), {
        onProgress: () => rmSync(at('in', name), { force: true }),
      });

      await expect(work).rejects.toMatchObject({ code: 'SYN_FILE_INVALID', details: { path: at('in', name) } });
      expect(readdirSync(at('out'))).toEqual([]);
      put(`in/${name}`, Buffer.alloc(300_000));
    }
  });

  it('leaves what was there, and nothing beside it, when it is ended', async () => {
    for (let number = 0; number < 50; number++) put(`in/${number}.bin`, randomBytes(200_000));
    put(`out/a.${suffix}`, 'old');
    const abort = new AbortController();
    const work = createArchive(at('in'), at(`out/a.${suffix}`), {
      signal: abort.signal,
      onProgress: (current) => current === 10 && abort.abort(new Error('enough')),
    });

    await expect(work).rejects.toThrow('enough');
    expect(readdirSync(at('out'))).toEqual([`a.${suffix}`]);
    expect(readFileSync(at(`out/a.${suffix}`), 'utf8')).toBe('old');
  });
});

describe('createArchive', () => {
  it('packs a large file of several pieces to the same bytes each time, and to what other programs unpack', async () => {
    const words = Array.from(
      { length: 400_000 },
      (_, number) => `${Math.imul(number, 2_654_435_761) >>> 20} words`,
    ).join(' ');
    put('in/words.txt', words);
    put('in/noise.bin', randomBytes(2 * 1024 ** 2)); // ends where a piece does
    for (const name of ['a', 'b']) await createArchive(at('in'), at(`${name}.zip`));
    execFileSync('unzip', ['-q', at('a.zip'), '-d', at('theirs')]);

    expect(digest(at('a.zip'))).toBe(digest(at('b.zip')));
    expect(execFileSync('diff', ['-r', at('in'), at('theirs')]).toString()).toBe('');
    await extractArchive(at('a.zip'), at('ours'));
    expect(readFileSync(at('ours/words.txt'), 'utf8')).toBe(words);
    const size = (name: string): number => readFileSync(at(name)).length;
    execFileSync('zip', ['-6', '-q', '-j', at('c.zip'), at('in/words.txt'), at('in/noise.bin')]);
    expect(size('a.zip')).toBeLessThan(size('c.zip') * 1.02);
  });

  it('packs an empty folder to an archive that is one', async () => {
    mkdirSync(at('in'));
    await createArchive(at('in'), at('a.zip'));

    expect(await listArchiveContents(at('a.zip'))).toEqual([]);
    await extractArchive(at('a.zip'), at('out'));
    expect(readdirSync(at('out'))).toEqual([]);
  });

  it('stores what is compressed already, and the rest where compression gains nothing', async () => {
    put('in/photo.jpg', Buffer.alloc(10_000));
    put('in/text.txt', 'a'.repeat(10_000));
    await createArchive(at('in'), at('a.zip'));

    const words = execFileSync('python3', [
      '-c',
      'import sys,zipfile; print([(i.filename,i.compress_type) for i in zipfile.ZipFile(sys.argv[1]).infolist()])',
      at('a.zip'),
    ]);
    expect(words.toString().trim()).toBe("[('photo.jpg', 0), ('text.txt', 8)]");
  });

  it('writes a zip of more members than 16 bits count', async () => {
    put('one.txt', '');
    const one = { path: at('one.txt'), isLink: false, size: 0, permissions: 0o644 };
    const files = Array.from({ length: 65_540 }, (_, number) => ({ ...one, name: `${number}` }));
    await writeZip(at('a.zip'), files, { compression: 'stored' });

    const count = 'import sys,zipfile; print(len(zipfile.ZipFile(sys.argv[1]).namelist()))';
    expect(
      execFileSync('python3', ['-c', count, at('a.zip')])
        .toString()
        .trim(),
    ).toBe('65540');
    expect(await listArchiveContents(at('a.zip'))).toHaveLength(65_540);
  }, 120_000);

  it.each([
    ['compression', { compression: 'zstd' }],
    ['format', { format: 'rar' }],
    ['links', { links: 'follow' }],
    ['level', { level: 11 }],
  ])('refuses a %s that it does not know', async (name, options) => {
    await expect(createArchive(folder, at('a.zip'), options as object)).rejects.toMatchObject({
      code: 'SYN_USAGE',
      message: expect.stringContaining(name) as string,
    });
  });

  it('does not look into folders that are left out', async () => {
    put('in/a.txt');
    put('in/node_modules/b.txt');
    chmodSync(at('in/node_modules'), 0o000);
    await createArchive(at('in'), at('a.zip'));
    chmodSync(at('in/node_modules'), 0o755);

    expect(await listArchiveContents(at('a.zip'))).toEqual(['a.txt']);
  });

  it('fails where the target cannot be written, and says so', async () => {
    put('in/a.txt');
    put('file');
    await expect(createArchive(at('in'), at('file/a.zip'))).rejects.toMatchObject({ code: 'SYN_FILE_WRITE' });
  });
});

describe('ArchiveFilter', () => {
  it('B-13: knows folders, the top and exceptions', () => {
    const filter = ArchiveFilter.fromPatterns({ exclude: ['docs/', '/a.py', '*.txt', '!keep.txt'] });

    expect(
      ['docs/x.md', 'src/docs', 'a.py', 'src/a.py', 'b.txt', 'src/keep.txt'].filter((path) =>
        filter.shouldInclude(path),
      ),
    ).toEqual(['src/docs', 'src/a.py', 'src/keep.txt']);
    expect(filter.shouldEnter('docs')).toBe(false);
    expect(filter.shouldEnter('src')).toBe(true);
  });

  it('B-12: has no defaults when it is to have none', () => {
    expect(ArchiveFilter.fromPatterns({ usesDefaults: false }).shouldInclude('node_modules/.env')).toBe(true);
  });

  it('reads rules as git does', () => {
    const gitignore = '# comment\n\n*.tmp\n!keep.tmp\n/top.txt\ncache/\ndocs/*.md\n';
    put('repo/.gitignore', gitignore);
    const paths = ['a.tmp', 'keep.tmp', 'top.txt', 'sub/top.txt', 'sub/cache/x', 'cache', 'docs/a.md', 'docs/sub/a.md'];
    for (const path of paths.filter((name) => name !== 'cache')) put(`repo/${path}`);
    execFileSync('git', ['init', '-q'], { cwd: at('repo') });
    const gits = execFileSync('git', ['ls-files', '-z', '--others', '--exclude-standard'], { cwd: at('repo') });
    const filter = new ArchiveFilter({ usesDefaults: false, gitignore });

    expect(['.gitignore', ...paths].filter((path) => path !== 'cache' && filter.shouldInclude(path)).sort()).toEqual(
      gits.toString().split('\0').filter(Boolean).sort(),
    );
    expect(filter.shouldInclude('cache')).toBe(true);
  });
});

describe('createArchiveFromGit', () => {
  const git = (...words: string[]): Buffer => execFileSync('git', words, { cwd: at('repo') });

  beforeEach(() => {
    mkdirSync(at('repo'));
    git('init', '-q');
  });

  it('B-14: has files of any name', async () => {
    const names = [' lead', '"quoted"', 'back\\slash', 'tab\tname.txt', 'two\nlines', '한글.txt'];
    for (const name of names) put(`repo/${name}`);
    git('add', '-A');
    await createArchiveFromGit(at('repo'), at('a.tar.gz'));

    expect(await listArchiveContents(at('a.tar.gz'))).toEqual(names);
  });

  it('says which tracked files are not there, if asked', async () => {
    put('repo/gone.txt');
    git('add', '-A');
    rmSync(at('repo/gone.txt'));
    const work = createArchiveFromGit(at('repo'), at('a.zip'), { failsOnMissing: true });

    await expect(work).rejects.toMatchObject({ message: expect.stringContaining('gone.txt') as string });
    expect(existsSync(at('a.zip'))).toBe(false);
  });
});
