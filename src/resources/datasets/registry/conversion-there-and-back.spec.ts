import { annotation as box, useDatasetSandbox } from './dataset-sandbox.fixture.js';

describe('converting a data set', () => {
  const { at, convert, dm, picture, registry, text, write } = useDatasetSandbox();

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
      expect(back.losses.map(({ field }) => field)).toEqual(['categories.id', 'images.id', 'categories.keypoints']);
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
          { name: 'score', value: 0.5 },
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
});
