import type { ImageSize } from '../model/annotated-image.js';
import { shortText } from '../model/json-value.js';

/** What the original makes of a line. */
export interface OriginalShape {
  readonly tool: 'bounding_box' | 'polygon' | 'keypoint';
  readonly label: string;
  /** Its fields besides id and class, in the order of the original. */
  readonly data: { readonly data: unknown; readonly bounding_box?: readonly number[] };
}

/** The shape of a line; undefined for one that is passed over, and a text for what is wrong with it. */
export function shapeInLine(
  [token = '', ...fields]: readonly string[],
  size: ImageSize,
  names: readonly string[],
): OriginalShape | string | undefined {
  const id = wholeNumber(token);
  if (id === undefined || id < 0) return `the number of a class must be a whole number from 0, not ${shortText(token)}`;
  const numbers = fields.map(Number);
  const bad = numbers.findIndex((number) => !Number.isFinite(number));
  if (bad !== -1) return `${shortText(fields[bad])} is no number`;
  return shapeOf(names[id] ?? `class_${id}`, fields, numbers, size);
}

/** @param numbers - The fields once more. */
function shapeOf(
  label: string,
  fields: readonly string[],
  numbers: readonly number[],
  size: ImageSize,
): OriginalShape | string | undefined {
  const count = numbers.length;
  if (count === 4) return { tool: 'bounding_box', label, data: { data: boxOf(numbers, size) } };
  if (count > 4 && count % 2 === 0) return { tool: 'polygon', label, data: { data: pairsOf(numbers, size) } };
  if (count > 4 && (count - 4) % 3 === 0) return keypointsIn(label, fields, size);
  return undefined;
}

/** Whole numbers as Python reads them: with a sign, and with single underscores between digits. */
function wholeNumber(token: string): number | undefined {
  return /^[+-]?\d+(_\d+)*$/.test(token) ? Number(token.replaceAll('_', '')) : undefined;
}

function boxOf([cx = 0, cy = 0, w = 0, h = 0]: readonly number[], { width, height }: ImageSize): readonly number[] {
  return [(cx - w / 2) * width, (cy - h / 2) * height, w * width, h * height];
}

function pairsOf(numbers: readonly number[], { width, height }: ImageSize): (readonly number[])[] {
  return Array.from({ length: numbers.length / 2 }, (_, at) => [
    (numbers[2 * at] ?? 0) * width,
    (numbers[2 * at + 1] ?? 0) * height,
  ]);
}

function keypointsIn(label: string, fields: readonly string[], size: ImageSize): OriginalShape | string {
  const points: (readonly number[])[] = [];
  for (let at = 4; at < fields.length; at += 3) {
    const [x = '', y = '', token = ''] = fields.slice(at, at + 3);
    const visibility = wholeNumber(token);
    if (visibility === undefined)
      return `the visibility of a key point must be a whole number, not ${shortText(token)}`;
    points.push([Number(x) * size.width, Number(y) * size.height, visibility]);
  }
  return { tool: 'keypoint', label, data: { data: points, bounding_box: boxOf(fields.slice(0, 4).map(Number), size) } };
}
