import type { Point } from './annotated-image.js';

/*
 * V8 notes of each list or object literal whether what it made outlives collections. Where the first hundred did, be it because one came in
 * the middle of a picture, all that is made there ever after is put among the old objects, where it waits for the long collection:
 * conversions took a third longer and 60 MB more, by chance. It does not note that of copies and of instances of classes, so what is made
 * for each annotation of a large file should be one of those.
 */

const SOME_POINT: Point = [0.5, 0.5];
const NUMBERS = new Array<number>(256).fill(0.5);
const POINTS = new Array<Point>(128).fill(SOME_POINT);

/** A point that is a list of its own. */
export function pointOf(x: number, y: number): Point {
  const point = SOME_POINT.slice() as [number, number];
  point[0] = x;
  point[1] = y;
  return point;
}

/** A list of so many numbers, to be overwritten. */
export function blankNumbers(count: number): number[] {
  return count <= NUMBERS.length ? NUMBERS.slice(0, count) : new Array<number>(count).fill(0.5);
}

/** A list of so many points, to be replaced. */
export function blankPoints(count: number): Point[] {
  return count <= POINTS.length ? POINTS.slice(0, count) : new Array<Point>(count).fill(SOME_POINT);
}
