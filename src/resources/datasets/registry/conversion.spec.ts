import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { annotation as box, OTHER_PICTURE, PICTURE, useDatasetSandbox } from './dataset-sandbox.fixture.js';

describe('converting a data set', () => {
  const { at, convert, dm, picture, registry, text, write } = useDatasetSandbox();

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

    it('B-05: the description of each of several tasks names the parts that have pictures for it', async () => {
      const outline = ['10,10', '60,10', '60,40'].map((point) => point.split(',').map(Number));
      const polygon = { id: '2', classification: 'ant', data: outline };
      const boxes = [box('1', 'ant', [10, 10, 20, 20])];
      const images = { train: { bounding_box: boxes }, valid: { bounding_box: boxes, polygon: [polygon] } };
      for (const [split, image] of Object.entries(images)) {
        picture(`dm/${split}/original_files/${split}.png`);
        write(`dm/${split}/json/${split}.json`, { images: [image] });
      }
      await convert('yolo');

      expect(text('out/detect/dataset.yaml')).toContain('train: train/images\nval: valid/images\n');
      expect(text('out/segment/dataset.yaml')).toContain('train: valid/images\nval: valid/images\n');
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

  describe('layouts', () => {
    it('reads the folders of Ultralytics, and names by number', async () => {
      picture('u/images/train/a.png');
      picture('u/images/val/b.png', OTHER_PICTURE);
      write('u/labels/train/a.txt', '3 0.5 0.5 0.1 0.1 ');
      write('u/labels/val/b.txt', '0 0.5 0.5 0.1 0.1');
      write(
        'u/data.yaml',
        'path: ../datasets/u\ntrain: images/train\nval: images/val\ntest: # optional\nnames:\n  0: yes\n  3: 07\n',
      );
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
