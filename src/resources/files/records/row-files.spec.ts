import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getDictFromFile, writeDictToFile } from './dict-files.js';
import { readCsv, readNdjson, writeCsv, writeNdjson } from './row-files.js';

let folder: string;
const at = (name: string): string => join(folder, name);

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const value of values) list.push(value);
  return list;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'synapse-rows-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('CSV', () => {
  it('comes back as it was written: quotes, separators, line ends, any script', async () => {
    const rows = [
      { name: 'a,b', text: 'say "hi"' },
      { name: '한글', text: 'two\nlines' },
      { name: '', text: ' spaces ' },
    ];
    await writeCsv(at('a.csv'), rows);

    expect(await all(readCsv(at('a.csv')))).toEqual(rows);
  });

  it('reads what a spreadsheet writes: a mark in front, other separators and line ends', async () => {
    writeFileSync(at('a.csv'), '\uFEFFname;n\r\nx;1\r\n');

    expect(await all(readCsv(at('a.csv'), { delimiter: ';' }))).toEqual([{ name: 'x', n: '1' }]);
  });

  it('takes the life out of formulas, if asked', async () => {
    await writeCsv(at('a.csv'), [{ a: '=cmd()', b: '+1' }], { escapesFormulas: true });

    expect(readFileSync(at('a.csv'), 'utf8')).toBe("a,b\n'=cmd(),'+1\n");
  });

  it('names the line that has too few values', async () => {
    writeFileSync(at('a.csv'), 'a,b\n1,2\n3\n');

    await expect(all(readCsv(at('a.csv')))).rejects.toMatchObject({
      code: 'SYN_FILE_INVALID',
      message: expect.stringContaining('line 3') as string,
    });
  });
});

describe('NDJSON', () => {
  it('comes back as it was written, larger than what is read at once', async () => {
    const values = Array.from({ length: 5000 }, (_, number) => ({ number, text: '한글\n'.repeat(10) }));
    await writeNdjson(at('a.ndjson'), values);

    expect(await all(readNdjson(at('a.ndjson')))).toEqual(values);
  });

  it('names the line that is no JSON', async () => {
    writeFileSync(at('a.ndjson'), '{"a":1}\n\n{oops}\n');

    await expect(all(readNdjson(at('a.ndjson')))).rejects.toMatchObject({
      code: 'SYN_FILE_INVALID',
      message: expect.stringContaining('line 3') as string,
    });
  });

  it('leaves the old file where the values end in an error', async () => {
    writeFileSync(at('a.ndjson'), '1\n');
    const values = function* (): Generator<number> {
      yield 2;
      throw new Error('no more');
    };

    await expect(writeNdjson(at('a.ndjson'), values())).rejects.toThrow('no more');
    expect(readFileSync(at('a.ndjson'), 'utf8')).toBe('1\n');
    expect(readdirSync(folder)).toEqual(['a.ndjson']);
  });

  it.each([readCsv, readNdjson])('says that a file is not there (%p)', async (read) => {
    await expect(all(read(at('none')))).rejects.toMatchObject({ code: 'SYN_FILE_NOT_FOUND' });
  });
});

describe('a dictionary in a file', () => {
  it.each(['a.json', 'a.yaml', 'a.YML'])('comes back from %s', async (name) => {
    const value = { text: '한글', list: [1, null, true], nested: { a: 'no' } };
    await writeDictToFile(at(name), value);

    expect(await getDictFromFile(at(name))).toEqual(value);
  });

  it.each([
    ['a.json', '{"a":'],
    ['a.yaml', 'a: [1'],
  ])('says that %s does not parse', async (name, text) => {
    writeFileSync(at(name), text);

    await expect(getDictFromFile(at(name))).rejects.toMatchObject({ code: 'SYN_FILE_INVALID' });
  });
});
