import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import sharp from 'sharp';
import { annotation, DatasetSandbox, PICTURE } from '../registry/dataset-sandbox.fixture.js';
import { previewDataset } from './preview-dataset.js';

describe(previewDataset, () => {
  let box: DatasetSandbox;
  beforeEach(() => {
    box = new DatasetSandbox();
    box.dm('a', { bounding_box: [annotation('b', 'cat', [20, 10, 30, 20])] });
  });
  afterEach(() => box.remove());

  const draw = (out: string) => previewDataset(box.at('dm'), { out: box.at(out) });

  it.each([
    ['p.png', 'png'],
    ['p.JPG', 'jpeg'],
    ['new/p.webp', 'webp'],
  ])('draws to %s as %s, the annotations where they are', async (out, format) => {
    expect(await draw(out)).toEqual({ path: box.at(out), document: 'json/a.json', annotations: 1 });

    const drawn = sharp(box.at(out));
    expect(await drawn.metadata()).toMatchObject({ format, width: 100, height: 50 });
    const { data, info } = await drawn.removeAlpha().raw().toBuffer({ resolveWithObject: true });
    const before = await sharp(PICTURE).removeAlpha().raw().toBuffer();
    const changed = (x: number, y: number): boolean => {
      const at = (y * info.width + x) * 3;
      return [0, 1, 2].some((channel) => Math.abs((data[at + channel] ?? 0) - (before[at + channel] ?? 0)) > 20);
    };
    expect([changed(20, 20), changed(50, 20), changed(35, 30)]).toEqual([true, true, true]);
    expect([changed(35, 20), changed(80, 40)]).toEqual([false, false]);
  });

  it.each(['p.bmp', 'p', '.png'])('refuses to draw to %s, before it reads anything', async (out) => {
    await expect(draw(out)).rejects.toMatchObject({
      code: 'SYN_USAGE',
      message: expect.stringContaining('.png, .jpg, .jpeg, .webp') as string,
    });
    expect(box.names()).toEqual(['dm']);
  });

  it('says that the picture is damaged, not that the target is, and keeps what was there', async () => {
    writeFileSync(box.at('dm/original_files/a.png'), readFileSync(PICTURE).subarray(0, 60));
    box.write('p.png', 'before');

    await expect(draw('p.png')).rejects.toMatchObject({
      code: 'SYN_DATASET_INVALID',
      message: expect.stringMatching(/^json\/a\.json: its picture cannot be read/) as string,
    });
    expect(box.names()).toEqual(['dm', 'p.png']);
    expect(box.text('p.png')).toBe('before');
  });

  it('never draws over a picture of the data set', async () => {
    box.picture('dm/original_files/z.png');

    for (const name of ['a.png', 'z.png']) {
      await expect(draw(`dm/original_files/${name}`)).rejects.toMatchObject({ code: 'SYN_DATASET_TARGET' });
      expect(readFileSync(box.at('dm/original_files', name))).toEqual(readFileSync(PICTURE));
    }
  });

  it('says that a folder is where it is to draw to', async () => {
    mkdirSync(box.at('p.png'));

    await expect(draw('p.png')).rejects.toMatchObject({
      code: 'SYN_DATASET_TARGET',
      message: expect.stringContaining('a folder is there') as string,
    });
    expect(box.names()).toEqual(['dm', 'p.png']);
  });
});
