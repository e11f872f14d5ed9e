import { writeFileSync } from 'node:fs';
import sharp from 'sharp';
import { annotation, DatasetSandbox } from './dataset-sandbox.fixture.js';

describe('bad input of conversions', () => {
  let box: DatasetSandbox;
  beforeEach(() => (box = new DatasetSandbox()));
  afterEach(() => box.remove());

  /** Refused by name with nothing left behind; left out and counted with `skip`. */
  const expectProblem = async (from: string, message: RegExp, code: string): Promise<void> => {
    const before = box.names();
    await expect(box.convert(from, 'out', { to: from === 'yolo' ? 'dm_v2' : 'yolo' })).rejects.toThrow(message);
    expect(box.names()).toEqual(before);

    const { problems } = await box.convert(from, 'out', { to: 'coco', onError: 'skip' });
    expect(problems).toEqual([expect.objectContaining({ code, count: 1 })]);
    expect(problems[0]?.places[0]).toMatch(message);
  };

  describe.each([
    ['infinite', ['1e999', '0', '1', '1'], /is not finite/],
    ['inverted', ['30', '20', '-10', '5'], /its box is inverted: width -10/],
    ['of no area', ['10', '10', '0', '5'], /its box has no area/],
  ])('a box that is %s', (_case, numbers, message) => {
    it('is a problem in DM v2', async () => {
      box.picture('dm/original_files/a.png');
      const text = `{"images":[{"bounding_box":[{"id":"x","classification":"ant","data":[${numbers.join(',')}]}]}]}`;
      box.write('dm/json/a.json', text);

      await expectProblem('dm', message, 'bad_shape');
    });

    it('is a problem in DM v1', async () => {
      box.picture('dm/original_files/a.png');
      const item = `{"id":"x","tool":"boundingBox","classification":{"class":"ant"},"data":[${numbers.join(',')}]}`;
      box.write('dm/json/a.json', `{"annotations":{"image":[${item}]}}`);

      await expectProblem('dm', message, 'bad_shape');
    });

    it('is a problem in COCO', async () => {
      box.picture('coco/images/a.png');
      const image = '{"id":1,"file_name":"a.png","width":100,"height":50}';
      const item = `{"id":5,"image_id":1,"category_id":1,"bbox":[${numbers.join(',')}]}`;
      box.write('coco/x.json', `{"images":[${image}],"categories":[{"id":1,"name":"ant"}],"annotations":[${item}]}`);

      await expectProblem('coco', message, 'bad_shape');
    });

    it('is a problem in VOC', async () => {
      box.picture('voc/JPEGImages/a.png');
      const [x = 0, y = 0, width = 0, height = 0] = numbers.map(Number);
      const corners = `<xmin>${x}</xmin><ymin>${y}</ymin><xmax>${x + width}</xmax><ymax>${y + height}</ymax>`;
      box.write(
        'voc/Annotations/a.xml',
        `<annotation><object><name>ant</name><bndbox>${corners}</bndbox></object></annotation>`,
      );

      await expectProblem('voc', message, 'bad_shape');
    });
  });

  it.each([
    ['0 nan 0.5 0.1 0.1', /labels\/a\.txt:1: "nan" is no number/, 'bad_annotation'],
    ['0 1e999 0.5 0.1 0.1', /labels\/a\.txt:1: "1e999" is no number/, 'bad_annotation'],
    ['0 0.5 0.5 -0.1 0.1', /labels\/a\.txt.*inverted/, 'bad_shape'],
    ['0 0.5 0.5 0.1', /labels\/a\.txt:1: a line of 3 numbers/, 'bad_annotation'],
    ['7 0.5 0.5 0.1 0.1', /labels\/a\.txt:1: there is no class 7; the data set names 1/, 'bad_annotation'],
    ['-1 0.5 0.5 0.1 0.1', /labels\/a\.txt:1: the number of a class .* not "-1"/, 'bad_annotation'],
    ['ant 0.5 0.5 0.1 0.1', /labels\/a\.txt:1: the number of a class .* not "ant"/, 'bad_annotation'],
  ])('the label %j is a problem that names its place', async (line, message, code) => {
    box.picture('yolo/images/a.png');
    box.write('yolo/dataset.yaml', 'names: [ant]\n');
    box.write('yolo/labels/a.txt', line);

    await expectProblem('yolo', message, code);
  });

  it.each(['', '  ', '\n\n', '\ufeff'])(
    'a label file that holds only %j says that nothing is to be seen',
    async (text) => {
      box.picture('yolo/images/a.png');
      box.write('yolo/dataset.yaml', 'names: [ant]\n');
      box.write('yolo/labels/a.txt', text);

      expect(await box.convert('yolo', 'out', { to: 'dm_v2' })).toMatchObject({
        images: 1,
        annotations: 0,
        problems: [],
      });
      expect(box.json<{ images: object[] }>('out/json/a.json').images).toMatchObject([{ bounding_box: [] }]);
    },
  );

  it.each(['', '  '])('a class named %j is a problem in DM', async (name) => {
    box.dm('a', { bounding_box: [annotation('x', name, [1, 1, 2, 2])] });
    await expectProblem('dm', /json\/a\.json \(annotation 'x'\): .*names a class/, 'bad_annotation');
  });

  it('a category that the file does not have is a problem in COCO', async () => {
    box.picture('coco/images/a.png');
    box.write('coco/x.json', {
      images: [{ id: 1, file_name: 'a.png', width: 100, height: 50 }],
      categories: [{ id: 1, name: 'ant' }],
      annotations: [{ id: 5, image_id: 1, category_id: 2, bbox: [1, 1, 2, 2] }],
    });
    await expectProblem('coco', /x\.json \(annotation '5'\): there is no category 2/, 'bad_annotation');
  });

  it.each([
    ['NaN', /it is not JSON/],
    ['[1,2,,3]', /it is not JSON/],
  ])('a COCO file with %s in it is no JSON, whatever else is skipped', async (value, message) => {
    box.picture('coco/images/a.png');
    const image = '{"id":1,"file_name":"a.png","width":100,"height":50}';
    const item = `{"id":5,"image_id":1,"category_id":1,"bbox":${value}}`;
    box.write('coco/x.json', `{"images":[${image}],"categories":[{"id":1,"name":"ant"}],"annotations":[${item}]}`);

    for (const onError of ['fail', 'skip'] as const) {
      await expect(box.convert('coco', 'out', { to: 'yolo', onError })).rejects.toThrow(message);
    }
    expect(box.names()).toEqual(['coco']);
  });

  it.each([
    ['dm_v2', 'NaN', `{"images":[{"bounding_box":[{"id":"x","classification":"ant","data":[NaN,0,1,1]}]}]}`],
    [
      'dm_v1',
      'Infinity',
      `{"annotations":{"i":[{"id":"x","tool":"boundingBox","classification":{"class":"ant"},"data":[0,Infinity,1,1]}]}}`,
    ],
  ])('a box of %s with %s, as Python writes it, makes its document a problem', async (from, _number, text) => {
    box.picture('dm/original_files/a.png');
    box.write('dm/json/a.json', text);

    await expect(box.convert('dm', 'out', { from, to: 'yolo' })).rejects.toThrow(/json\/a\.json: it is not JSON/);
    expect(box.names()).toEqual(['dm']);
    const { problems } = await box.convert('dm', 'out', { from, to: 'yolo', onError: 'skip' });
    expect(problems).toMatchObject([{ code: 'unreadable', count: 1 }]);
  });

  it('a corner that is no number is a problem in VOC', async () => {
    box.picture('voc/JPEGImages/a.png');
    const corners = '<xmin>nan</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax>';
    box.write(
      'voc/Annotations/a.xml',
      `<annotation><object><name>ant</name><bndbox>${corners}</bndbox></object></annotation>`,
    );

    await expectProblem('voc', /Annotations\/a\.xml.*needs xmin.*"nan"/, 'bad_annotation');
  });

  it('a box that hangs over the edge is cut and counted, and one outside is a problem', async () => {
    box.dm('a', {
      bounding_box: [annotation('in', 'ant', [-10, -10, 20, 20]), annotation('out', 'ant', [-30, 0, 5, 5])],
    });
    const { losses, problems } = await box.convert('dm', 'out', { to: 'yolo', onError: 'skip' });

    expect(box.text('out/labels/a.txt')).toBe('0 0.050000 0.100000 0.100000 0.200000');
    expect(losses).toContainEqual(expect.objectContaining({ field: 'outside', count: 1, places: ['json/a.json#in'] }));
    expect(problems).toMatchObject([{ code: 'outside_image', count: 1 }]);
  });

  it.each([
    ['text', Buffer.from('no picture')],
    ['nothing', Buffer.alloc(0)],
    ['the first bytes of a PNG', Buffer.from('89504e470d0a1a0a0000', 'hex')],
  ])('a picture that holds %s is a problem', async (_case, bytes) => {
    box.dm('a', {});
    writeFileSync(box.at('dm/original_files/a.png'), bytes);
    await expectProblem('dm', /json\/a\.json: 'a\.png' is no picture of a known kind/, 'not_an_image');
  });

  it('a picture that its EXIF data turns keeps the size it is stored with, and one annotated as turned is a problem', async () => {
    box.write('coco/x.json', {
      images: [{ id: 1, file_name: 'a.jpg', width: 50, height: 100 }],
      categories: [],
      annotations: [],
    });
    box.write('dm/json/a.json', { images: [{ bounding_box: [annotation('x', 'ant', [0, 0, 100, 50])] }] });
    const turned = await sharp({ create: { width: 100, height: 50, channels: 3, background: 'red' } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    box.write('coco/images/.keep', '');
    box.write('dm/original_files/.keep', '');
    for (const path of ['coco/images/a.jpg', 'dm/original_files/a.jpg']) writeFileSync(box.at(path), turned);

    await box.convert('dm', 'yolo', { to: 'yolo' });
    expect(box.text('yolo/labels/a.txt')).toBe('0 0.500000 0.500000 1.000000 1.000000');
    await expectProblem('coco', /'a\.jpg' has 100x50 pixels, and is listed with 50x100; .*EXIF/, 'wrong_size');
  });

  it('a picture whose listed size is wrong is a problem in VOC', async () => {
    box.picture('voc/JPEGImages/a.png');
    box.write('voc/Annotations/a.xml', '<annotation><size><width>10</width><height>50</height></size></annotation>');
    await expectProblem('voc', /'a\.png' has 100x50 pixels, and is listed with 10x50/, 'wrong_size');
  });

  it.each(['dm_v2', 'dm_v1'])(
    'documents of the other version than %s are problems, not pictures without annotations',
    async (from) => {
      box.picture('dm/original_files/a.png');
      const item = { id: 'x', tool: 'boundingBox', classification: { class: 'ant' }, data: [1, 1, 2, 2] };
      const v2 = { images: [{ bounding_box: [annotation('x', 'ant', [1, 1, 2, 2])] }] };
      box.write('dm/json/a.json', from === 'dm_v1' ? v2 : { annotations: { image: [item] } });

      await expect(box.convert('dm', 'out', { from, to: 'yolo' })).rejects.toThrow(/read the data set as dm_v[12]/);
      expect(await box.convert('dm', 'out', { to: 'yolo' })).toMatchObject({ annotations: 1 });
    },
  );
});
