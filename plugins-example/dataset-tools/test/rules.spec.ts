import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnnotatedImage, Annotation, Point } from 'nest-synapse';
import type { Finding } from '../src/quality/finding.js';
import type { QualityLimits } from '../src/quality/quality-rule.js';
import { allRules } from '../src/quality/rules/all-rules.js';

const LIMITS: QualityLimits = {
  minSidePx: 4,
  duplicateOverlap: 0.95,
  suspiciousOverlap: 0.7,
  maxImbalance: 3,
  minPerClass: 1,
};
const base = { attributes: [] };
const box = (id: string, x: number, y: number, width: number, height: number, label = 'cat'): Annotation => ({
  ...base,
  ...{ kind: 'box', id, label, x, y, width, height },
});
const polygon = (id: string, outline: readonly Point[]): Annotation => ({
  ...base,
  ...{ kind: 'polygon', id, label: 'cat', parts: [{ outline, holes: [] }] },
});
const image = (annotations: readonly Annotation[], other: Partial<AnnotatedImage> = {}): AnnotatedImage => ({
  split: null,
  stem: 'a',
  fileName: 'a.png',
  file: null,
  size: { width: 100, height: 80 },
  document: 'json/a.json',
  isLabelled: true,
  annotations,
  ...other,
});

/** What each rule finds in these pictures, by its name; rules that find nothing are left out. */
async function findingsIn(
  images: readonly AnnotatedImage[],
  names: readonly string[] = [],
): Promise<Record<string, Finding[]>> {
  const found: Record<string, Finding[]> = {};
  const rules = allRules(LIMITS);
  const reportFor =
    (name: string) =>
    (finding: Finding): void =>
      void (found[name] ??= []).push(finding);
  for (const one of images) for (const { name, check } of rules) await check?.(one, reportFor(name));
  for (const { name, finish } of rules) finish?.(names, reportFor(name));
  return found;
}

describe('the rules', () => {
  it('find nothing in a set that is right', async () => {
    const square: Point[] = [
      [0, 0],
      [20, 0],
      [20, 20],
      [0, 20],
    ];
    const cat = image([box('a', 0, 0, 100, 80), box('b', 10, 10, 20, 20), polygon('c', square)]);

    expect(await findingsIn([cat, image([])], ['cat'])).toEqual({});
  });

  it.each([
    ['out_of_image', box('x', 90, 0, 11, 20), /101, 20\) outside of 100 x 80/],
    [
      'out_of_image',
      polygon('x', [
        [-1, 0],
        [20, 0],
        [20, 20],
      ]),
      /-1, 0/,
    ],
    ['degenerate', box('x', 10, 10, 0, 20), /no area: 0 x 20/],
    [
      'degenerate',
      polygon('x', [
        [0, 0],
        [20, 20],
        [0, 0],
      ]),
      /needs three/,
    ],
    [
      'degenerate',
      polygon('x', [
        [0, 0],
        [20, 20],
        [20, 0],
        [0, 20],
      ]),
      /crosses itself/,
    ],
    ['tiny', box('x', 10, 10, 3.9, 20), /3.9 x 20/],
  ])('name what is %s', async (rule, annotation, message) => {
    const found = await findingsIn([image([annotation])]);

    expect(Object.keys(found)).toEqual([rule]);
    expect(found[rule]).toEqual([
      { document: 'json/a.json', annotation: 'x', message: expect.stringMatching(message) as string },
    ]);
  });

  it('tell an object that is there twice from two that overlap, and from others', async () => {
    const same = [box('a', 10, 10, 40, 40), box('b', 10, 10, 40, 40.5)];
    const close = [box('c', 10, 10, 40, 40), box('d', 12, 10, 40, 40)];
    const apart = [box('e', 10, 10, 40, 40), box('f', 30, 10, 40, 40), box('g', 10, 10, 40, 40, 'dog')];

    expect(await findingsIn([image(same)])).toEqual({ duplicate: [expect.objectContaining({ annotation: 'a' })] });
    expect(await findingsIn([image(close)])).toEqual({
      overlap: [expect.objectContaining({ message: 'shares 90 % with d' })],
    });
    expect(await findingsIn([image(apart)])).toEqual({});
  });

  it('take two shapes of equal boxes for one object only where they cover the same', async () => {
    const triangles = [
      polygon('a', [
        [10, 10],
        [50, 10],
        [50, 50],
      ]),
      polygon('b', [
        [10, 10],
        [50, 10],
        [50, 50],
        [10, 50],
      ]),
    ];

    expect(await findingsIn([image(triangles)])).toEqual({});
  });

  it('find a key point outside of its box, but none that nobody placed', async () => {
    const inBox = { x: 10, y: 10, width: 20, height: 20 };
    const points = (x: number, visibility: number): Annotation => ({
      ...base,
      ...{ kind: 'keypoints', id: 'k', label: 'cat', points: [[x, 20, visibility]], box: inBox },
    });

    expect(await findingsIn([image([points(40, 2)])])).toHaveProperty('stray_keypoint');
    expect(await findingsIn([image([points(40, 0)])])).toEqual({});
  });

  it('find pictures that nobody annotated, but not those without anything to see', async () => {
    expect(await findingsIn([image([], { isLabelled: false })])).toHaveProperty('unlabelled');
    expect(await findingsIn([image([])])).toEqual({});
  });

  it('find classes that are rare, not there at all, or far more frequent than others', async () => {
    const cats = Array.from({ length: 4 }, (_, index) => box(`${index}`, index * 10, 0, 9, 9));
    const found = await findingsIn([image([...cats, box('d', 0, 40, 9, 9, 'dog')])], ['cat', 'dog', 'cow']);

    expect(found['class_imbalance']?.map(({ message }) => message)).toEqual([
      'cat has 4 annotations, 4 times as many as dog',
    ]);
    expect(found['rare_class']?.map(({ message }) => message)).toEqual(['cow has no annotation']);
  });

  it('find the same picture under two names, and say where it leaks from one part to another', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dataset-tools-'));
    const file = (name: string, bytes: string): string => {
      writeFileSync(join(folder, name), bytes);
      return join(folder, name);
    };
    const one = image([], { file: file('a.png', 'same'), split: 'train', fileName: 'a.png' });
    const two = image([], { file: file('b.png', 'same'), split: 'valid', fileName: 'b.png' });
    const other = image([], { file: file('c.png', 'other'), split: 'train', fileName: 'c.png' });
    const found = await findingsIn([one, two, other]);
    rmSync(folder, { recursive: true });

    expect(found['same_picture']).toEqual([
      expect.objectContaining({ message: 'valid/b.png has the same bytes as train/a.png, in another part of the set' }),
    ]);
  });

  it('take their time for a picture of thousands of boxes, but not for ever', async () => {
    const many = Array.from({ length: 5_000 }, (_, index) =>
      box(`${index}`, (index % 500) * 20, Math.floor(index / 500) * 20, 15, 15),
    );

    expect(await findingsIn([image(many, { size: { width: 10_000, height: 200 } })])).toEqual({});
  });
});
