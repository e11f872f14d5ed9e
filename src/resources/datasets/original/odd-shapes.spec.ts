import { annotation, DatasetSandbox } from '../registry/dataset-sandbox.fixture.js';

describe("What compat: 'original' writes of shapes that cannot be", () => {
  let box: DatasetSandbox;
  beforeEach(() => (box = new DatasetSandbox()));
  afterEach(() => box.remove());

  /** Of a picture of 100x50 pixels: what the report counts, and the lines. */
  async function converted(image: object): Promise<{ readonly losses: readonly object[]; readonly lines: string[] }> {
    box.dm('a', image);
    const { losses } = await box.convert('dm', 'out', { to: 'yolo', compat: 'original' });
    const report = box.json<{ losses: readonly object[] }>('out/loss-report.json');
    expect(report.losses).toEqual(losses);
    const counted = losses.filter(({ field }) => field !== 'not counted');
    return {
      losses: counted.map(({ field, count, places }) => ({ field, count, places })),
      lines: box.text('out/labels/a.txt').split('\n'),
    };
  }

  it.each([
    ['partly outside', [90, 40, 20, 20], '0 1.000000 1.000000 0.200000 0.400000', ['outside']],
    ['wholly outside', [200, 100, 10, 10], '0 2.050000 2.100000 0.100000 0.200000', ['outside']],
    ['of a negative place', [-1, 0, 10, 10], '0 0.040000 0.100000 0.100000 0.200000', ['outside']],
    ['inverted', [50, 25, -10, 10], '0 0.450000 0.600000 -0.100000 0.200000', ['box.inverted']],
    ['inverted, and outside', [5, 25, -10, 10], '0 0.000000 0.600000 -0.100000 0.200000', ['box.inverted', 'outside']],
    ['without area', [5, 5, 0, 10], '0 0.050000 0.200000 0.000000 0.200000', ['box.no_area']],
    ['at the edge', [0, 0, 100, 50], '0 0.500000 0.500000 1.000000 1.000000', []],
    ['beyond it by what rounding does', [0, 0, 100.00004, 50], '0 0.500000 0.500000 1.000000 1.000000', []],
  ])('a box that is %s is written as it is, and counted', async (_what, data, line, fields) => {
    const { losses, lines } = await converted({ bounding_box: [annotation('b', 'cat', data)] });

    expect(lines).toEqual([line]);
    expect(losses).toEqual(fields.map((field) => ({ field, count: 1, places: ['json/a.json#b'] })));
  });

  it('counts polygons and key points as well, each key point for itself', async () => {
    const { losses, lines } = await converted({
      polygon: [annotation('p', 'cat', [[0, 0], [120, 0], [9, 9]]), annotation('q', 'cat', [[1, 1], [2, 2]]), annotation('r', 'cat', [])], // prettier-ignore
      keypoint: [annotation('k', 'cat', [[-5, 5, 2], [5, 5, 2], [5, 60, 1]], { bounding_box: { x: 0, y: 0, width: 200, height: 5 } })], // prettier-ignore
    });

    expect(lines).toHaveLength(3);
    expect(losses).toEqual([
      { field: 'outside', count: 2, places: ['json/a.json#p', 'json/a.json#k'] },
      { field: 'polygon.points', count: 1, places: ['json/a.json#q'] },
      { field: 'keypoints.outside', count: 2, places: ['json/a.json#k', 'json/a.json#k'] },
    ]);
  });

  it('counts those of DM v1, and no shape that has no line', async () => {
    const shape = { id: 'b', tool: 'bounding_box', data: { x: -3, y: 0, width: 10, height: 10 } };
    const annotations = {
      image_1: [
        { ...shape, classification: { class: 'cat' } },
        { ...shape, id: 'c' },
      ],
    };
    box.picture('dm/original_files/a.png');
    box.write('dm/json/a.json', { annotations });
    const { losses } = await box.convert('dm', 'out', { from: 'dm_v1', to: 'yolo', compat: 'original' });

    expect(losses).toContainEqual(expect.objectContaining({ field: 'outside', count: 1, places: ['json/a.json#b'] }));
  });
});
