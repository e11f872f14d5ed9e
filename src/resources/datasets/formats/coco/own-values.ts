import type { Annotation, OwnValues, Point, PolygonPart } from '../../model/annotated-image.js';
import type { JsonRecord } from '../../model/json-value.js';
import type { LossLog } from '../../report/loss-log.js';

/** Files round to hundredths, and a right edge is the sum of two that are. */
const TOLERANCE = 0.015;

/** What COCO says of an object that follows from its shape, as it says it, and its id. */
export function ownValuesOf({ id, area, bbox }: JsonRecord): OwnValues {
  return {
    ...(Number.isSafeInteger(id) && { id: id as number }),
    ...(typeof area === 'number' && { area }),
    ...(isBox(bbox) && { bbox }),
  };
}

/** Compares what COCO says with the shape: a target without fields for it gives back what follows from that. */
export class ShapeMeasure {
  #area = 0;
  #left = 0;
  #top = 0;
  #right = 0;
  #bottom = 0;

  constructor(private readonly losses: LossLog) {}

  /** Counts an area and a box that are not those of the shape. */
  compare({ id, area, bbox }: JsonRecord, shape: Annotation | undefined, file: string): void {
    const isPolygon = shape?.kind === 'polygon';
    if (isPolygon) this.#measure(shape.parts);
    else this.#area = boxAreaOf(shape);
    const placeOf = (): string => `${file}#${String(id)}`;
    if (typeof area === 'number' && !isNear(area, this.#area))
      this.losses.add('area', 'it is not that of the shape', placeOf);
    if (isPolygon && this.#isOther(bbox)) this.losses.add('bbox', 'it is not the one around the outline', placeOf);
  }

  #measure(parts: readonly PolygonPart[]): void {
    this.#area = 0;
    this.#left = this.#top = Infinity;
    this.#right = this.#bottom = -Infinity;
    for (const { outline, holes } of parts) {
      this.#area += Math.abs(this.#measureLine(outline)) / 2;
      for (const hole of holes) this.#area -= Math.abs(this.#measureLine(hole)) / 2;
    }
  }

  /** Twice the area. It goes without a copy of a point: files have a hundred million of them. */
  #measureLine(points: readonly Point[]): number {
    let sum = 0;
    let [left, top, right, bottom] = [this.#left, this.#top, this.#right, this.#bottom];
    let before = points[points.length - 1];
    for (let at = 0; before && at < points.length; at++) {
      const point = points[at] as Point;
      const x = point[0];
      const y = point[1];
      sum += before[0] * y - x * before[1];
      before = point;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      if (y > bottom) bottom = y;
    }
    this.#left = left;
    this.#top = top;
    this.#right = right;
    this.#bottom = bottom;
    return sum;
  }

  /** Whether it is a box, and not the one around what was measured. */
  #isOther(bbox: unknown): boolean {
    if (!isBox(bbox)) return false;
    const [x = NaN, y = NaN, width = NaN, height = NaN] = bbox;
    const isAround = isNear(x, this.#left) && isNear(y, this.#top);
    return !isAround || !isNear(x + width, this.#right) || !isNear(y + height, this.#bottom);
  }
}

/** Of a box, and of key points with a box of their own; of what has none, no number. */
function boxAreaOf(shape: Annotation | undefined): number {
  const box = shape?.kind === 'keypoints' ? shape.box : shape;
  return box && 'width' in box ? box.width * box.height : NaN;
}

function isNear(value: number, other: number): boolean {
  return Math.abs(value - other) <= TOLERANCE;
}

function isBox(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length === 4 && value.every(Number.isFinite);
}
