import type { Annotation, Box, Point, ShapeAnnotation } from 'nest-synapse';

/** Annotations that cover an area. */
export type AreaAnnotation = Extract<ShapeAnnotation, { kind: 'box' | 'polygon' }>;

export function isShape(annotation: Annotation): annotation is ShapeAnnotation {
  return annotation.kind !== 'relation' && annotation.kind !== 'group';
}

export function isArea(annotation: Annotation): annotation is AreaAnnotation {
  return annotation.kind === 'box' || annotation.kind === 'polygon';
}

/** All points that a shape is made of; of a key point, only those that somebody placed. */
export function pointsOf(shape: ShapeAnnotation): readonly Point[] {
  switch (shape.kind) {
    case 'box':
      return [
        [shape.x, shape.y],
        [shape.x + shape.width, shape.y + shape.height],
      ];
    case 'polygon':
      return shape.parts.flatMap(({ outline }) => outline);
    case 'polyline':
      return shape.points;
    case 'keypoints':
      return shape.points.filter(([, , visibility]) => visibility > 0).map(([x, y]) => [x, y]);
  }
}

/** The upright rectangle around a shape; undefined where it has no points. */
export function boundsOf(shape: ShapeAnnotation): Box | undefined {
  const points = pointsOf(shape);
  if (points.length === 0) return undefined;
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    [left, top] = [Math.min(left, x), Math.min(top, y)];
    [right, bottom] = [Math.max(right, x), Math.max(bottom, y)];
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** Pixels that a shape covers; holes are left out. */
export function areaOf(shape: AreaAnnotation): number {
  if (shape.kind === 'box') return Math.max(0, shape.width) * Math.max(0, shape.height);
  return shape.parts.reduce(
    (sum, { outline, holes }) => sum + ringArea(outline) - holes.reduce((all, hole) => all + ringArea(hole), 0),
    0,
  );
}

/** How much two rectangles have in common, from 0 to 1: what both cover, divided by what either covers. */
export function overlapOf(one: Box, other: Box): number {
  const width = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x);
  const height = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y);
  if (width <= 0 || height <= 0) return 0;
  const both = width * height;
  return both / (one.width * one.height + other.width * other.height - both);
}

/** Whether two edges of an outline cross. */
export function crossesItself(outline: readonly Point[]): boolean {
  const edges = outline.map((point, index): Edge => [point, outline[(index + 1) % outline.length] ?? point]);
  return edges.some((edge, index) =>
    edges.some((other, at) => at > index + 1 && !(index === 0 && at === edges.length - 1) && doCross(edge, other)),
  );
}

type Edge = readonly [from: Point, to: Point];

function doCross([a, b]: Edge, [c, d]: Edge): boolean {
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
}

/** On which side of a line a point lies: the sign says it. */
function side([ax, ay]: Point, [bx, by]: Point, [px, py]: Point): number {
  return (bx - ax) * (py - ay) - (by - ay) * (px - ax);
}

function ringArea(ring: readonly Point[]): number {
  let twice = 0;
  for (const [index, [x, y]] of ring.entries()) {
    const [nextX, nextY] = ring[(index + 1) % ring.length] ?? [x, y];
    twice += x * nextY - nextX * y;
  }
  return Math.abs(twice) / 2;
}
