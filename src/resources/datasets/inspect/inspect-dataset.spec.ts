import { annotation, DatasetSandbox } from '../registry/dataset-sandbox.fixture.js';
import { inspectDataset } from './inspect-dataset.js';

describe('looking into a data set', () => {
  let box: DatasetSandbox;
  beforeEach(() => void (box = new DatasetSandbox()));
  afterEach(() => box.remove());

  const problemsOf = async (path: string) => (await inspectDataset(box.at(path))).problems;
  const labels = (...lines: readonly string[]): void => {
    box.picture('yolo/images/a.png');
    box.write('yolo/dataset.yaml', 'names: [ant]\n');
    box.write('yolo/labels/a.txt', lines.join('\n'));
  };

  it.each([
    ['bounding_box', [1000, 10, 20, 5]],
    [
      'polygon',
      [
        [101, 10],
        [120, 10],
        [110, 40],
      ],
    ],
    [
      'polyline',
      [
        [10, 60],
        [50, 70],
      ],
    ],
    ['keypoint', [-5, 60]],
  ])('finds a %s outside of its picture', async (tool, data) => {
    box.dm('a', { [tool]: [annotation('x', 'ant', data)] });

    const place = "json/a.json (annotation 'x'): it lies outside its picture of 100x50 pixels";
    expect(await problemsOf('dm')).toEqual([{ code: 'outside_image', count: 1, places: [place] }]);
  });

  it('tells what lies outside of the picture from what reaches beyond its edge', async () => {
    labels('0 0.5 0.5 0.1 0.1', '0 1.5 0.5 0.1 0.1', '0 0.99 0.5 0.1 0.1', '0 0.5 0.5 1.000001 1', '0 2 2 3 2 3 3');

    expect(await problemsOf('yolo')).toEqual([
      {
        code: 'outside_image',
        count: 2,
        places: [2, 5].map((line) => `labels/a.txt:${line}: it lies outside its picture of 100x50 pixels`),
      },
      {
        code: 'beyond_edge',
        count: 1,
        places: ['labels/a.txt:3: it reaches beyond the edge of its picture of 100x50 pixels'],
      },
    ]);
  });

  it('takes an outline around the whole picture for one that reaches beyond its edge', async () => {
    labels('0 -1 -1 2 -1 2 2 -1 2');

    expect(await problemsOf('yolo')).toMatchObject([{ code: 'beyond_edge', count: 1 }]);
  });

  it('names the line of a label file whose shape cannot be', async () => {
    labels('0 0.5 0.5 0.1 0.1', '', '0 0.5 0.5 -0.1 0.1');

    const [problem] = await problemsOf('yolo');
    expect(problem).toMatchObject({
      code: 'bad_shape',
      places: [expect.stringMatching(/^labels\/a\.txt:3: .*inverted/)],
    });
  });

  it('names the object of a VOC document whose shape cannot be', async () => {
    const object = (right: number): string =>
      `<object><name>ant</name><bndbox><xmin>10</xmin><ymin>10</ymin><xmax>${right}</xmax><ymax>20</ymax></bndbox></object>`;
    box.picture('voc/JPEGImages/a.png');
    box.write('voc/Annotations/a.xml', `<annotation>${object(20)}${object(5)}</annotation>`);

    const [problem] = await problemsOf('voc');
    expect(problem?.places).toEqual([expect.stringMatching(/^Annotations\/a\.xml \(annotation '2'\): .*inverted/)]);
  });

  it('counts what a COCO file holds whose pictures are not there, and says so', async () => {
    const image = (id: number): object => ({ id, file_name: `${id}.png`, width: 100, height: 50 });
    const item = (id: number, image_id: number): object => ({ id, image_id, category_id: 1, bbox: [1, 2, 3, 4] });
    box.picture('1.png');
    box.write('instances.json', {
      images: [image(1), image(2)],
      categories: [{ id: 1, name: 'ant' }],
      annotations: [item(1, 1), item(2, 2), item(3, 2)],
    });

    expect(await inspectDataset(box.at('instances.json'))).toMatchObject({
      splits: [{ images: 2, annotations: 3 }],
      classes: [{ name: 'ant', annotations: 3 }],
      problems: [{ code: 'no_image', count: 1, places: ["instances.json: there is no picture '2.png' beside it"] }],
    });
  });
});
