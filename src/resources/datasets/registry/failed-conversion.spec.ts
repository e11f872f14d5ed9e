import type { ConvertOptions } from './conversion.js';
import { annotation, DatasetSandbox } from './dataset-sandbox.fixture.js';

const PICTURES = 12;

describe('a conversion that fails at its last picture', () => {
  let box: DatasetSandbox;
  beforeEach(() => {
    box = new DatasetSandbox();
    for (let index = 10; index < 10 + PICTURES; index++) {
      box.dm(`p${index}`, { bounding_box: [annotation('b', 'ant', [1, 1, 5, 5])] });
      box.picture(`yolo/images/p${index}.png`);
      box.write(`yolo/labels/p${index}.txt`, '0 0.5 0.5 0.1 0.1');
    }
    box.write('yolo/dataset.yaml', 'names: [ant]\n');
    box.picture('yolo/images/z.png');
    box.write('yolo/labels/z.txt', '0 0.5 0.5 x 0.1');
    box.dm('z', { bounding_box: [annotation('b', 'ant', [1, 1, 'x', 5])] });
  });
  afterEach(() => box.remove());

  const cases: [string, string, ConvertOptions][] = [
    ...['yolo', 'coco', 'pascal', 'dm_v1'].map((to): [string, string, ConvertOptions] => ['dm', to, { to }]),
    ...['dm_v2', 'coco'].map((to): [string, string, ConvertOptions] => ['yolo', to, { to }]),
    ['dm', 'yolo, as the original does', { to: 'yolo', compat: 'original' }],
    ['yolo', 'dm_v2, as the original does', { to: 'dm_v2', compat: 'original' }],
  ];

  it.each(cases)('from %s to %s leaves nothing of those before it', async (from, _to, options) => {
    const before = box.names();

    await expect(box.convert(from, 'out', options)).rejects.toMatchObject({
      code: 'SYN_DATASET_INVALID',
      message: expect.stringMatching(/\bz\.(json|txt)/) as string,
    });
    expect(box.names()).toEqual(before);
  });

  it.each(cases)('from %s to %s keeps the data set that it was to replace', async (from, _to, options) => {
    await box.convert(from, 'out', { to: options.to, onError: 'skip' });
    const [before, kept] = [box.names(), box.names('out')];

    await expect(box.convert(from, 'out', { ...options, overwrite: true })).rejects.toMatchObject({
      code: 'SYN_DATASET_INVALID',
    });
    expect([box.names(), box.names('out')]).toEqual([before, kept]);
  });
});
