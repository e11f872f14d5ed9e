import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatasetFormatRegistry } from '../../../src/index.js';
import { areaOf, CLASSES, keypointsOf, outlineOf, truth, type TruthBox, writeTruth } from './dataset-truth.js';
import { isRequired } from '../../is-required.js';

jest.setTimeout(180_000); // Python's packages take their time on a busy machine

const python = process.env['SYNAPSE_TEST_DATASETS_PYTHON'];
/** CI prepares the environment; where that went wrong the test must fail, not vanish. */
const isSkipped = python === undefined && !isRequired();
if (isSkipped) {
  process.stderr.write(
    `Skipped: supervision and pycocotools. Install ${join(__dirname, 'requirements.txt')} into an environment of Python 3.12 or ` +
      'newer, and name its interpreter in SYNAPSE_TEST_DATASETS_PYTHON.\n',
  );
}

interface Found {
  readonly class: number | string;
  readonly box: readonly number[];
  readonly pixels?: number;
  readonly area?: number;
  readonly keypoints?: readonly number[] | null;
}
/** Label files have six decimals, and supervision has floats of four bytes: a share is right to this. */
const SHARE = 2e-6;

(isSkipped ? describe.skip : describe)('data sets that we write, read by others', () => {
  const registry = new DatasetFormatRegistry();
  const pictures = truth();
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'synapse-readers-'));
    for (const tool of ['bounding_box', 'polygon', 'keypoint'] as const) {
      await writeTruth(join(folder, tool), pictures, tool);
      await registry.convert(join(folder, tool), join(folder, `${tool}-yolo`), { to: 'yolo' });
      await registry.convert(join(folder, tool), join(folder, `${tool}-coco`), { to: 'coco' });
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const read = <T>(...words: readonly string[]): T => {
    if (python === undefined)
      throw new Error('CI has not set SYNAPSE_TEST_DATASETS_PYTHON: see prepare_python in .ci/run.');
    const { status, stdout, stderr } = spawnSync(python, [join(__dirname, 'read_dataset.py'), ...words], {
      encoding: 'utf8',
      env: { ...process.env, PYTHONUTF8: '1' },
    });
    if (status !== 0) throw new Error(`${python} ended with ${status}: ${stderr}`);
    return JSON.parse(stdout) as T;
  };
  type Contents = { classes: string[]; pictures: Record<string, Found[]> };

  /** Compares the objects of each picture with the truth, one by one and in order. */
  const compare = (
    part: string,
    found: Record<string, Found[]>,
    check: (one: Found, label: string, box: TruthBox, size: readonly [number, number]) => void,
  ): void => {
    const expected = pictures.filter((picture) => picture.part === part);
    expect(Object.keys(found).sort()).toEqual(expected.map(({ stem }) => `${stem}.png`).sort());
    for (const { stem, boxes, width, height } of expected) {
      const objects = found[`${stem}.png`] ?? [];
      expect(objects).toHaveLength(boxes.length);
      for (const [index, { label, data }] of boxes.entries())
        check(objects[index] as Found, label, data, [width, height]);
    }
  };
  const expectCorners = (
    corners: readonly number[],
    [x, y, w, h]: TruthBox,
    [width, height]: readonly [number, number],
  ): void => {
    const truthCorners = [x, y, x + w, y + h];
    for (const [index, value] of corners.entries())
      expect(Math.abs(value - (truthCorners[index] ?? NaN))).toBeLessThan(
        2 * SHARE * (index % 2 === 0 ? width : height) + 1e-4,
      );
  };

  it.each(['train', 'valid'])('supervision has the same boxes in YOLO, part %s', (part) => {
    const { classes, pictures: found } = read<Contents>('supervision-yolo', join(folder, 'bounding_box-yolo'), part);

    expect(classes).toEqual(CLASSES);
    compare(part, found, (one, label, box, size) => {
      expect(classes[Number(one.class)]).toBe(label);
      expectCorners(one.box, box, size);
    });
  });

  it.each(['train', 'valid'])('supervision has the same outlines in YOLO, part %s', (part) => {
    const { classes, pictures: found } = read<Contents>('supervision-yolo', join(folder, 'polygon-yolo'), part);

    compare(part, found, (one, label, [x, y, w, h]) => {
      expect(classes[Number(one.class)]).toBe(label);
      // It takes corners as whole pixels, and counts those on the edge.
      for (const [index, value] of [x, y, x + w, y + h].entries())
        expect(Math.abs((one.box[index] ?? NaN) - value)).toBeLessThan(1.01);
      const area = areaOf(outlineOf([x, y, w, h]));
      expect(Math.abs((one.pixels ?? NaN) - area)).toBeLessThan(2 * (w + h) + 8);
    });
  });

  it.each(['train', 'valid'])('supervision has the same boxes in COCO, part %s', (part) => {
    const file = join(folder, `bounding_box-coco/annotations/instances_${part}.json`);
    const { classes, pictures: found } = read<Contents>(
      'supervision-coco',
      file,
      join(folder, 'bounding_box-coco/images', part),
    );

    compare(part, found, (one, label, box, size) => {
      expect(classes[Number(one.class)]).toBe(label);
      expectCorners(one.box, box, size);
    });
  });

  interface CocoContents {
    readonly categories: readonly { readonly name: string; readonly keypoints: readonly string[] | null }[];
    readonly pictures: Readonly<Record<string, { readonly size: readonly number[]; readonly objects: Found[] }>>;
  }
  const cocoOf = (tool: string, part: string): CocoContents =>
    read<CocoContents>('pycocotools', join(folder, `${tool}-coco/annotations/instances_${part}.json`));
  const objectsIn = ({ pictures: found }: CocoContents): Record<string, Found[]> =>
    Object.fromEntries(Object.entries(found).map(([name, { objects }]) => [name, objects]));

  it.each(['train', 'valid'])('pycocotools has exactly the same boxes, part %s', (part) => {
    const coco = cocoOf('bounding_box', part);

    expect(coco.categories.map(({ name }) => name)).toEqual(CLASSES);
    for (const { stem, width, height } of pictures.filter((picture) => picture.part === part))
      expect(coco.pictures[`${stem}.png`]?.size).toEqual([width, height]);
    compare(part, objectsIn(coco), (one, label, box) => {
      expect(one).toMatchObject({ class: label, box: [...box], area: box[2] * box[3] });
    });
  });

  it.each(['train', 'valid'])('pycocotools draws the same outlines, part %s', (part) => {
    compare(part, objectsIn(cocoOf('polygon', part)), (one, label, box) => {
      const area = areaOf(outlineOf(box));
      expect(one.class).toBe(label);
      expect(one.area).toBeCloseTo(area, 6);
      expect(Math.abs((one.pixels ?? NaN) - area)).toBeLessThan(2 * (box[2] + box[3]) + 8);
    });
  });

  it.each(['train', 'valid'])('pycocotools has exactly the same key points, part %s', (part) => {
    compare(part, objectsIn(cocoOf('keypoint', part)), (one, label, box) => {
      expect(one).toMatchObject({ class: label, box: [...box], keypoints: keypointsOf(box).flat() });
    });
  });

  it.each([
    ['bounding_box', 'detect', null],
    ['polygon', 'segment', null],
    ['keypoint', 'pose', [2, 3]],
  ])('%s pass what a YOLO trainer checks before it begins', (tool, task, shape) => {
    const checked = read<{
      names: string[];
      task: string;
      kpt_shape: unknown;
      pictures: Record<string, number | null>;
    }>('trainer', join(folder, `${tool}-yolo`));

    expect(checked).toMatchObject({ names: CLASSES, task, kpt_shape: shape });
    const expected = pictures.map(({ part, stem, boxes }) => [
      `${part === 'valid' ? 'val' : part}/${stem}.png`,
      boxes.length,
    ]);
    expect(checked.pictures).toEqual(Object.fromEntries(expected));
  });
});
