import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  existsSync,
  readdirSync,
  rmSync,
  statfsSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createArchive } from '../../../src/resources/files/archives/create-archive.js';
import { extractArchive, listArchiveContents } from '../../../src/resources/files/archives/extract-archive.js';
import { runInChild } from '../../run-in-child.js';

/** More than 32 bits count. */
const LARGE_BYTES = 4_400_000_000;
const { bavail, bsize } = statfsSync(tmpdir());
const hasRoom = bavail * bsize > LARGE_BYTES * 1.2;
if (!hasRoom) process.stderr.write(`Skipped: a file of more than 4 GiB. There is no room for it in ${tmpdir()}.\n`);

let folder: string;
const at = (...parts: string[]): string => join(folder, ...parts);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'synapse-large-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A file of holes with a word at its end. */
function sparse(path: string, bytes: number): void {
  const file = openSync(path, 'w');
  writeSync(file, 'the end', bytes - 7);
  closeSync(file);
}

describe('what 32 and 16 bits do not count', () => {
  (hasRoom ? it : it.skip)(
    'is packed and unpacked: a file of more than 4 GiB, by us and by another program',
    async () => {
      mkdirSync(at('in'));
      sparse(at('in/large.bin'), LARGE_BYTES);
      await createArchive(at('in'), at('a.zip'), { level: 1 });
      const facts = `import sys,zipfile; i,=zipfile.ZipFile(sys.argv[1]).infolist(); print(i.file_size, i.CRC)`;
      const [size, crc] = execFileSync('python3', ['-c', facts, at('a.zip')], { encoding: 'utf8' })
        .trim()
        .split(' ');
      execFileSync('unzip', ['-tqq', at('a.zip')]);

      expect(Number(size)).toBe(LARGE_BYTES);
      expect(Number(crc)).toBeGreaterThan(0);
      await expect(extractArchive(at('a.zip'), at('out'))).rejects.toMatchObject({ code: 'SYN_ARCHIVE_LIMIT' });
      expect(readdirSync(folder).sort()).toEqual(['a.zip', 'in']);
      await extractArchive(at('a.zip'), at('out'), { maxRatio: 1e6 });
      expect(statSync(at('out/large.bin')).size).toBe(LARGE_BYTES);
      truncateSync(at('a.zip'), statSync(at('a.zip')).size - 10);
      await expect(listArchiveContents(at('a.zip'))).rejects.toMatchObject({ code: 'SYN_ARCHIVE_INVALID' });
    },
    240_000,
  );

  it('is packed and unpacked: more than 65,535 files', async () => {
    mkdirSync(at('in'));
    for (let number = 0; number < 65_600; number++) closeSync(openSync(at('in', `${number}`), 'w'));
    await createArchive(at('in'), at('a.zip'));
    await extractArchive(at('a.zip'), at('out'));

    expect(readdirSync(at('out'))).toHaveLength(65_600);
  }, 300_000);
});

it('a million files in a folder are listed in a heap of 48 MB', async () => {
  // In memory where there is some: a disk takes minutes to make and remove them.
  const million = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : folder, 'synapse-million-'));
  const snippet = `
    import { walkFiles } from './src/resources/files/archives/list-files.js';
    import { ArchiveFilter } from './src/resources/files/archives/archive-filter.js';
    export default async (folder) => {
      let found = 0;
      const filter = new ArchiveFilter({ exclude: ['*7'] });
      for await (const { isLink } of walkFiles(folder, { filter })) found += isLink ? 0 : 1;
      return found;
    };`;
  try {
    for (let number = 0; number < 1_000_000; number++) closeSync(openSync(join(million, `${number}`), 'w'));
    const nodeArgs = ['--max-old-space-size=48'];

    expect(await runInChild<number>(snippet, { input: million, nodeArgs, timeoutMs: 500_000 })).toBe(900_000);
  } finally {
    rmSync(million, { recursive: true, force: true });
  }
}, 600_000);
