import { annotation, DatasetSandbox } from './dataset-sandbox.fixture.js';

describe('what a reader does not read', () => {
  let box: DatasetSandbox;
  beforeEach(() => (box = new DatasetSandbox()));
  afterEach(() => box.remove());

  /** Count of each field that was lost on the way to DM v2, and the first place of it. */
  const lost = async (from: string, to = 'dm_v2'): Promise<Readonly<Record<string, readonly [number, string?]>>> => {
    const { losses } = await box.convert(from, 'out', { to });
    return Object.fromEntries(losses.map(({ field, count, places }) => [field, [count, places[0]]]));
  };

  it('is counted in COCO: of the file, its pictures, categories and annotations, and what no attribute can hold', async () => {
    box.picture('coco/images/a.png');
    const attributes = { note: null, nested: { a: 1 }, numbers: [1, 2], ok: 'yes' };
    box.write('coco/x.json', {
      info: { description: 'mine' },
      licenses: [{ id: 1 }, { id: 2 }],
      ...{ nothing: {}, neither: [], nor: null },
      images: [{ id: 1, file_name: 'a.png', width: 100, height: 50, license: 1, coco_url: '' }],
      categories: [{ id: 1, name: 'cat', colour: 'red' }],
      annotations: [{ id: 9, image_id: 1, category_id: 1, bbox: [1, 2, 3, 4], score: 0.5, track_id: 7, attributes }],
    });

    expect(await lost('coco')).toEqual({
      info: [1, 'x.json'],
      licenses: [2, 'x.json'],
      'images.license': [1, 'x.json#a.png'],
      'categories.colour': [1, 'x.json#cat'],
      'categories.id': [1, 'x.json#cat'],
      'images.id': [1, 'x.json#a.png'],
      'attributes.note': [1, 'x.json#9'],
      'attributes.nested': [1, 'x.json#9'],
      'attributes.numbers': [1, 'x.json#9'],
    });
    expect(box.json<{ images: object[] }>('out/json/a.json').images).toMatchObject([
      {
        bounding_box: [
          {
            attrs: [
              { name: 'ok', value: 'yes' },
              { name: 'score', value: 0.5 },
              { name: 'track_id', value: 7 },
            ],
          },
        ],
      },
    ]);
  });

  it('scores and tracks have their fields in COCO again', async () => {
    const attrs = [
      { name: 'score', value: 0.5 },
      { name: 'track_id', value: 7 },
    ];
    box.dm('a', { bounding_box: [annotation('b', 'cat', [1, 2, 3, 4], { attrs })] });

    expect(await lost('dm', 'coco')).toEqual({ id: [1, 'json/a.json#b'] });
    expect(box.json<{ annotations: object[] }>('out/annotations/instances.json').annotations).toMatchObject([
      { score: 0.5, track_id: 7 },
    ]);
  });

  it('is counted in DM v1: of the document, flags of the platform, and what no attribute can hold', async () => {
    box.picture('dm/original_files/a.png');
    const classification = { class: 'car', colour: 'red', unset: null, nested: { x: 1 } };
    const item = { id: 'b', tool: 'boundingBox', classification, data: [1, 2, 3, 4] };
    const relation = {
      id: 'r',
      annotationId: 'b',
      targetAnnotationId: 'b',
      classification: { class: 'near' },
      arrow: 1,
    };
    box.write('dm/json/a.json', {
      assignmentId: 'as1',
      extra: { classes: ['car'], user: 7 },
      annotations: {
        image: [
          { ...item, isLocked: true, isVisible: false, custom: 1 },
          { ...item, id: 'c' },
        ],
      },
      relations: { image: [relation] },
      annotationGroups: {},
    });

    expect(await lost('dm')).toEqual({
      assignmentId: [1, 'json/a.json'],
      'extra.user': [1, 'json/a.json'],
      'annotation.isLocked': [1, 'json/a.json#b'],
      'annotation.isVisible': [1, 'json/a.json#b'],
      'annotation.custom': [1, 'json/a.json#b'],
      'attributes.nested': [2, 'json/a.json#b'],
      'relation.arrow': [1, 'json/a.json#r'],
    });
  });

  it('is counted in DM v2', async () => {
    box.picture('dm/original_files/a.png');
    box.write('dm/json/a.json', { title: 'mine', images: [{ bounding_box: [], mask: [{}] }] });

    expect(await lost('dm')).toEqual({ title: [1, 'json/a.json'], 'images.mask': [1, 'json/a.json'] });
  });

  it('is counted in Pascal VOC, but for where the picture lies', async () => {
    box.picture('voc/JPEGImages/a.png');
    const object =
      '<object><name>cat</name><bndbox><xmin>2</xmin><ymin>2</ymin><xmax>9</xmax><ymax>9</ymax></bndbox><part>x</part></object>';
    const head = '<folder>f</folder><filename>a.png</filename><source><database>db</database></source>';
    box.write('voc/Annotations/a.xml', `<annotation>${head}<segmented>1</segmented>${object}</annotation>`);

    expect(await lost('voc')).toEqual({
      source: [1, 'Annotations/a.xml'],
      segmented: [1, 'Annotations/a.xml'],
      'object.part': [1, 'Annotations/a.xml#1'],
    });
  });

  it('is counted in the description of a YOLO data set, once', async () => {
    box.picture('yolo/images/a.png');
    box.write('yolo/labels/a.txt', '0 0.5 0.5 0.1 0.1');
    const paths = 'path: .\ntrain: images\nval: images\ntest:\n';
    box.write(
      'yolo/data.yaml',
      `${paths}nc: 1\nnames: [ant]\nflip_idx: [1, 0]\ndownload: https://host.example\nmine: 1\n`,
    );

    expect(await lost('yolo')).toEqual({
      flip_idx: [1, 'data.yaml'],
      download: [1, 'data.yaml'],
      mine: [1, 'data.yaml'],
    });
  });

  it.each([
    ['dm_v1', { annotations: [] }, /'annotations' must hold a list for each asset, not \[\]/],
    ['dm_v1', { annotations: { image: { id: 'x' } } }, /'annotations' must hold a list for each asset/],
    ['dm_v2', { images: [5] }, /an entry of 'images' must be an object, not 5/],
  ])('is a problem where it is no %s document at all: %j', async (from, document, message) => {
    box.picture('dm/original_files/a.png');
    box.write('dm/json/a.json', document);

    await expect(box.convert('dm', 'out', { from, to: 'coco' })).rejects.toThrow(message);
    const { problems } = await box.convert('dm', 'out', { from, to: 'coco', onError: 'skip' });
    expect(problems).toMatchObject([{ code: 'unreadable', count: 1 }]);
  });

  it.each([
    ['coco', { 'attributes.side': [1, 'json/a.json#b'] }],
    ['dm_v1', { 'attributes.side': [1, 'json/a.json#b'], 'attributes.class': [1, 'json/a.json#b'] }],
  ])('attributes that %s has no second place for are counted as well', async (to, expected) => {
    const attrs = ['left', 'right'].map((value) => ({ name: 'side', value }));
    const odd = ['class', '__proto__'].map((name) => ({ name, value: 'odd' }));
    box.dm('a', { bounding_box: [annotation('b', 'cat', [1, 2, 3, 4], { attrs: [...attrs, ...odd] })] });
    const { id, ...fields } = await lost('dm', to);
    await box.convert('out', 'back', { to: 'dm_v2' });

    expect([fields, id?.[0]]).toEqual([expected, to === 'coco' ? 1 : undefined]);
    const [image] = box.json<{ images: { bounding_box: { attrs: { name: string }[] }[] }[] }>(
      'back/json/a.json',
    ).images;
    const kept = image?.bounding_box[0]?.attrs ?? [];
    expect(kept.filter(({ name }) => name !== 'class')).toEqual([attrs[1], odd[1]]);
  });
});
