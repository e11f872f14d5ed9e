import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createArchive } from '../../../src/resources/files/archives/create-archive.js';
import { extractArchive, listArchiveContents } from '../../../src/resources/files/archives/extract-archive.js';
import { runInChild } from '../../run-in-child.js';

const GIB = 1024 ** 3;
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
  it('is packed and unpacked: a file of more than 4 GiB, by us and by another program', async () => {
    mkdirSync(at('in'));
    sparse(at('in/large.bin'), 4.2 * GIB);
    await createArchive(at('in'), at('a.zip'), { level: 1 });
    const facts = `import sys,zipfile; i,=zipfile.ZipFile(sys.argv[1]).infolist(); print(i.file_size, i.CRC)`;
    const [size, crc] = execFileSync('python3', ['-c', facts, at('a.zip')], { encoding: 'utf8' })
      .trim()
      .split(' ');
    execFileSync('unzip', ['-tqq', at('a.zip')]);

    expect(Number(size)).toBe(Math.floor(4.2 * GIB));
    expect(Number(crc)).toBeGreaterThan(0);
    await expect(extractArchive(at('a.zip'), at('out'))).rejects.toMatchObject({ code: 'SYN_ARCHIVE_LIMIT' });
    expect(readdirSync(folder).sort()).toEqual(['a.zip', 'in']);
    await extractArchive(at('a.zip'), at('out'), { maxRatio: 1e6 });
    expect(statSync(at('out/large.bin')).size).toBe(Math.floor(4.2 * GIB));
    truncateSync(at('a.zip'), statSync(at('a.zip')).size - 10);
    await expect(listArchiveContents(at('a.zip'))).rejects.toMatchObject({ code: 'SYN_ARCHIVE_INVALID' });
  }, 240_000);

  it('is packed and unpacked: more than 65,535 files', async () => {
    mkdirSync(at('in'));
    for (let number = 0; number < 65_600; number++) closeSync(openSync(at('in', `${number}`), 'w'));
    await createArchive(at('in'), at('a.zip'));
    await extractArchive(at('a.zip'), at('out'));

    expect(readdirSync(at('out'))).toHaveLength(65_600);
  }, 120_000);
});

it('a million files in a folder are listed in memory that a list of them would not fit into', async () => {
  for (let number = 0; number < 1_000_000; number++) closeSync(openSync(at(`${number}`), 'w'));
  const snippet = (work: string): string => `
    import { listFiles, walkFiles } from './src/resources/files/archives/list-files.js';
    import { ArchiveFilter } from './src/resources/files/archives/archive-filter.js';
    export default async (folder) => { ${work} };`;
  const walk = `
    let found = 0;
    const filter = new ArchiveFilter({ exclude: ['*7'] });
    for await (const file of walkFiles(folder, { filter })) found += file.isLink ? 0 : 1;
    return found;`;
  const options = { input: folder, nodeArgs: ['--max-old-space-size=48'], timeoutMs: 200_000 };

  expect(await runInChild<number>(snippet(walk), options)).toBe(900_000);
  await expect(runInChild(snippet('return (await listFiles(folder)).length'), options)).rejects.toThrow(
    /heap out of memory/,
  );
}, 240_000);
