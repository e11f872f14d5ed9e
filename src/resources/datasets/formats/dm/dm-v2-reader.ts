import { type Annotation, type AnnotationAttribute, NO_ATTRIBUTES } from '../../model/annotated-image.js';
import { isRecord } from '../../../../foundation/schema/json-safe.js';
import { type JsonRecord, shortText } from '../../model/json-value.js';
import type { ReadJob } from '../../registry/format-definition.js';
import { ProblemCode } from '../../report/problem-log.js';
import { loseUnread } from '../../report/unread-fields.js';
import type { DocumentParser } from './dm-folder-reader.js';
import { boxOf, isAttributeValue, keypointsOf, NO_ATTRIBUTE, pointsOf, ValueProblem } from './dm-values.js';

type Made = Annotation | ValueProblem;
interface Base {
  readonly id: string;
  readonly label: string;
  readonly attributes: readonly AnnotationAttribute[];
}

/** How the items of each list are read. */
const TOOLS: Readonly<Record<string, (base: Base, item: JsonRecord) => Made>> = {
  bounding_box: (base, { data }) => {
    const box = boxOf(data);
    if (box instanceof ValueProblem) return box;
    // Named one by one: spreading is slow, and nearly all annotations are boxes.
    const { x, y, width, height } = box;
    return { kind: 'box', id: base.id, label: base.label, attributes: base.attributes, x, y, width, height };
  },
  polygon: (base, { data }) => {
    const outline = pointsOf(data);
    return outline instanceof ValueProblem ? outline : { kind: 'polygon', ...base, parts: [{ outline, holes: [] }] };
  },
  polyline: (base, { data }) => {
    const points = pointsOf(data);
    return points instanceof ValueProblem ? points : { kind: 'polyline', ...base, points };
  },
  keypoint: (base, { data, bounding_box }) => {
    const points = keypointsOf(data);
    if (points instanceof ValueProblem) return points;
    const box = bounding_box === undefined || bounding_box === null ? null : boxOf(bounding_box);
    return box instanceof ValueProblem ? box : { kind: 'keypoints', ...base, points, box };
  },
  relation: (base, { data }) => {
    if (!Array.isArray(data) || data.length !== 2)
      return new ValueProblem(`a relation is a pair of ids, not ${shortText(data)}`);
    return { kind: 'relation', ...base, from: String(data[0]), to: String(data[1]) };
  },
  group: (base, { data }) => {
    if (!Array.isArray(data)) return new ValueProblem(`a group is a list of ids, not ${shortText(data)}`);
    return { kind: 'group', ...base, members: data.map(String) };
  },
};
const TOOL_NAMES = Object.keys(TOOLS);
const DOCUMENT_FIELDS = {
  known: new Set(['classification', 'images']),
  prefix: '',
  reason: 'DM v2 knows no such field',
};
const KNOWN_KEYS = new Set(['id', 'classification', 'attrs', 'data', 'bounding_box']);

/** Reads a DM v2 document: one picture, its annotations in lists by tool. */
export const parseDmV2: DocumentParser = (document, file, job) => {
  declareClasses(document['classification'], job);
  loseUnread(document, DOCUMENT_FIELDS, job.losses, () => file);
  const images = document['images'];
  if (images === undefined) return [];
  if (!Array.isArray(images)) {
    job.problems.add(ProblemCode.Unreadable, { file }, `'images' must be a list, not ${shortText(images)}`);
    return [];
  }
  const [image, ...others] = images as unknown[];
  for (let index = 0; index < others.length; index++) {
    job.losses.add('images[1…]', 'a document is one picture; only the first entry of images has one', () => file);
  }
  if (isRecord(image)) return annotationsOf(image, file, job);
  if (image !== undefined && image !== null) {
    job.problems.add(
      ProblemCode.Unreadable,
      { file },
      `an entry of 'images' must be an object, not ${shortText(image)}`,
    );
  }
  return [];
};

function declareClasses(classification: unknown, job: ReadJob): void {
  if (!isRecord(classification)) return;
  for (const labels of Object.values(classification)) {
    if (Array.isArray(labels)) job.classes.declare(labels.filter((label) => typeof label === 'string'));
  }
}

function annotationsOf(image: JsonRecord, file: string, job: ReadJob): Annotation[] {
  const annotations: Annotation[] = [];
  for (const tool of TOOL_NAMES) {
    const items = image[tool];
    if (Array.isArray(items)) {
      for (const item of items as unknown[]) {
        const annotation = annotationOf(tool, item, file, job);
        if (annotation) annotations.push(annotation);
      }
    } else if (items !== undefined && items !== null) {
      job.problems.add(ProblemCode.BadAnnotation, { file }, `'${tool}' must be a list, not ${shortText(items)}`);
    }
  }
  for (const key of Object.keys(image)) {
    if (!TOOL_NAMES.includes(key)) job.losses.add(`images.${key}`, 'DM v2 knows no such tool', () => file);
  }
  return annotations;
}

function annotationOf(tool: string, item: unknown, file: string, job: ReadJob): Annotation | undefined {
  const make = TOOLS[tool];
  if (!make || !isRecord(item)) {
    job.problems.add(
      ProblemCode.BadAnnotation,
      { file },
      `an annotation in '${tool}' must be an object, not ${shortText(item)}`,
    );
    return undefined;
  }
  const id = typeof item['id'] === 'string' ? item['id'] : '';
  const label = item['classification'];
  const made = isLabelFor(tool, label)
    ? make({ id, label, attributes: attributesOf(item['attrs'], () => `${file}#${id}`, job) }, item)
    : new ValueProblem(`its classification must be a text that names a class, not ${shortText(label)}`);
  if (made instanceof ValueProblem) {
    job.problems.add(ProblemCode.BadAnnotation, { file, annotation: id }, `in '${tool}', ${made.message}`);
    return undefined;
  }
  for (const key in item) {
    if (!KNOWN_KEYS.has(key)) job.losses.add(`annotation.${key}`, 'DM v2 knows no such field', () => `${file}#${id}`);
  }
  return made;
}

/** Relations and groups may be of no class. */
function isLabelFor(tool: string, label: unknown): label is string {
  return typeof label === 'string' && (label.trim() !== '' || tool === 'relation' || tool === 'group');
}

function attributesOf(attrs: unknown, placeOf: () => string, { losses }: ReadJob): readonly AnnotationAttribute[] {
  if (!Array.isArray(attrs) || attrs.length === 0) return NO_ATTRIBUTES;
  return attrs.flatMap((attr: unknown) => {
    if (isRecord(attr) && typeof attr['name'] === 'string' && isAttributeValue(attr['value'])) {
      return [{ name: attr['name'], value: attr['value'] }];
    }
    losses.add('attrs', NO_ATTRIBUTE, placeOf);
    return [];
  });
}
