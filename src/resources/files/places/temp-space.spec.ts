import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { OWNER_WORDS } from './owner-words.js';
import { joinInside } from './safe-path.js';
import { getTempPath, TempSpace } from './temp-space.js';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'synapse-temp-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

describe('TempSpace', () => {
  it('makes folders of its own, for nobody else to see, and takes them away', () => {
    const space = new TempSpace({ root });
    const folder = space.folder('model');
    writeFileSync(join(folder, 'x'), 'x');

    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(basename(space.folder('model'))).not.toBe(basename(folder));
    space.dispose();
    expect(readdirSync(root)).toEqual([]);
  });

  /** A folder of `owner` with something in it; its name. */
  const leave = (owner: string): string => {
    const name = `work.${owner}.0123abcd`;
    mkdirSync(join(root, name, 'sub'), { recursive: true });
    return name;
  };
  const dead = OWNER_WORDS.replace(`-${process.pid}-`, `-${2 ** 22 + 1}-`); // no process has a number this high

  it('clears away what dead processes left, and nothing else', () => {
    const others = [leave(OWNER_WORDS), leave(dead.replace(/^[0-9a-f]+/, '0'.repeat(16))), 'media'];
    mkdirSync(join(root, 'media'));
    leave(dead);
    const own = basename(new TempSpace({ root }).folder());
    new TempSpace({ root });

    expect(readdirSync(root).sort()).toEqual([...others, own].sort());
  });

  it('clears away what a process left whose number is that of a living one', () => {
    if (process.platform !== 'linux') return; // nobody says when a process began
    leave(OWNER_WORDS.replace(/[0-9a-z]+$/, 'zz'));
    new TempSpace({ root });

    expect(readdirSync(root)).toEqual([]);
  });

  it.each(['', '../x', 'a/b', 'a.b'])('makes no folder named by "%s"', (label) => {
    expect(() => new TempSpace({ root }).folder(label)).toThrow(expect.objectContaining({ code: 'SYN_USAGE' }));
  });

  it('does not follow a link that somebody put in its place', () => {
    symlinkSync(root, join(root, 'link'));

    expect(() => new TempSpace({ root: join(root, 'link') })).toThrow(
      expect.objectContaining({ code: 'SYN_FILE_WRITE' }),
    );
  });
});

describe('getTempPath', () => {
  afterEach(() => {
    delete process.env['SYNAPSE_TEMP_DIR'];
  });

  it('leads below the folder that is configured', () => {
    process.env['SYNAPSE_TEMP_DIR'] = join(root, 'own');

    expect(getTempPath('a/b')).toBe(join(root, 'own/a/b'));
    expect(existsSync(join(root, 'own'))).toBe(true);
  });

  it.each(['../x', '/etc', 'a/../../x', '..\\x'])('B-16: refuses %s', (path) => {
    process.env['SYNAPSE_TEMP_DIR'] = root;

    expect(() => getTempPath(path)).toThrow(expect.objectContaining({ code: 'SYN_PATH_ESCAPE' }));
    expect(() => joinInside(root, path)).toThrow(expect.objectContaining({ code: 'SYN_PATH_ESCAPE' }));
  });
});
