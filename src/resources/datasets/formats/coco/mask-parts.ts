import type { Point, PolygonPart } from '../../model/annotated-image.js';
import { doubleArea } from '../../model/geometry.js';
import type { PixelMask } from './pixel-mask.js';

type Outline = readonly Point[];

/** Right, down, left and up, and for each of them the pixels ahead on the right and on the left, as seen from a corner of pixels. */
const STEPS = [
  { dx: 1, dy: 0, right: [0, 0], left: [0, -1] },
  { dx: 0, dy: 1, right: [-1, 0], left: [0, 0] },
  { dx: -1, dy: 0, right: [-1, -1], left: [-1, 0] },
  { dx: 0, dy: -1, right: [0, -1], left: [-1, -1] },
] as const;

/**
 * The outlines of a mask along the edges of its pixels, each with its holes. They go around exactly the pixels of the mask; pixels that touch
 * at a corner only are parts of their own.
 */
export function partsOf(mask: PixelMask): PolygonPart[] {
  const outlines: { readonly outline: Outline; readonly holes: Outline[] }[] = [];
  const holes: Outline[] = [];
  for (const loop of loopsOf(mask)) {
    if (doubleArea(loop) > 0) outlines.push({ outline: loop, holes: [] });
    else holes.push(loop);
  }
  const fromSmallest = outlines.toSorted((left, right) => doubleArea(left.outline) - doubleArea(right.outline));
  for (const hole of holes) {
    const [x, y] = hole[0] as Point;
    // A hole begins at the top edge of a pixel of what goes around it.
    fromSmallest.find(({ outline }) => isInside(x + 0.5, y + 0.5, outline))?.holes.push(hole);
  }
  return outlines;
}

/** Every closed line between pixels of the mask and others, the mask on its right. */
function* loopsOf(mask: PixelMask): Generator<Outline> {
  const seen = new Uint8Array(mask.width * mask.height);
  for (let y = 0; y < mask.height; y++) {
    for (let x = 0; x < mask.width; x++) {
      const isTopEdge = mask.has(x, y) && !mask.has(x, y - 1);
      if (isTopEdge && seen[y * mask.width + x] === 0) yield loopFrom(mask, x, y, seen);
    }
  }
}

/** Follows the line that begins with the top edge of a pixel; only its corners are kept. */
function loopFrom(mask: PixelMask, startX: number, startY: number, seen: Uint8Array): Outline {
  const corners: Point[] = [];
  let [x, y, direction] = [startX, startY, 0];
  do {
    const step = STEPS[direction] as (typeof STEPS)[number];
    if (direction === 0) seen[y * mask.width + x] = 1;
    x += step.dx;
    y += step.dy;
    const turn = turnAt(mask, x, y, step);
    if (turn !== 0) corners.push([x, y]);
    direction = (direction + turn) & 3;
  } while (x !== startX || y !== startY || direction !== 0);
  return [corners.at(-1) as Point, ...corners.slice(0, -1)];
}

/** 1 for a turn to the right, 3 for one to the left, 0 for straight on. */
function turnAt(mask: PixelMask, x: number, y: number, { right, left }: (typeof STEPS)[number]): 0 | 1 | 3 {
  if (!mask.has(x + right[0], y + right[1])) return 1;
  return mask.has(x + left[0], y + left[1]) ? 3 : 0;
}

/** Whether a place is inside an outline. */
function isInside(x: number, y: number, outline: Outline): boolean {
  let isIn = false;
  for (let index = 0; index < outline.length; index++) {
    const [x1, y1] = outline[index] as Point;
    const [x2, y2] = outline[(index + 1) % outline.length] as Point;
    if (y1 > y !== y2 > y && x < x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)) isIn = !isIn;
  }
  return isIn;
}
