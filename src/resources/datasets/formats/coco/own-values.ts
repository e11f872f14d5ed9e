import type { Annotation, OwnValues, Point, PolygonPart } from '../../model/annotated-image.js';
import { boxAround, doubleArea } from '../../model/geometry.js';
import type { JsonRecord } from '../../model/json-value.js';
import type { LossLog } from '../../report/loss-log.js';

/** Files round to hundredths. */
const TOLERANCE = 0.01;

/** What COCO says of an object that follows from its shape, as it says it, and its id. */
export function ownValuesOf({ id, area, bbox }: JsonRecord): OwnValues {
  return {
    ...(Number.isSafeInteger(id) && { id: id as number }),
    ...(typeof area === 'number' && { area }),
    ...(isBox(bbox) && { bbox }),
  };
}

/** Counts an area and a box that a target without fields for them will not give back: they are not those of the shape. */
export function loseMeasured(item: JsonRecord, shape: Annotation | undefined, losses: LossLog, file: string): void {
  const { area, bbox } = item;
  if (typeof area === 'number' && shape && !isNear(area, areaOf(shape)))
    losses.add('area', 'it is not that of the shape', () => `${file}#${String(item['id'])}`);
  if (shape?.kind === 'polygon' && isBox(bbox) && !isAround(bbox, shape.parts))
    losses.add('bbox', 'it is not the one around the outline', () => `${file}#${String(item['id'])}`);
}

function areaOf(shape: Annotation): number {
  if (shape.kind === 'box') return shape.width * shape.height;
  if (shape.kind === 'polygon') return shape.parts.reduce((sum, part) => sum + partArea(part), 0);
  return shape.kind === 'keypoints' && shape.box ? shape.box.width * shape.box.height : NaN;
}

function partArea({ outline, holes }: PolygonPart): number {
  const around = Math.abs(doubleArea(outline)) / 2;
  return holes.reduce((rest, hole) => rest - Math.abs(doubleArea(hole)) / 2, around);
}

function isAround([x = 0, y = 0, width = 0, height = 0]: readonly number[], parts: readonly PolygonPart[]): boolean {
  const around = boxAround(pointsOf(parts));
  if (!around) return false;
  return isNear(x, around.x) && isNear(y, around.y) && isNear(width, around.width) && isNear(height, around.height);
}

function pointsOf(parts: readonly PolygonPart[]): readonly Point[] {
  const [first] = parts;
  return first && parts.length === 1 ? first.outline : parts.flatMap(({ outline }) => outline);
}

function isNear(value: number, other: number): boolean {
  return Math.abs(value - other) <= TOLERANCE;
}

function isBox(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length === 4 && value.every(Number.isFinite);
}
