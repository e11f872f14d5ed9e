import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { annotation, DatasetSandbox, PICTURE } from '../registry/dataset-sandbox.fixture.js';
import { inspectDataset } from './inspect-dataset.js';

describe('a picture that is cut off', () => {
  let box: DatasetSandbox;
  beforeEach(() => {
    box = new DatasetSandbox();
    box.dm('a', { bounding_box: [annotation('b', 'cat', [20, 10, 30, 20])] });
  });
  afterEach(() => box.remove());

  const encoded = async (kind: 'png' | 'jpeg' | 'webp') => sharp(readFileSync(PICTURE)).toFormat(kind).toBuffer();

  it.each(['png', 'jpeg'] as const)('is a problem of the data set, %s', async (kind) => {
    const bytes = await encoded(kind);
    writeFileSync(join(box.at('dm/original_files'), 'a.png'), bytes.subarray(0, bytes.length - 12));

    expect(await inspectDataset(box.at('dm'))).toMatchObject({
      splits: [{ images: 1, annotations: 1 }],
      problems: [
        { code: 'not_an_image', count: 1, places: [expect.stringMatching(/^json\/a\.json: .*'a\.png' is cut off/)] },
      ],
    });
  });

  it.each(['png', 'jpeg', 'webp'] as const)('is none that is whole, also with bytes behind it, %s', async (kind) => {
    writeFileSync(box.at('dm/original_files/a.png'), Buffer.concat([await encoded(kind), Buffer.alloc(500, 'x')]));

    expect((await inspectDataset(box.at('dm'))).problems).toEqual([]);
  });
});
