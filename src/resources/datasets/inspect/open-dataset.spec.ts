import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataset } from './open-dataset.js';

/** A picture of 8x8 pixels; nobody looks at more than its head. */
const PICTURE = Buffer.from('89504e470d0a1a0a0000000d4948445200000008000000080802000000', 'hex');
let folder: string;

function put(stem: string, boxes: readonly unknown[]): void {
  const images = [
    { bounding_box: boxes.map((data, index) => ({ id: `${index}`, classification: 'cat', attrs: [], data })) },
  ];
  writeFileSync(
    join(folder, 'json', `${stem}.json`),
    JSON.stringify({ classification: { bounding_box: ['dog', 'cat'] }, images }),
  );
  writeFileSync(join(folder, 'original_files', `${stem}.png`), PICTURE);
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'synapse-open-'));
  for (const name of ['json', 'original_files']) mkdirSync(join(folder, name));
  for (let number = 0; number < 100; number++) put(String(number).padStart(3, '0'), [[1, 2, 3, 4]]);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe(openDataset, () => {
  it('gives the pictures one after the other, and the classes in their order', async () => {
    const dataset = openDataset(folder);
    const stems: string[] = [];
    for await (const { stem, size, annotations } of dataset.images) {
      stems.push(stem);
      expect([size.width, annotations.length]).toEqual([8, 1]);
    }

    expect(dataset.format).toBe('dm_v2');
    expect(stems).toHaveLength(100);
    expect(stems).toEqual([...stems].sort());
    expect(dataset.classNames()).toEqual(['dog', 'cat']);
    expect(dataset.problems()).toEqual([]);
  });

  it('ends at the first problem, or counts all of them', async () => {
    put('050', ['no box']);
    const readAll = async (onError: 'skip' | 'fail'): Promise<number> => {
      const dataset = openDataset(folder, { onError });
      for await (const _image of dataset.images);
      return dataset.problems()[0]?.count ?? 0;
    };

    await expect(readAll('fail')).rejects.toMatchObject({ code: 'SYN_DATASET_INVALID' });
    expect(await readAll('skip')).toBe(1);
  });

  it('ends when it is told to', async () => {
    const abort = new AbortController();
    const dataset = openDataset(folder, { signal: abort.signal });
    const work = (async (): Promise<void> => {
      for await (const _image of dataset.images) abort.abort(new Error('enough'));
    })();

    await expect(work).rejects.toThrow('enough');
  });

  it('says what lies nowhere, and what is of no known format', () => {
    expect(() => openDataset(join(folder, 'gone'))).toThrow(expect.objectContaining({ code: 'SYN_DATASET_NOT_FOUND' }));
    expect(() => openDataset(folder, { from: 'nope' })).toThrow(
      expect.objectContaining({ code: 'SYN_DATASET_FORMAT' }),
    );
  });
});
