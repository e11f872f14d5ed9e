import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArchiveFilter } from './archive-filter.js';
import { listFiles, walkFiles } from './list-files.js';

let folder: string;
const put = (name: string): void => writeFileSync(join(folder, name), '');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'synapse-list-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe(walkFiles, () => {
  it('has the same files as the sorted list: links as links, and nothing of what is filtered out', async () => {
    for (const below of ['b', 'b/c', 'dist']) mkdirSync(join(folder, below));
    for (const name of ['z.txt', 'b/a.txt', 'b/c/한글.txt', 'dist/x', 'a.log']) put(name);
    symlinkSync('b', join(folder, 'link'));
    const filter = new ArchiveFilter();
    const walked: string[] = [];
    for await (const { name } of walkFiles(folder, { filter })) walked.push(name);
    const listed = await listFiles(folder, { filter });

    expect(listed.map(({ name }) => name)).toEqual(['b/a.txt', 'b/c/한글.txt', 'link', 'z.txt']);
    expect(listed.map(({ isLink }) => isLink)).toEqual([false, false, true, false]);
    expect(walked.sort()).toEqual(listed.map(({ name }) => name));
  });

  it('reads a large folder piece by piece: what is gone by then is not in it', async () => {
    for (let number = 0; number < 2_500; number++) put(`${number}`);
    let found = 0;
    for await (const _file of walkFiles(folder)) {
      found += 1;
      if (found === 1) for (let number = 0; number < 2_500; number++) rmSync(join(folder, `${number}`));
    }

    expect(found).toBeLessThan(2_000);
  }, 60_000); // thousands of files take long on a busy disk

  it('ends when it is told to', async () => {
    const abort = new AbortController();
    for (let number = 0; number < 3_000; number++) put(`${number}`);
    const walk = async (): Promise<void> => {
      for await (const _file of walkFiles(folder, { signal: abort.signal })) {
        abort.abort(new Error('enough'));
        const until = performance.now() + 11; // longer than it works without giving others their turn
        while (performance.now() < until);
      }
    };

    await expect(walk()).rejects.toThrow('enough');
  }, 60_000);

  it('says that a folder is none', async () => {
    put('file');
    await expect(listFiles(join(folder, 'file'))).rejects.toMatchObject({ code: 'SYN_FILE_INVALID' });
    await expect(listFiles(join(folder, 'gone'))).rejects.toMatchObject({ code: 'SYN_FILE_NOT_FOUND' });
  });
});
