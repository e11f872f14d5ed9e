import { annotation, DatasetSandbox } from './dataset-sandbox.fixture.js';

describe('the places in the report of a conversion', () => {
  let box: DatasetSandbox;
  beforeEach(() => void (box = new DatasetSandbox()));
  afterEach(() => box.remove());

  const labels = (...lines: readonly string[]): void => {
    box.picture('yolo/images/a.png');
    box.write('yolo/dataset.yaml', 'names: [ant]\n');
    box.write('yolo/labels/a.txt', lines.join('\n'));
  };
  const object = (left: number): string =>
    `<object><name>ant</name><difficult>1</difficult><bndbox><xmin>${left}</xmin><ymin>10</ymin><xmax>${left + 9}</xmax><ymax>20</ymax></bndbox></object>`;

  it('name the lines of a label file', async () => {
    labels('0 0.5 0.5 0.1 0.1', '', '0 0.2 0.2 0.3 0.2 0.3 0.3', '0 0.4 0.2 0.5 0.2 0.5 0.3');

    const { losses } = await box.convert('yolo', 'out', { to: 'pascal' });
    expect(losses).toMatchObject([{ field: 'polygon', places: ['labels/a.txt:3', 'labels/a.txt:4'] }]);
  });

  it('name the objects of a VOC document by their numbers', async () => {
    box.picture('voc/JPEGImages/a.png');
    box.write('voc/Annotations/a.xml', `<annotation>${object(10)}${object(20)}</annotation>`);

    const { losses } = await box.convert('voc', 'out', { to: 'yolo' });
    expect(losses.find(({ field }) => field === 'attributes.difficult')?.places).toEqual([
      'Annotations/a.xml#1',
      'Annotations/a.xml#2',
    ]);
  });

  it('name the line of a class that is not among those that were given, and of a shape that cannot be', async () => {
    labels('0 0.5 0.5 0.1 0.1', '0 0.5 0.5 -0.1 0.1');

    const places = async (options: object): Promise<unknown> => {
      const { problems } = await box.convert('yolo', 'out', { overwrite: true, onError: 'skip', ...options });
      return problems.map((problem) => problem.places);
    };
    for (const to of ['dm_v1', 'dm_v2', 'coco', 'pascal', 'yolo']) {
      expect(await places({ to, classes: ['bee'] })).toEqual([
        [expect.stringMatching(/^labels\/a\.txt:2: its box is inverted/)],
        [expect.stringMatching(/^labels\/a\.txt:1: 'ant'/)],
      ]);
    }
  });

  it.each(['dm_v1', 'dm_v2', 'coco', 'pascal'])(
    'remark that a shape outside of its picture is kept, to %s',
    async (to) => {
      labels('0 0.5 0.5 0.1 0.1', '0 1.5 0.5 0.1 0.1', '0 0.99 0.5 0.1 0.1');

      const { annotations_written, problems } = await box.convert('yolo', 'out', { to });
      const remark = 'labels/a.txt:2: it lies outside its picture of 100x50 pixels, and is kept as it is';
      expect([annotations_written, problems]).toEqual([3, [{ code: 'outside_image', count: 1, places: [remark] }]]);
    },
  );

  it('count a shape outside of its picture once where the target cuts shapes', async () => {
    box.dm('a', { bounding_box: [annotation('x', 'ant', [1000, 10, 20, 5])] });

    const { problems } = await box.convert('dm', 'out', { to: 'yolo', onError: 'skip' });
    expect(problems).toMatchObject([{ code: 'outside_image', count: 1 }]);
  });
});
