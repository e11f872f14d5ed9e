import type { OutlinePart } from './outline-part.js';

/** What a field of a plain annotation is. */
export type PlainValue = number | PlainValue[];

/** An annotation whose fields are numbers, lists of numbers, or lists of those. Those it has not are undefined. */
export class PlainAnnotation {
  [key: string]: unknown;
  /** Its segmentation, where that is a list of outlines; the field of that name is undefined then. */
  parts: readonly OutlinePart[] | undefined = undefined;
  id: PlainValue | undefined = undefined;
  image_id: PlainValue | undefined = undefined;
  category_id: PlainValue | undefined = undefined;
  segmentation: PlainValue | undefined = undefined;
  area: PlainValue | undefined = undefined;
  bbox: PlainValue | undefined = undefined;
  iscrowd: PlainValue | undefined = undefined;
  keypoints: PlainValue | undefined = undefined;
  num_keypoints: PlainValue | undefined = undefined;
  score: PlainValue | undefined = undefined;
  track_id: PlainValue | undefined = undefined;
}

/** A field that is read. */
export interface KnownField {
  /** Its key in quotes. */
  readonly bytes: Buffer;
  readonly put: (item: PlainAnnotation, value: PlainValue) => void;
}

/** The one that may be outlines. */
export const SEGMENTATION = field('segmentation', (item, value) => (item.segmentation = value));

/** Each put in by a line of its own: a key that is a variable costs a search. */
export const FIELDS: readonly KnownField[] = [
  field('id', (item, value) => (item.id = value)),
  field('image_id', (item, value) => (item.image_id = value)),
  field('category_id', (item, value) => (item.category_id = value)),
  SEGMENTATION,
  field('area', (item, value) => (item.area = value)),
  field('bbox', (item, value) => (item.bbox = value)),
  field('iscrowd', (item, value) => (item.iscrowd = value)),
  field('keypoints', (item, value) => (item.keypoints = value)),
  field('num_keypoints', (item, value) => (item.num_keypoints = value)),
  field('score', (item, value) => (item.score = value)),
  field('track_id', (item, value) => (item.track_id = value)),
];

function field(key: string, put: KnownField['put']): KnownField {
  return { bytes: Buffer.from(`"${key}"`), put };
}
