import type { AnnotationAttribute, Box, Keypoint, Point } from '../../model/annotated-image.js';
import { isRecord } from '../../../../foundation/schema/json-safe.js';
import { shortText } from '../../model/json-value.js';

/** Why a value is not what it should be; the reader adds file and annotation. */
export class ValueProblem {
  constructor(readonly message: string) {}
}

/** A box as a list of four numbers, or as an object of x, y, width and height. */
export function boxOf(value: unknown): Box | ValueProblem {
  if (Array.isArray(value) && value.length === 4 && value.every(isNumber)) {
    const [x, y, width, height] = value as [number, number, number, number];
    return { x, y, width, height };
  }
  if (isRecord(value)) {
    const { x, y, width, height } = value;
    if (isNumber(x) && isNumber(y) && isNumber(width) && isNumber(height)) return { x, y, width, height };
  }
  return new ValueProblem(`a box is four numbers, x, y, width and height, not ${shortText(value)}`);
}

/** A list of pairs, or of objects of x and y. */
export function pointsOf(value: unknown): Point[] | ValueProblem {
  if (!Array.isArray(value)) return new ValueProblem(`points are a list of pairs, not ${shortText(value)}`);
  const points: Point[] = [];
  for (const item of value as readonly unknown[]) {
    const point = pointOf(item);
    if (!point) return new ValueProblem(`a point is a pair of numbers, not ${shortText(item)}`);
    points.push(point);
  }
  return points;
}

function pointOf(item: unknown): Point | undefined {
  const [x, y] =
    Array.isArray(item) && item.length === 2 ? (item as unknown[]) : isRecord(item) ? [item['x'], item['y']] : [];
  return isNumber(x) && isNumber(y) ? [x, y] : undefined;
}

/** Key points as the model has them, one pair, or as converters write them, a list of x, y and visibility. */
export function keypointsOf(value: unknown): Keypoint[] | ValueProblem {
  if (Array.isArray(value) && value.length === 2 && value.every(isNumber))
    return [[value[0] as number, value[1] as number, 2]];
  if (!Array.isArray(value)) return new ValueProblem(`key points are a list, not ${shortText(value)}`);
  const points: Keypoint[] = [];
  for (const item of value as readonly unknown[]) {
    const point = keypointOf(item);
    if (!point) return new ValueProblem(`a key point is [x, y] or [x, y, visibility], not ${shortText(item)}`);
    points.push(point);
  }
  return points;
}

function keypointOf(item: unknown): Keypoint | undefined {
  const [x, y, visibility = 2] = Array.isArray(item) && item.length <= 3 ? (item as unknown[]) : [];
  return isNumber(x) && isNumber(y) && isNumber(visibility) ? [x, y, Math.trunc(visibility)] : undefined;
}

/** Why a value cannot be one of an attribute. */
export const NO_ATTRIBUTE = 'an attribute is a name with a text, a number, a boolean or a list of texts';

/** What an attribute may hold. */
export function isAttributeValue(value: unknown): value is AnnotationAttribute['value'] {
  return (
    typeof value === 'string' ||
    isNumber(value) ||
    typeof value === 'boolean' ||
    (Array.isArray(value) && value.every((item) => typeof item === 'string'))
  );
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}
