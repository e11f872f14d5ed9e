import type { AnnotatedImage, Annotation } from '../../model/annotated-image.js';
import { ImagePlacer } from '../../io/image-placer.js';
import { ClassOrder } from '../../model/class-order.js';
import { LossLog } from '../../report/loss-log.js';
import { ProblemLog } from '../../report/problem-log.js';
import { AnnotationIds } from './annotation-ids.js';
import { DmPieces } from './dm-pieces.js';
import { dmV2Maker } from './dm-v2-maker.js';

function textsOf(...pictures: (readonly Annotation[])[]): string[] {
  const job = {
    classes: new ClassOrder(),
    problems: new ProblemLog(),
    losses: new LossLog(),
    folder: '/nowhere',
    images: new ImagePlacer(),
  };
  const make = dmV2Maker(job, new DmPieces(job, new AnnotationIds()));
  const image: Omit<AnnotatedImage, 'annotations'> = {
    ...{ split: null, stem: 'a', fileName: 'a.png', file: null, size: { width: 10, height: 10 } },
    ...{ document: 'a.txt', isLabelled: true },
  };
  return pictures.map((annotations) => make({ ...image, annotations }));
}

const box = { kind: 'box', id: 'b-1', label: 'car', attributes: [], x: 0.1, y: -0, width: 1e-7, height: 1e21 } as const;
const points = [
  [1, 2],
  [3, 4.5],
  [6, 1],
] as const;

describe('dmV2Maker', () => {
  it('writes every kind of annotation as JSON.stringify would, with two blanks for each depth', () => {
    const odd = { ...box, id: 'b-2', label: 'a "quoted"\nname\\ 한글', attributes: [{ name: 'lit\nup', value: true }] };
    const annotations: Annotation[] = [
      ...[box, odd, { ...box, id: 'b-3', label: odd.label }],
      { kind: 'polygon', id: 'p-1', label: 'car', attributes: [], parts: [{ outline: points, holes: [] }] },
      { kind: 'polyline', id: 'l-1', label: 'car', attributes: [], points },
      { kind: 'keypoints', id: 'k-1', label: 'car', attributes: [], points: [[1, 2, 2]], box },
      { kind: 'relation', id: 'r-1', label: 'sees', attributes: [], from: 'b-1', to: 'p-1' },
      { kind: 'group', id: 'g-1', label: 'both', attributes: [], members: ['b-1', 'p-1'] },
    ];
    const [text = ''] = textsOf(annotations);
    expect(JSON.stringify(JSON.parse(text), null, 2)).toBe(text);
    expect(JSON.parse(text)).toMatchObject({
      classification: { bounding_box: ['car', odd.label], polygon: ['car', odd.label] },
      images: [
        {
          bounding_box: [
            { id: 'b-1', classification: 'car', attrs: [], data: [0.1, 0, 1e-7, 1e21] },
            { id: 'b-2', classification: odd.label, attrs: odd.attributes },
            { id: 'b-3', classification: odd.label, attrs: [] },
          ],
          group: [{ id: 'g-1', data: ['b-1', 'p-1'] }],
        },
      ],
    });
  });

  it('names in each document the classes that are known by then', () => {
    const [none = '', one = '', two = ''] = textsOf([], [box], [{ ...box, label: 'bus' }]);
    const namesIn = (text: string): unknown => (JSON.parse(text) as { classification: unknown }).classification;
    expect([none, one, two].map(namesIn)).toEqual(
      [[], ['car'], ['car', 'bus']].map((bounding_box) => ({ bounding_box })),
    );
    expect(JSON.stringify(JSON.parse(none), null, 2)).toBe(none);
  });
});
