import type { Annotation, Box, ImageSize, Point } from './annotated-image.js';

/** The smallest upright rectangle around the points; null where there are none. */
export function boxAround(points: readonly (readonly number[])[]): Box | null {
  if (points.length === 0) return null;
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x = NaN, y = NaN] of points) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x);
    bottom = Math.max(bottom, y);
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** The part of the box that lies in the picture; null where none does. */
export function clippedBox({ x, y, width, height }: Box, size: ImageSize): Box | null {
  const left = Math.max(x, 0);
  const top = Math.max(y, 0);
  const right = Math.min(x + width, size.width);
  const bottom = Math.min(y + height, size.height);
  return right > left && bottom > top ? { x: left, y: top, width: right - left, height: bottom - top } : null;
}

/** Twice the area that the outline goes around, negative where it goes the other way. */
export function doubleArea(points: readonly Point[]): number {
  let sum = 0;
  for (let index = 0; index < points.length; index++) {
    const [x1, y1] = points[index] as Point;
    const [x2, y2] = points[(index + 1) % points.length] as Point;
    sum += x1 * y2 - x2 * y1;
  }
  return sum;
}

/** Why the shape of an annotation cannot be, or undefined where it can. */
export function shapeProblem(annotation: Annotation): string | undefined {
  switch (annotation.kind) {
    case 'box':
      return boxProblem(annotation);
    case 'polygon':
      return polygonProblem(annotation.parts);
    case 'polyline':
      return pointsProblem(annotation.points, 2);
    case 'keypoints':
      return pointsProblem(annotation.points, 1) ?? (annotation.box ? boxProblem(annotation.box) : undefined);
    case 'relation':
    case 'group':
      return undefined;
  }
}

function boxProblem({ x, y, width, height }: Box): string | undefined {
  // One sum is finite only if all four are.
  if (!Number.isFinite(x + y + width + height)) return 'a number of its box is not finite';
  if (width > 0 && height > 0) return undefined;
  return width < 0 || height < 0
    ? `its box is inverted: width ${width}, height ${height}`
    : `its box has no area: width ${width}, height ${height}`;
}

function polygonProblem(parts: readonly { outline: readonly Point[] }[]): string | undefined {
  if (parts.length === 0) return 'its polygon has no points';
  for (const { outline } of parts) {
    const problem = pointsProblem(outline, 3);
    if (problem) return problem;
  }
  return undefined;
}

function pointsProblem(points: readonly (readonly number[])[], least: number): string | undefined {
  if (points.length < least) return `it has ${points.length} points, and needs at least ${least}`;
  for (const point of points) {
    // Key points have a third number; a sum is finite only if all are.
    if (!Number.isFinite((point[0] ?? NaN) + (point[1] ?? NaN) + (point[2] ?? 0)))
      return 'a number of its points is not finite';
  }
  return undefined;
}

/** The part of an outline that lies in the picture, cut at each of its edges in turn; empty where none does. */
export function clippedOutline(outline: readonly Point[], { width, height }: ImageSize): readonly Point[] {
  if (outline.every(([x, y]) => x >= 0 && y >= 0 && x <= width && y <= height)) return outline;
  const afterLeft = cutOutline(outline, 0, 0, 1);
  const afterRight = cutOutline(afterLeft, 0, width, -1);
  const afterTop = cutOutline(afterRight, 1, 0, 1);
  return cutOutline(afterTop, 1, height, -1);
}

/** Keeps what lies on one side of a line that is parallel to an axis: where `(coordinate - limit) * sign` is not negative. */
function cutOutline(outline: readonly Point[], axis: 0 | 1, limit: number, sign: 1 | -1): Point[] {
  const kept: Point[] = [];
  for (let index = 0; index < outline.length; index++) {
    const current = outline[index] as Point;
    const previous = outline[(index + outline.length - 1) % outline.length] as Point;
    const isIn = (current[axis] - limit) * sign >= 0;
    const wasIn = (previous[axis] - limit) * sign >= 0;
    if (isIn !== wasIn) kept.push(crossing(previous, current, axis, limit));
    if (isIn) kept.push(current);
  }
  return kept;
}

function crossing(from: Point, to: Point, axis: 0 | 1, limit: number): Point {
  const other = axis === 0 ? 1 : 0;
  const share = (limit - from[axis]) / (to[axis] - from[axis]);
  const value = from[other] + share * (to[other] - from[other]);
  return axis === 0 ? [limit, value] : [value, limit];
}
