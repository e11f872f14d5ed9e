import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInChild } from '../../../../test/run-in-child.js';
import { PICTURE } from '../registry/dataset-sandbox.fixture.js';

jest.setTimeout(120_000); // more than a hundred thousand files are made

/** In each folder. The longer their names, the more a reader needs that keeps them as texts. */
const FILES = 60_000;
const NAME = 'n'.repeat(235);
/** What the process needs anyway, and some more; the names of two folders as texts are 30 MB. */
const HEAP_MB = 32;

describe('a data set with tens of thousands of files in a folder', () => {
  // Making the files takes a tenth of the time where they are in memory.
  const root = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'synapse-many-files-'));
  beforeAll(() => {
    fill('pictures', '.png');
    copyFileSync(PICTURE, join(root, `pictures/0-${NAME}.png`));
    writeFileSync(join(root, 'classes.txt'), 'cat');
  });
  afterAll(() => rmSync(root, { recursive: true }));

  function fill(folder: string, ending: string): void {
    mkdirSync(join(root, folder));
    for (let number = 0; number < FILES; number++)
      closeSync(openSync(join(root, folder, `${number}-${NAME}${ending}`), 'w'));
  }

  it.each([
    ['dm_v2', { documents: 'json', images: 'original_files', ending: '.json', text: '{"images":[{}]}' }],
    ['yolo', { documents: 'labels', images: 'images', ending: '.txt', text: '0 0.5 0.5 0.1 0.1' }],
  ])('is listed as %s in a heap that has no room for their names as texts', async (from, layout) => {
    fill(layout.documents, layout.ending);
    writeFileSync(join(root, layout.documents, `0-${NAME}${layout.ending}`), layout.text);
    const names = ['pictures', layout.images].map((name) => join(root, name)) as [string, string];
    renameSync(...names);

    const first = await runInChild(
      `import { openDataset } from './src/resources/datasets/inspect/open-dataset.ts';
       export default async ({ path, from }) => {
         for await (const image of openDataset(path, { from }).images) return image.stem;
       };`,
      { input: { path: root, from }, nodeArgs: [`--max-old-space-size=${HEAP_MB}`] },
    );

    expect(first).toBe(`0-${NAME}`);
    renameSync(names[1], names[0]);
  });
});
