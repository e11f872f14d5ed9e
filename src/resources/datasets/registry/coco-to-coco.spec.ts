import { DatasetSandbox } from './dataset-sandbox.fixture.js';

interface COCODocument {
  readonly images: readonly object[];
  readonly categories: readonly object[];
  readonly annotations: readonly { readonly id: number }[];
}

describe('COCO converted to COCO', () => {
  let box: DatasetSandbox;
  beforeEach(() => (box = new DatasetSandbox()));
  afterEach(() => box.remove());

  const picture = (id: unknown, file_name: string) => ({ id, file_name, width: 100, height: 50 });
  const item = (id: unknown, image_id: unknown, category_id: unknown = 18) => ({
    ...{ id, image_id, category_id, bbox: [1, 2, 3, 4], area: 12, iscrowd: 0, segmentation: [] },
  });
  const cat = { id: 18, name: 'cat', supercategory: 'animal' };
  const outline = { segmentation: [[0, 0, 10, 0, 10, 10]], bbox: [0, 0, 10.5, 10.25], area: 47.5, iscrowd: 0 };

  const given = (document: object, name = 'instances'): void => {
    for (const file of ['a.png', 'b.png']) box.picture(`coco/images/${file}`);
    box.write(`coco/annotations/${name}.json`, { info: {}, licenses: [], ...document });
  };
  const converted = async (options: object = {}, to = 'coco') => {
    const { losses } = await box.convert('coco', 'out', { to, ...options });
    return Object.fromEntries(losses.map(({ field, count, places }) => [field, [count, places[0]]]));
  };
  const written = (name = 'instances') => box.json<COCODocument>(`out/annotations/${name}.json`);

  it('keeps the numbers of pictures, categories and annotations, categories above, areas and boxes', async () => {
    const document = {
      images: [picture(397133, 'a.png'), picture(42, 'b.png')],
      categories: [cat, { id: 3, name: 'car', supercategory: 'none' }],
      annotations: [
        item(900100397133, 397133, 3),
        { ...item(7, 42), ...outline, keypoints: [1, 2, 2, 0, 0, 0], num_keypoints: 1 },
        { ...item(5, 397133), ...outline },
      ],
    };
    document.categories[0] = { ...cat, ...{ keypoints: ['nose', 'tail'], skeleton: [[1, 2]] } };
    given(document);

    expect(await converted()).toEqual({});
    const [first, second, third] = document.annotations;
    expect(written()).toEqual({ ...document, annotations: [first, third, second], info: {}, licenses: [] });
  });

  it('counts ids that cannot be kept, and gives numbers that no other has', async () => {
    const images = [picture('one', 'a.png'), picture(2, 'b.png')];
    const categories = [cat, { id: 'x', name: 'car' }];
    given({ images, categories, annotations: [item(9, 2), item('nine', 2, 'x'), item(9, 'one'), item(8, 2)] });

    expect(await converted()).toEqual({
      'images.id': [2, 'annotations/instances.json#a.png'],
      'categories.id': [1, 'annotations/instances.json#car'],
      'annotations.id': [2, 'annotations/instances.json#9'],
    });
    expect(written().categories).toMatchObject([{ id: 18 }, { id: 19 }]);
    expect(written().images).toMatchObject([{ id: 1 }, { id: 2 }]);
    expect(written().annotations).toMatchObject([
      { id: 9, image_id: 1, category_id: 18 },
      { id: 8, image_id: 2, category_id: 18 },
      { id: 10, image_id: 2, category_id: 18 },
      { id: 11, image_id: 2, category_id: 19 },
    ]);
  });

  it('keeps the numbers of each part, and counts categories that have others in another part', async () => {
    const one = { images: [picture(5, 'a.png')], categories: [cat], annotations: [item(1, 5)] };
    given(one, 'instances_train');
    given(
      { ...one, images: [picture(5, 'b.png')], categories: [{ ...cat, id: 2 }], annotations: [item(1, 5, 2)] },
      'instances_val',
    );

    expect(await converted()).toEqual({ 'categories.id': [1, 'annotations/instances_val.json#cat'] });
    for (const part of ['train', 'valid']) {
      expect(written(`instances_${part}`)).toMatchObject({
        images: [{ id: 5 }],
        categories: [{ id: 18 }],
        annotations: [{ id: 1, image_id: 5, category_id: 18 }],
      });
    }
  });

  it('takes the numbers of classes that are given, and counts those that differ', async () => {
    const categories = [cat, { id: 1, name: 'car' }];
    given({ images: [picture(5, 'a.png')], categories, annotations: [item(1, 5)] });

    expect(await converted({ classes: ['car', 'cat'] })).toEqual({
      'categories.id': [1, 'annotations/instances.json#cat'],
    });
    expect(written()).toMatchObject({ categories: [{ id: 1 }, { id: 2 }], annotations: [{ category_id: 2 }] });
  });

  it('and to another format counts what only COCO has: its numbers, and what is not measured from the shape', async () => {
    const annotations = [{ ...item(7, 5), ...outline }, item(8, 5), { ...item(9, 5), area: 3 }];
    given({ images: [picture(5, 'a.png')], categories: [{ ...cat, supercategory: '' }], annotations });

    const file = 'annotations/instances.json';
    expect(await converted({}, 'dm_v2')).toEqual({
      'images.id': [1, `${file}#a.png`],
      'categories.id': [1, `${file}#cat`],
      area: [2, `${file}#7`],
      bbox: [1, `${file}#7`],
    });
  });

  it('by way of DM counts the numbers of annotations, which COCO gives anew', async () => {
    given({ images: [picture(5, 'a.png')], categories: [cat], annotations: [item(7, 5)] });
    await box.convert('coco', 'dm', { to: 'dm_v2' });
    const { losses } = await box.convert('dm', 'back', { to: 'coco' });

    expect(losses.map(({ field, places }) => [field, places])).toEqual([['id', ['json/a.json#7']]]);
  });

  it('numbers thousands of annotations without an id of their own behind those that have one', async () => {
    const plain = Array.from({ length: 3_000 }, (_, index) => ({
      ...item(`é${index}`, 5),
      attributes: { note: 'é'.repeat(80) },
    }));
    given({ images: [picture(5, 'a.png')], categories: [cat], annotations: [...plain, item(70, 5)] });
    await converted();

    expect(written().annotations.map(({ id }) => id)).toEqual(Array.from({ length: 3_001 }, (_, at) => 70 + at));
  });
});
