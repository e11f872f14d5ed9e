import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childOutcome } from '../../../../test/run-in-child.js';
import { createArchive } from './create-archive.js';
import { extractArchive, listArchiveContents } from './extract-archive.js';

let folder: string;
const at = (...parts: string[]): string => join(folder, ...parts);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'synapse-targets-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('extractArchive with a folder that must stay', () => {
  /** What is to be there afterwards: an archive two folders deep, and a file beside it. */
  beforeEach(async () => {
    mkdirSync(at('work/below'), { recursive: true });
    mkdirSync(at('in'));
    writeFileSync(at('in/new.txt'), '1');
    writeFileSync(at('work/kept.txt'), '0');
    await createArchive(at('in'), at('work/below/a.zip'));
  });

  const isAllThere = (): boolean => existsSync(at('work/kept.txt')) && existsSync(at('work/below/a.zip'));

  it.each([
    ['the folder of the archive', 'work/below', 'work/below/a.zip'],
    ['a folder above that', 'work', 'work/below/a.zip'],
    ['the archive itself', 'work/below/a.zip', 'work/below/a.zip'],
    ['a link to such a folder', 'link', 'work/below/a.zip'],
    ['the folder that a linked archive lies in', 'work', 'far.zip'],
    ['the folder of a link to an archive elsewhere', 'links', 'links/a.zip'],
    ['a folder that the archive is reached through another way', 'work', 'link/below/a.zip'],
    ['another name of the archive', 'work/same.zip', 'work/below/a.zip'],
  ])('does not replace %s', async (_case, target, archive) => {
    mkdirSync(at('links'));
    symlinkSync(at('work'), at('link'));
    symlinkSync(at('work/below/a.zip'), at('far.zip'));
    symlinkSync(at('work/below/a.zip'), at('links/a.zip'));
    linkSync(at('work/below/a.zip'), at('work/same.zip'));
    const work = extractArchive(at(archive), at(target), { overwrite: true });

    await expect(work).rejects.toMatchObject({
      code: 'SYN_FILE_WRITE',
      message: `${at(target)} cannot be written: it is, or holds, ${at(archive)}, the archive that is to be extracted, which would be lost with it. Choose a folder of its own. What was there is as it was.`,
    });
    expect([isAllThere(), existsSync(at('links/a.zip'))]).toEqual([true, true]);
  });

  it('replaces a folder beside the archive', async () => {
    mkdirSync(at('work/below/out'));
    writeFileSync(at('work/below/out/old.txt'), '0');
    await extractArchive(at('work/below/a.zip'), at('work/below/out'), { overwrite: true });

    expect([isAllThere(), existsSync(at('work/below/out/new.txt')), existsSync(at('work/below/out/old.txt'))]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it.each([
    ['the working folder, in which nothing is', 'here/deep', 'here/deep', 'the working folder of the process'],
    ['a folder above it', 'here', 'here/deep', 'the working folder of the process'],
    ['the home folder', 'home/me', 'home/me', 'the home folder'],
    ['a folder above that', 'home', 'home/me', 'the home folder'],
    ['the root', '/', 'here/deep', 'the working folder of the process'],
  ])('does not replace %s', async (_case, target, held, what) => {
    for (const name of ['here/deep', 'home/me']) mkdirSync(at(name), { recursive: true });
    writeFileSync(at('home/me/kept.txt'), '0');
    const place = target === '/' ? target : at(target);
    // The archive is elsewhere; of the root, it is what is named first.
    const { error } = await childOutcome(
      `import { extractArchive } from './src/resources/files/archives/extract-archive.js';
      export default ({ archive, place, here }) => {
        process.chdir(here);
        return extractArchive(archive, place, { overwrite: true });
      };`,
      { input: { archive: at('work/below/a.zip'), place, here: at('here/deep') }, env: { HOME: at('home/me') } },
    );
    const named = target === '/' ? at('work/below/a.zip') : `${at(held)}, ${what}`;

    expect(error).toMatchObject({ code: 'SYN_FILE_WRITE', message: expect.stringContaining(named) as string });
    expect([existsSync(at('home/me/kept.txt')), existsSync(at('here/deep'))]).toEqual([true, true]);
  });
});

describe.each(['zip', 'tar.gz'])('createArchive of a %s at a place in the folder that it packs', (suffix) => {
  beforeEach(() => {
    mkdirSync(at('in'));
    writeFileSync(at('in/a.txt'), 'a');
    symlinkSync(at('in'), at('link'));
  });

  it.each([
    ['link', 'in'],
    ['in', 'link'],
    ['link', 'link'],
  ])('is no member of itself, where %s is packed into %s, whatever links lead there', async (source, target) => {
    for (const _time of [1, 2]) await createArchive(at(source), at(target, `self.${suffix}`));

    expect(await listArchiveContents(at(`in/self.${suffix}`))).toEqual(['a.txt']);
  });

  it.each([
    ['a file', 'in', 'a.txt'],
    ['a file, reached through a link', 'link', 'a.txt'],
    ['a link', 'in', 'near'],
  ])('does not take the place of %s that is to be packed', async (_case, source, name) => {
    symlinkSync('a.txt', at('in/near'));
    const work = createArchive(at(source), at('in', name), { format: suffix as 'zip' });

    await expect(work).rejects.toMatchObject({
      code: 'SYN_FILE_WRITE',
      message: `${at('in', name)} cannot be written: it is '${name}', one of the files of ${at(source)} that are to be packed, and no earlier ${suffix}. Give the archive another name. What was there is as it was.`,
    });
    expect(readFileSync(at('in/near'), 'utf8')).toBe('a');
  });
});
