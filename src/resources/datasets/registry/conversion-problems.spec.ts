import { existsSync, readdirSync, symlinkSync } from 'node:fs';
import { annotation as box, PICTURE, useDatasetSandbox } from './dataset-sandbox.fixture.js';

describe('converting a data set', () => {
  const { at, convert, dm, picture, registry, text, write } = useDatasetSandbox();

  describe('bad input', () => {
    const failing = async (pattern: RegExp, code: string): Promise<void> => {
      await expect(convert('yolo')).rejects.toThrow(pattern);
      expect(readdirSync(at())).toEqual(['dm']);
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

    it('two pictures of one name that nobody labelled are a problem, wherever they stand among others', async () => {
      for (const name of ['new.jpg', 'new.old.png', 'new.png']) picture(`dm/original_files/${name}`);
      await failing(/original_files\/new\.png: another picture has the same name but for its ending/, 'duplicate_stem');
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
      await convert('yolo');
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
      expect(readdirSync(at()).sort()).toEqual(['dm', 'out']);
    });

    it('a conversion that is cancelled leaves nothing', async () => {
      const reason = new Error('enough');

      await expect(convert('yolo', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      expect(readdirSync(at())).toEqual(['dm']);
    });
  });
});
