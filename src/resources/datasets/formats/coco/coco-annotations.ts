import {
  type Annotation,
  type AnnotationAttribute,
  type Box,
  type Keypoint,
  NO_ATTRIBUTES,
  type OwnValues,
  type Point,
  type PolygonPart,
} from '../../model/annotated-image.js';
import { blankPoints, pointOf } from '../../model/fresh-lists.js';
import { isRecord } from '../../../../foundation/schema/json-safe.js';
import { type JsonRecord, shortText } from '../../model/json-value.js';
import type { ReadJob } from '../../registry/format-definition.js';
import { ProblemCode } from '../../report/problem-log.js';
import type { LossLog } from '../../report/loss-log.js';
import { saysNothing } from '../../report/unread-fields.js';
import { isAttributeValue, NO_ATTRIBUTE } from '../dm/dm-values.js';
import { partsOf } from './mask-parts.js';
import { OutlinePart } from './outline-part.js';
import { ownValuesOf, ShapeMeasure } from './own-values.js';
import { PlainAnnotation } from './plain-fields.js';
import { PixelMask } from './pixel-mask.js';

/** Fields that are read, and one that follows from others. */
const KNOWN = new Set([
  ...['id', 'image_id', 'category_id', 'bbox', 'segmentation', 'area', 'iscrowd'],
  ...['keypoints', 'num_keypoints', 'attributes', 'score', 'track_id'],
]);

/** Copied where a list begins, and classes where literals would do: fresh-lists says why. */
const NO_SHAPES: Annotation[] = [];
const NO_PARTS: PolygonPart[] = [];

/** What all shapes of an object have. */
class Base {
  constructor(
    readonly id: string,
    readonly label: string,
    readonly attributes: readonly AnnotationAttribute[],
    readonly own: OwnValues | undefined,
  ) {}
}

class Polygon {
  readonly kind = 'polygon';
  readonly id: string;
  readonly label: string;
  readonly attributes: readonly AnnotationAttribute[];

  constructor(
    base: Base,
    readonly parts: readonly PolygonPart[],
  ) {
    this.id = base.id;
    this.label = base.label;
    this.attributes = base.attributes;
  }
}

/** Makes annotations of COCO's. An object with an outline and key points becomes one of each. */
export class COCOAnnotations {
  readonly #measure: ShapeMeasure;

  constructor(
    private readonly job: ReadJob,
    private readonly labels: ReadonlyMap<unknown, string>,
  ) {
    this.#measure = new ShapeMeasure(job.losses);
  }

  of(item: unknown, file: string): readonly Annotation[] {
    if (!isRecord(item)) return this.#bad(file, '', `an annotation must be an object, not ${shortText(item)}`);
    for (const key of Object.keys(item)) {
      if (!KNOWN.has(key))
        this.job.losses.add(
          `annotation.${key}`,
          'this field of COCO is not read',
          () => `${file}#${String(item['id'])}`,
        );
    }
    return this.ofKnown(item, file);
  }

  /** The same for an object that has no fields but those that are read. */
  ofKnown(item: JsonRecord, file: string): readonly Annotation[] {
    const id = String(item['id'] ?? '');
    const label = this.labels.get(item['category_id']);
    if (label === undefined) return this.#bad(file, id, `there is no category ${shortText(item['category_id'])}`);
    const attributes = isBare(item) ? NO_ATTRIBUTES : attributesOf(item, this.job.losses, () => `${file}#${id}`);
    const { isSameFormat } = this.job;
    const base = new Base(id, label, attributes, isSameFormat ? ownValuesOf(item) : undefined);
    const shapes = this.#shapesOf(item, base);
    if (typeof shapes === 'string') return this.#bad(file, id, shapes);
    if (isSameFormat === false) this.#measure.compare(item, shapes[0], file);
    return shapes;
  }

  /** The shapes of an object, or what is wrong with them. */
  #shapesOf(item: JsonRecord, base: Base): readonly Annotation[] | string {
    const box = boxOf(item['bbox']);
    const parts = partsIn(item);
    const points = keypointsOf(item['keypoints']);
    if (typeof parts === 'string') return parts;
    if (points === undefined) return `key points are numbers in threes, not ${shortText(item['keypoints'])}`;
    const shapes = NO_SHAPES.slice();
    if (parts.length > 0) shapes.push(base.own ? { kind: 'polygon', ...base, parts } : new Polygon(base, parts));
    if (points.length > 0) {
      const id = shapes.length === 0 ? base.id : `${base.id}-keypoints`;
      shapes.push({ kind: 'keypoints', ...base, id, points, box: box ?? null });
    }
    if (shapes.length > 0) return shapes;
    return box ? [{ kind: 'box', ...base, ...box }] : `its bbox must be four numbers, not ${shortText(item['bbox'])}`;
  }

  #bad(file: string, annotation: string, message: string): readonly Annotation[] {
    this.job.problems.add(ProblemCode.BadAnnotation, { file, annotation }, message);
    return [];
  }
}

function boxOf(value: unknown): Box | undefined {
  if (!isNumbers(value) || value.length !== 4) return undefined;
  const [x = 0, y = 0, width = 0, height = 0] = value;
  return { x, y, width, height };
}

function partsIn(item: JsonRecord): readonly PolygonPart[] | string {
  return (item instanceof PlainAnnotation && item.parts) || segmentsOf(item['segmentation']);
}

/** The parts of a segmentation, outlines or a mask of runs, or what is wrong with it. */
function segmentsOf(value: unknown): readonly PolygonPart[] | string {
  if (value === undefined || value === null) return [];
  if (isRecord(value)) {
    const mask = PixelMask.fromRuns(value);
    return mask ? partsOf(mask) : `its segmentation is no mask of runs that fill the picture: ${shortText(value)}`;
  }
  const message = (): string => `its segmentation is no list of outlines: ${shortText(value)}`;
  if (!Array.isArray(value)) return message();
  const parts = NO_PARTS.slice();
  for (const list of value as readonly unknown[]) {
    const outline = outlineOf(list);
    if (!outline) return message();
    parts.push(new OutlinePart(outline));
  }
  return parts;
}

/** In one go: outlines have most of the numbers of a file. */
function outlineOf(list: unknown): readonly Point[] | undefined {
  if (!Array.isArray(list) || list.length % 2 !== 0) return undefined;
  const numbers = list as readonly unknown[];
  const outline = blankPoints(numbers.length / 2);
  for (let at = 0; at < numbers.length; at += 2) {
    const x = numbers[at];
    const y = numbers[at + 1];
    if (typeof x !== 'number' || typeof y !== 'number') return undefined;
    outline[at >> 1] = pointOf(x, y);
  }
  return outline;
}

function keypointsOf(value: unknown): readonly Keypoint[] | undefined {
  if (value === undefined || value === null) return [];
  if (!isNumbers(value) || value.length % 3 !== 0) return undefined;
  return Array.from(
    { length: value.length / 3 },
    (_, at) => [value[3 * at] ?? 0, value[3 * at + 1] ?? 0, value[3 * at + 2] ?? 0] as const,
  );
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'number');
}

/** Whether an object says nothing besides its class and shape: most do. */
function isBare({ attributes, score, track_id, iscrowd }: JsonRecord): boolean {
  return attributes === undefined && score === undefined && track_id === undefined && iscrowd !== 1;
}

function attributesOf(
  { attributes, score, track_id, iscrowd }: JsonRecord,
  losses: LossLog,
  placeOf: () => string,
): readonly AnnotationAttribute[] {
  const found: [string, unknown][] = isRecord(attributes) ? Object.entries(attributes) : [];
  if (!isRecord(attributes) && !saysNothing(attributes)) losses.add('annotation.attributes', NO_ATTRIBUTE, placeOf);
  if (score !== undefined) found.push(['score', score]);
  if (track_id !== undefined) found.push(['track_id', track_id]);
  if (iscrowd === 1) found.push(['iscrowd', 1]);
  if (found.length === 0) return NO_ATTRIBUTES;
  return found.flatMap(([name, value]) => {
    if (isAttributeValue(value)) return [{ name, value }];
    losses.add(`attributes.${name}`, NO_ATTRIBUTE, placeOf);
    return [];
  });
}
