import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatasetFormatRegistry } from './dataset-format-registry.js';

const PICTURE = join(__dirname, '../../../../test/parity/data-cases/fixtures/single-file/pic.png'); // 100x50
const OTHER_PICTURE = join(
  __dirname,
  '../../../../test/parity/data-cases/fixtures/dm2yolo-v2-poly-keypoint/input/original_files/s.png',
); // 100x100

const box = (id: string, classification: string, data: readonly number[], more: object = {}) => ({
  id,
  classification,
  attrs: [],
  data,
  ...more,
});

describe('converting a data set', () => {
  const registry = new DatasetFormatRegistry();
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'synapse-datasets-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const at = (...parts: string[]): string => join(folder, ...parts);
  const write = (path: string, content: string | object): void => {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), typeof content === 'string' ? content : JSON.stringify(content));
  };
  const picture = (path: string, source = PICTURE): void => {
    mkdirSync(dirname(at(path)), { recursive: true });
    copyFileSync(source, at(path));
  };
  const dm = (name: string, image: object, declared: object = {}): void => {
    picture(`dm/original_files/${name}.png`);
    write(`dm/json/${name}.json`, { classification: declared, images: [image] });
  };
  const text = (path: string): string => readFileSync(at(path), 'utf8');
  const convert = (to: string, options: object = {}) => registry.convert(at('dm'), at('out'), { to, ...options });

  describe('class numbers', () => {
    it('B-06: follow the declared order where it covers all labels, and survive the way there and back', async () => {
      dm('a', { bounding_box: [box('1', 'ant', [10, 10, 20, 20])] }, { bounding_box: ['zebra', 'ant', 'unused'] });
      const { classes } = await convert('yolo');
      await registry.convert(at('out'), at('back'), { to: 'dm_v2' });
      const again = await registry.convert(at('back'), at('again'), { to: 'yolo' });

      expect(classes).toEqual(['zebra', 'ant', 'unused']);
      expect(again.classes).toEqual(classes);
      expect(text('again/labels/a.txt')).toBe('1 0.200000 0.400000 0.200000 0.400000');
    });

    it('follow code points where a label is not declared, also in labels that were written before it was met', async () => {
      dm('a', { bounding_box: [box('1', 'zebra', [10, 10, 20, 20])] }, { bounding_box: ['zebra'] });
      dm('b', { bounding_box: [box('1', 'Ant', [10, 10, 20, 20])] });
      const { classes } = await convert('yolo');

      expect(classes).toEqual(['Ant', 'zebra']);
      expect(text('out/labels/a.txt')).toMatch(/^1 /);
      expect(text('out/labels/b.txt')).toMatch(/^0 /);
    });

    it('are pinned by a list, and labels that it lacks are problems', async () => {
      dm('a', { bounding_box: [box('1', 'ant', [10, 10, 20, 20]), box('2', 'bee', [0, 0, 5, 5])] });

      await expect(convert('yolo', { classes: ['x', 'ant'] })).rejects.toThrow(
        "json/a.json (annotation '2'): 'bee' is not among",
      );
      const { problems } = await convert('yolo', { classes: ['x', 'ant'], onError: 'skip' });

      expect(problems).toEqual([expect.objectContaining({ code: 'unknown_class', count: 1 })]);
      expect(text('out/labels/a.txt')).toBe('1 0.200000 0.400000 0.200000 0.400000');
    });

    it('B-30: of DM v1 are those of classes only, not of every text attribute', async () => {
      picture('dm/original_files/a.png');
      const annotation = {
        id: 'q',
        tool: 'boundingBox',
        classification: { class: 'car', colour: 'red' },
        data: [10, 10, 20, 20],
      };
      write('dm/json/a.json', { annotations: { asset: [annotation] } });
      const { classes, losses } = await convert('yolo');

      expect(classes).toEqual(['car']);
      expect(losses).toContainEqual({
        field: 'attributes.colour',
        reason: 'YOLO has no attributes',
        count: 1,
        places: ['json/a.json#q'],
      });
    });

    it('B-38: keep names with quotes, backslashes and line ends', async () => {
      const names = [`it's "so"`, 'back\\slash', 'tab\tline\nend', 'yes', '01', '\u200b'];
      dm(
        'a',
        { bounding_box: names.map((name, index) => box(String(index), name, [index, 0, 1, 1])) },
        { bounding_box: names },
      );
      await convert('yolo');
      const { classes } = await registry.convert(at('out'), at('back'));

      expect(classes).toEqual(names);
    });
  });

  describe('to YOLO', () => {
    it('never mixes tasks in one file of labels: each gets a data set of its own', async () => {
      const polygon = box('2', 'car', [
        [0, 0],
        [50, 0],
        [50, 50],
      ] as never);
      dm('a', { bounding_box: [box('1', 'car', [10, 10, 20, 20])], polygon: [polygon] });
      dm('b', {
        keypoint: [
          box(
            '3',
            'cat',
            [
              [10, 10, 2],
              [20, 20, 1],
            ] as never,
            { bounding_box: [5, 5, 30, 30] },
          ),
        ],
      });
      dm('c', {});
      await convert('yolo');

      expect(readdirSync(at('out')).sort()).toEqual(['detect', 'loss-report.json', 'pose', 'segment']);
      expect(text('out/detect/labels/a.txt')).toBe('0 0.200000 0.400000 0.200000 0.400000');
      expect(text('out/segment/labels/a.txt')).toBe('0 0.000000 0.000000 0.500000 0.000000 0.500000 1.000000');
      expect(text('out/pose/labels/b.txt')).toBe(
        '1 0.200000 0.400000 0.300000 0.600000 0.100000 0.200000 2 0.200000 0.400000 1',
      );
      expect(text('out/pose/dataset.yaml')).toContain('kpt_shape:\n  - 2\n  - 3\n');
      expect(readdirSync(at('out/detect/images')).sort()).toEqual(['a.png', 'c.png']);
      expect(readdirSync(at('out/pose/images')).sort()).toEqual(['b.png', 'c.png']);
    });

    it('B-08: an even number of key points comes back as key points', async () => {
      dm('b', {
        keypoint: [
          box(
            '3',
            'cat',
            [
              [10, 10, 2],
              [20, 20, 1],
            ] as never,
            { bounding_box: [5, 5, 30, 30] },
          ),
        ],
      });
      await convert('yolo');
      await registry.convert(at('out'), at('back'));

      const [image] = (JSON.parse(text('back/json/b.json')) as { images: { keypoint: object[]; polygon: object[] }[] })
        .images;
      expect(image?.polygon).toEqual([]);
      expect(image?.keypoint).toMatchObject([
        {
          data: [
            [10, 10, 2],
            [20, 20, 1],
          ],
        },
      ]);
    });

    it('B-05: the description is relative to itself and names folders that are there', async () => {
      for (const split of ['train', 'valid', 'test']) {
        picture(`dm/${split}/original_files/${split}.png`);
        write(`dm/${split}/json/${split}.json`, { images: [{ bounding_box: [box('1', 'ant', [10, 10, 20, 20])] }] });
      }
      const { config_path } = await convert('yolo');

      expect(config_path).toBe(at('out/dataset.yaml'));
      const paths = [...text('out/dataset.yaml').matchAll(/^(?:train|val|test): (.*)$/gm)].map(([, path = '']) => path);
      expect(paths).toEqual(['train/images', 'valid/images', 'test/images']);
      expect(paths.every((path) => existsSync(at('out', path)))).toBe(true);
      expect(text('out/dataset.yaml')).not.toMatch(/^path:/m);
    });

    it('cuts shapes at the edge of the picture and says so; what lies outside is a problem', async () => {
      dm('a', { bounding_box: [box('1', 'ant', [-10, -10, 20, 20]), box('2', 'ant', [200, 0, 5, 5])] });
      const { losses, problems } = await convert('yolo', { onError: 'skip' });

      expect(text('out/labels/a.txt')).toBe('0 0.050000 0.100000 0.100000 0.200000');
      expect(losses).toContainEqual(expect.objectContaining({ field: 'outside', count: 1 }));
      expect(problems).toEqual([expect.objectContaining({ code: 'outside_image', count: 1 })]);
    });

    it('reports every field it drops, with its count and the first five places', async () => {
      const attrs = [{ name: 'colour', value: 'red' }];
      dm('a', {
        bounding_box: Array.from({ length: 7 }, (_, index) => box(`b${index}`, 'ant', [index, 0, 1, 1], { attrs })),
        relation: [box('r', 'near', ['b0', 'b1'] as never)],
      });
      await convert('yolo');

      const report = JSON.parse(text('out/loss-report.json')) as {
        losses: { field: string; count: number; places: string[] }[];
      };
      expect(report.losses.map(({ field, count, places }) => [field, count, places.length])).toEqual([
        ['id', 7, 5],
        ['attributes.colour', 7, 5],
        ['relation', 1, 1],
      ]);
      expect(report.losses[1]?.places[0]).toBe('json/a.json#b0');
    });
  });

  describe('between formats that hold as much', () => {
    const everything = {
      bounding_box: [
        box('b', 'car', [1, 2, 30, 40.5], {
          attrs: [
            { name: 'colour', value: 'red' },
            { name: 'score', value: 0.5 },
          ],
        }),
      ],
      polygon: [
        box('p', 'cat', [
          [0, 0],
          [50, 0],
          [50, 50],
        ] as never),
      ],
      polyline: [
        box('l', 'road', [
          [0, 0],
          [50, 25],
        ] as never),
      ],
      keypoint: [
        box(
          'k',
          'cat',
          [
            [10, 10, 2],
            [20, 20, 0],
          ] as never,
          { bounding_box: [5, 5, 30, 30] },
        ),
      ],
      relation: [box('r', 'near', ['b', 'p'] as never)],
      group: [box('g', 'scene', ['b', 'p'] as never)],
    };

    it('DM v2 to v1 and back loses nothing', async () => {
      dm('a', everything);
      const there = await convert('dm_v1');
      const back = await registry.convert(at('out'), at('back'), { to: 'dm_v2' });

      expect([there.losses, back.losses, there.problems, back.problems]).toEqual([[], [], [], []]);
      const { images } = JSON.parse(text('back/json/a.json')) as { images: unknown[] };
      expect(images).toEqual([everything]);
    });

    it('DM to COCO and back keeps boxes, outlines, key points, attributes and scores, and names the rest', async () => {
      dm('a', everything);
      const there = await convert('coco');
      const back = await registry.convert(at('out'), at('back'), { to: 'dm_v2' });

      expect(there.losses.map(({ field }) => field)).toEqual(['id', 'polyline', 'relation', 'group']);
      expect(back.losses.map(({ field }) => field)).toEqual(['categories.keypoints']);
      const { images } = JSON.parse(text('back/json/a.json')) as { images: Record<string, { data: unknown }[]>[] };
      for (const tool of ['bounding_box', 'polygon', 'keypoint'] as const) {
        expect(images[0]?.[tool]?.map(({ data }) => data)).toEqual(everything[tool].map(({ data }) => data));
      }
      expect(images[0]?.['bounding_box']).toMatchObject([{ attrs: everything.bounding_box[0]?.attrs }]);
      expect(images[0]?.['keypoint']).toMatchObject([{ bounding_box: [5, 5, 30, 30] }]);
    });

    it('DM to Pascal VOC and back keeps boxes and their attributes', async () => {
      dm('a', everything);
      await convert('pascal');
      expect(text('out/Annotations/a.xml')).toContain('<xmin>2</xmin><ymin>3</ymin><xmax>32</xmax><ymax>43.5</ymax>');
      const back = await registry.convert(at('out'), at('back'), { to: 'dm_v2' });

      expect(back.annotations).toBe(3);
      const { images } = JSON.parse(text('back/json/a.json')) as { images: Record<string, object[]>[] };
      expect(images[0]?.['bounding_box']?.[0]).toMatchObject({
        classification: 'car',
        data: [1, 2, 30, 40.5],
        attrs: [
          { name: 'colour', value: 'red' },
          { name: 'score', value: '0.5' },
        ],
      });
    });

    it('keeps parts of outlines in COCO, and says what YOLO makes of them', async () => {
      picture('coco/images/x.png');
      const segmentation = [
        [0, 0, 10, 0, 10, 10],
        [50, 0, 60, 0, 60, 10],
      ];
      write('coco/annotations/instances_train.json', {
        annotations: [
          { id: 7, image_id: 3, category_id: 9, bbox: [0, 0, 60, 10], segmentation, area: 100, iscrowd: 0 },
        ],
        images: [{ id: 3, file_name: 'x.png', width: 100, height: 50 }],
        categories: [{ id: 9, name: 'cat' }],
      });
      await registry.convert(at('coco'), at('coco2'), { to: 'coco' });
      const { losses } = await registry.convert(at('coco2'), at('yolo'), { to: 'yolo' });

      const file = JSON.parse(text('coco2/annotations/instances_train.json')) as { annotations: unknown[] };
      expect(file.annotations).toMatchObject([{ segmentation, bbox: [0, 0, 60, 10], area: 100 }]);
      expect(losses.map(({ field }) => field)).toContain('polygon.parts');
      expect(text('yolo/train/labels/x.txt').split('\n')).toHaveLength(2);
    });
  });

  describe('pictures', () => {
    beforeEach(() => dm('a', { bounding_box: [box('1', 'ant', [10, 10, 20, 20])] }));

    it.each([
      ['link', 2],
      ['copy', 1],
    ])('can be a %s', async (images, names) => {
      await convert('yolo', { images });

      expect(statSync(at('out/images/a.png')).nlink).toBe(names);
      expect(readFileSync(at('out/images/a.png'))).toEqual(readFileSync(PICTURE));
    });

    it('can be left alone', async () => {
      await convert('yolo', { images: 'none' });

      expect(existsSync(at('out/images'))).toBe(false);
      expect(existsSync(at('out/labels/a.txt'))).toBe(true);
    });

    it('without annotations come along, there and back', async () => {
      picture('dm/original_files/nobody.png');
      await convert('yolo');
      await registry.convert(at('out'), at('back'));

      expect(existsSync(at('back/original_files/nobody.png'))).toBe(true);
      expect(readdirSync(at('back/json'))).toEqual(['a.json']);
    });
  });

  describe('bad input', () => {
    const failing = async (pattern: RegExp, code: string): Promise<void> => {
      await expect(convert('yolo')).rejects.toThrow(pattern);
      expect(readdirSync(folder).filter((name) => name.includes('out'))).toEqual([]);
      const { problems } = await convert('yolo', { onError: 'skip' });
      expect(problems).toEqual([expect.objectContaining({ code, count: 1 })]);
    };
    beforeEach(() => dm('good', { bounding_box: [box('1', 'ant', [10, 10, 20, 20])] }));

    it.each([
      ['a document that is not JSON', '{"images": [', /^json\/bad\.json: it is not JSON/, 'unreadable'],
      ['a document that is a list', '[]', /^json\/bad\.json: it is not a JSON object/, 'unreadable'],
      [
        'a box of five numbers',
        { images: [{ bounding_box: [box('x', 'ant', [1, 2, 3, 4, 5])] }] },
        /bad\.json \(annotation 'x'\)/,
        'bad_annotation',
      ],
      [
        'a box without a class',
        { images: [{ bounding_box: [{ id: 'x', data: [1, 2, 3, 4] }] }] },
        /annotation 'x'.*classification/,
        'bad_annotation',
      ],
      [
        'an infinite box',
        '{"images":[{"bounding_box":[{"id":"x","classification":"ant","data":[1e999,0,1,1]}]}]}',
        /not finite/,
        'bad_shape',
      ],
      ['an inverted box', { images: [{ bounding_box: [box('x', 'ant', [10, 10, -5, 5])] }] }, /inverted/, 'bad_shape'],
      ['a box without area', { images: [{ bounding_box: [box('x', 'ant', [10, 10, 0, 5])] }] }, /no area/, 'bad_shape'],
    ])(
      'B-37: %s is a problem that names its place; nothing is left at the target',
      async (_case, content, pattern, code) => {
        picture('dm/original_files/bad.png');
        write('dm/json/bad.json', content);

        await failing(pattern, code);
      },
    );

    it('a document without picture is a problem', async () => {
      write('dm/json/bad.json', { images: [] });
      await failing(/json\/bad\.json: there is no picture named 'bad'/, 'no_image');
    });

    it('a picture that is none is a problem', async () => {
      write('dm/json/bad.json', { images: [] });
      write('dm/original_files/bad.png', 'no picture');
      await failing(/'bad\.png' is no picture/, 'not_an_image');
    });

    it('a link that leads out of the data set is a problem', async () => {
      write('dm/json/bad.json', { images: [] });
      symlinkSync(PICTURE, at('dm/original_files/bad.png'));
      await failing(/leads out of the data set/, 'leads_outside');
    });

    it('two pictures of one name are a problem', async () => {
      picture('dm/original_files/good.jpg');
      await failing(/has the same name but for its ending/, 'duplicate_stem');
    });

    it.each([
      ['-1 0.5 0.5 0.1 0.1', /labels\/a\.txt:2: .*"-1"/],
      ['9 0.5 0.5 0.1 0.1', /labels\/a\.txt:2: there is no class 9/],
      ['0 nan 0.5 0.1 0.1', /labels\/a\.txt:2: "nan" is no number/],
      ['0 0.5 0.5', /labels\/a\.txt:2: a line of 2 numbers/],
    ])('B-09, B-37: the YOLO line %s is a problem that names its line', async (line, pattern) => {
      picture('yolo/images/a.png');
      write('yolo/dataset.yaml', 'names: [ant]\n');
      write('yolo/labels/a.txt', `0 0.5 0.5 0.1 0.1\n${line}\n`);

      await expect(registry.convert(at('yolo'), at('out'))).rejects.toThrow(pattern);
      const { annotations, problems } = await registry.convert(at('yolo'), at('out'), { onError: 'skip' });
      expect([annotations, problems.length]).toEqual([1, 1]);
    });

    it.each(['../../evil.png', '/etc/evil.png', 'a/../../evil.png', ''])(
      'a COCO file name that escapes, %j, is a problem',
      async (file_name) => {
        write('coco/annotations.json', {
          images: [{ id: 1, file_name, width: 1, height: 1 }],
          categories: [],
          annotations: [],
        });

        await expect(registry.convert(at('coco'), at('out'))).rejects.toThrow(/leads out of the data set/);
      },
    );

    it('a picture whose listed size is wrong is a problem that tells an EXIF turn', async () => {
      picture('coco/images/x.png');
      write('coco/annotations.json', {
        images: [{ id: 1, file_name: 'x.png', width: 50, height: 100 }],
        categories: [],
        annotations: [],
      });

      await expect(registry.convert(at('coco'), at('out'))).rejects.toThrow(
        /'x\.png' has 100x50 pixels.*50x100; .*EXIF/,
      );
    });

    it('a target with something in it is refused unless it is to be overwritten', async () => {
      write('out/mine.txt', 'mine');

      await expect(convert('yolo')).rejects.toMatchObject({ code: 'SYN_DATASET_TARGET' });
      expect(text('out/mine.txt')).toBe('mine');
      await convert('yolo', { overwrite: true });
      expect(existsSync(at('out/mine.txt'))).toBe(false);
    });

    it('of two conversions into one target, one fails and the other is whole', async () => {
      const outcomes = await Promise.allSettled([convert('yolo'), convert('yolo')]);

      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(readdirSync(at('out')).sort()).toEqual([
        'classes.txt',
        'dataset.yaml',
        'images',
        'labels',
        'loss-report.json',
      ]);
      expect(readdirSync(folder).sort()).toEqual(['dm', 'out']);
    });

    it('a conversion that is cancelled leaves nothing', async () => {
      const reason = new Error('enough');

      await expect(convert('yolo', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      expect(readdirSync(folder)).toEqual(['dm']);
    });
  });

  describe('layouts', () => {
    it('reads the folders of Ultralytics, and names by number', async () => {
      picture('u/images/train/a.png');
      picture('u/images/val/b.png', OTHER_PICTURE);
      write('u/labels/train/a.txt', '3 0.5 0.5 0.1 0.1 ');
      write('u/labels/val/b.txt', '0 0.5 0.5 0.1 0.1');
      write('u/data.yaml', 'path: ../datasets/u\ntrain: images/train\nval: images/val\nnames:\n  0: yes\n  3: 07\n');
      const { classes } = await registry.convert(at('u'), at('out'));

      expect(classes).toEqual(['yes', 'class_1', 'class_2', '07']);
      expect(readdirSync(at('out')).sort()).toEqual(['loss-report.json', 'train', 'valid']);
    });

    it('names what is known where a folder is of no format', async () => {
      mkdirSync(at('none'));

      await expect(registry.convert(at('none'), at('out'))).rejects.toThrow(
        /Known formats: dm_v2, dm_v1, yolo, coco, pascal/,
      );
      await expect(registry.convert(at('nowhere'), at('out'))).rejects.toMatchObject({ code: 'SYN_DATASET_NOT_FOUND' });
    });
  });
});
