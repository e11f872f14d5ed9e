import { annotation, DatasetSandbox } from './dataset-sandbox.fixture.js';

describe('what a conversion keeps', () => {
  let box: DatasetSandbox;
  beforeEach(() => (box = new DatasetSandbox()));
  afterEach(() => box.remove());

  const square = (x: number, y: number, size: number) => [x, y, x + size, y, x + size, y + size, x, y + size];
  const coco = (fields: object) => ({
    images: [{ id: 1, file_name: 'x.png', width: 100, height: 50 }],
    categories: [{ id: 1, name: 'cat' }],
    annotations: [],
    ...fields,
  });

  it('an object in parts goes from COCO to DM and back as one object', async () => {
    box.picture('coco/images/x.png');
    const segmentation = [square(0, 0, 10), square(50, 0, 10)];
    const item = { id: 7, image_id: 1, category_id: 1, bbox: [0, 0, 60, 10], segmentation, area: 200, iscrowd: 0 };
    box.write('coco/annotations.json', coco({ annotations: [item] }));

    const there = await box.convert('coco', 'dm', { to: 'dm_v2' });
    await box.convert('dm', 'dm1', { to: 'dm_v1' });
    const back = await box.convert('dm1', 'coco2', { to: 'coco' });

    expect([there.annotations, there.annotations_written]).toEqual([1, 3]); // two outlines and the group that joins them
    expect([back.annotations, back.annotations_written]).toEqual([1, 1]);
    expect(back.losses).toEqual([expect.objectContaining({ field: 'id', count: 1 })]); // DM has '7', COCO counts anew
    expect(box.json<{ annotations: object[] }>('coco2/annotations/instances.json').annotations).toMatchObject([
      { segmentation, bbox: [0, 0, 60, 10], area: 200 },
    ]);
  });

  it('names of key points go from COCO to YOLO and back, and lines between them to COCO', async () => {
    box.picture('coco/images/x.png');
    const category = { id: 1, name: 'cat', supercategory: '', keypoints: ['yes', 'tail'], skeleton: [[1, 2]] };
    const points = { bbox: [0, 0, 50, 40], keypoints: [10, 10, 2, 20, 20, 1] };
    const annotations = [{ id: 1, image_id: 1, category_id: 1, ...points }];
    box.write('coco/annotations.json', coco({ categories: [category], annotations }));

    await box.convert('coco', 'coco2', { to: 'coco' });
    const there = await box.convert('coco', 'yolo', { to: 'yolo' });
    await box.convert('yolo', 'coco3', { to: 'coco' });
    const dm = await box.convert('coco', 'dm', { to: 'dm_v2' });

    const categoriesOf = (name: string) =>
      box.json<{ categories: object[] }>(`${name}/annotations/instances.json`).categories;
    expect(categoriesOf('coco2')).toEqual([category]);
    expect(categoriesOf('coco3')).toEqual([{ ...category, skeleton: [] }]);
    expect(box.text('yolo/dataset.yaml')).toContain('kpt_names:\n  0:\n    - "yes"\n    - "tail"\n');
    expect(there.losses.map(({ field }) => field)).toContain('keypoints.skeleton');
    expect(dm.losses.map(({ field }) => field)).toEqual(['categories.id', 'images.id', 'categories.keypoints']);
    expect(dm.losses[2]).toMatchObject({ count: 1, places: ['cat'] });
  });

  it('a mask of runs is read as outlines with holes, which COCO keeps, and others say that they fill', async () => {
    box.picture('coco/images/x.png');
    // A square of 10 pixels with a hole of 4 in it, in a picture of 100x50.
    const rim = (runs: number[]): number[] => [...runs, 40];
    const column = (isHoled: boolean): number[] => rim(isHoled ? [3, 4, 3] : [10]);
    const columns = Array.from({ length: 10 }, (_, x) => column(x >= 3 && x < 7)).flat();
    const counts = [0, ...columns.slice(0, -1), 40 + 90 * 50];
    const item = { id: 7, image_id: 1, category_id: 1, bbox: [0, 0, 10, 10], area: 84, iscrowd: 1 };
    box.write('coco/annotations.json', coco({ annotations: [{ ...item, segmentation: { size: [50, 100], counts } }] }));

    const again = await box.convert('coco', 'coco2', { to: 'coco' });
    const filled = await box.convert('coco', 'yolo', { to: 'yolo' });

    expect(again.losses).toEqual([]);
    expect(box.json<{ annotations: object[] }>('coco2/annotations/instances.json').annotations).toMatchObject([
      { segmentation: { size: [50, 100], counts }, area: 84, bbox: [0, 0, 10, 10], iscrowd: 1 },
    ]);
    expect(filled.losses.map(({ field }) => field)).toContain('polygon.holes');
    expect(box.text('yolo/labels/x.txt')).toMatch(/^0( \d\.\d{6}){8}$/);
  });

  it('a group that says it is one object, and whose members are no polygons, stays a group', async () => {
    const parts = { attrs: [{ name: 'role', value: 'parts' }] };
    box.dm('a', {
      bounding_box: [annotation('b', 'car', [1, 2, 3, 4])],
      group: [annotation('g', 'car', ['b', 'gone'], parts)],
    });

    await box.convert('dm', 'dm1', { to: 'dm_v1' });
    await box.convert('dm1', 'back', { to: 'dm_v2' });

    expect(box.json<{ images: object[] }>('back/json/a.json').images).toMatchObject([
      { bounding_box: [{ id: 'b' }], group: [{ id: 'g', data: ['b', 'gone'], ...parts }] },
    ]);
  });

  it('attributes go to Pascal VOC and back as what they were, those that VOC has fields for as well', async () => {
    const attrs = [
      ...[
        { name: 'truncated', value: true },
        { name: 'difficult', value: false },
        { name: 'occluded', value: '0' },
      ],
      ...[
        { name: 'pose', value: 'Left' },
        { name: 'score', value: -0.25 },
        { name: 'seen', value: true },
      ],
      ...[
        { name: 'code', value: '007' },
        { name: 'note', value: 'true & <so>' },
        { name: 'empty', value: '' },
      ],
    ];
    box.dm('a', { bounding_box: [annotation('b', 'car', [1, 2, 3, 4], { attrs })] });

    const there = await box.convert('dm', 'voc', { to: 'pascal' });
    await box.convert('voc', 'back', { to: 'dm_v2' });

    expect(there.losses.map(({ field }) => field)).toEqual(['id']);
    expect(box.text('voc/Annotations/a.xml')).toContain('<pose>Left</pose>\n    <truncated>1</truncated>\n');
    type Document = { images: { bounding_box: { attrs: object[] }[] }[] };
    const [image] = box.json<Document>('back/json/a.json').images;
    expect(new Set(image?.bounding_box[0]?.attrs)).toEqual(new Set(attrs));
  });

  it('says which attributes Pascal VOC cannot hold as they are', async () => {
    const attrs = [
      { name: 'tags', value: ['a', 'b'] },
      { name: 'note', value: ' wide ' },
      { name: 'truncated', value: '1' },
      { name: 'truncated', value: 2 },
    ];
    box.dm('a', { bounding_box: [annotation('b', 'car', [1, 2, 3, 4], { attrs })] });

    const { losses } = await box.convert('dm', 'voc', { to: 'pascal' });
    await box.convert('voc', 'back', { to: 'dm_v2' });

    expect(losses.map(({ field }) => field)).toEqual(['id', 'attributes.tags', 'attributes.note']);
    expect(box.json('back/json/a.json')).toMatchObject({
      images: [
        {
          bounding_box: [
            { attrs: [{ name: 'tags', value: 'a, b' }, { name: 'note', value: 'wide' }, attrs[2], attrs[3]] },
          ],
        },
      ],
    });
  });

  it('says how many annotations the source had, and how many the target has', async () => {
    box.dm('a', {
      bounding_box: [annotation('b', 'car', [1, 2, 3, 4])],
      polyline: [
        annotation('l', 'road', [
          [0, 0],
          [5, 5],
        ]),
      ],
    });

    for (const [to, written] of [
      ['yolo', 1],
      ['coco', 1],
      ['pascal', 1],
      ['dm_v1', 2],
    ] as const) {
      expect(await box.convert('dm', to, { to })).toMatchObject({ annotations: 2, annotations_written: written });
    }
  });

  it('COCO without its pictures is converted where none are to be placed', async () => {
    const item = { id: 1, image_id: 1, category_id: 1, bbox: [10, 10, 20, 20] };
    box.write('coco/annotations.json', coco({ annotations: [item] }));

    await expect(box.convert('coco', 'yolo', { to: 'yolo' })).rejects.toThrow(/there is no picture 'x\.png'/);
    const { images, problems } = await box.convert('coco', 'yolo', { to: 'yolo', images: 'none' });

    expect([images, problems]).toEqual([1, []]);
    expect(box.text('yolo/labels/x.txt')).toBe('0 0.200000 0.400000 0.200000 0.400000');
  });

  it('a picture that two COCO files of one part have is a problem that names both', async () => {
    box.picture('coco/val/x.png');
    for (const name of ['instances_val', 'person_keypoints_val']) box.write(`coco/annotations/${name}.json`, coco({}));

    await expect(box.convert('coco', 'yolo', { to: 'yolo' })).rejects.toThrow(
      /person_keypoints_val\.json: the picture 'x\.png' is in annotations\/instances_val\.json as well/,
    );
    expect(await box.convert('coco', 'yolo', { to: 'yolo', onError: 'skip' })).toMatchObject({
      images: 1,
      problems: [{ code: 'duplicate_stem', count: 1 }],
    });
  });

  it('annotations that stand before the pictures, and in another order, are those of their pictures', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `p${index}.png`);
    for (const name of names) box.picture(`coco/images/${name}`);
    const annotations = Array.from({ length: 400 }, (_, index) => ({
      ...{ id: index, image_id: (index * 7) % 40, category_id: 1 },
      ...{ bbox: [(index * 7) % 40, 1, 2, 2], segmentation: [], attributes: { padding: 'é}"\\'.repeat(2_000) } },
    }));
    const images = names.map((file_name, id) => ({ id, file_name, width: 100, height: 50 }));
    box.write('coco/annotations.json', { annotations, images, categories: [{ id: 1, name: 'cat' }] });

    await box.convert('coco', 'dm', { to: 'dm_v2' });

    for (const [index, name] of names.entries()) {
      const document = box.json<{ images: { bounding_box: { data: number[] }[] }[] }>(
        `dm/json/${name.slice(0, -4)}.json`,
      );
      expect(document.images[0]?.bounding_box.map(({ data }) => data[0])).toEqual(Array(10).fill(index));
    }
  });
});
