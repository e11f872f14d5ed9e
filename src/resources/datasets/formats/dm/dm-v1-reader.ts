import type { Annotation, AnnotationAttribute } from '../../model/annotated-image.js';
import { isRecord } from '../../../../foundation/schema/json-safe.js';
import { type JsonRecord, shortText } from '../../model/json-value.js';
import type { ReadJob } from '../../registry/format-definition.js';
import { ProblemCode } from '../../report/problem-log.js';
import { type KnownFields, loseUnread } from '../../report/unread-fields.js';
import type { DocumentParser } from './dm-folder-reader.js';
import { boxOf, isAttributeValue, keypointsOf, NO_ATTRIBUTE, pointsOf, ValueProblem } from './dm-values.js';

interface Base {
  readonly id: string;
  readonly label: string;
  readonly attributes: readonly AnnotationAttribute[];
}

type Maker = (base: Base, data: unknown, box: unknown) => Annotation | ValueProblem;

const makeBox: Maker = (base, data) => {
  const box = boxOf(data);
  return box instanceof ValueProblem ? box : { kind: 'box', ...base, ...box };
};

/** How the annotations of each tool are read. */
const TOOLS: Readonly<Record<string, Maker>> = {
  boundingBox: makeBox,
  bounding_box: makeBox,
  polygon: (base, data) => {
    const outline = pointsOf(data);
    return outline instanceof ValueProblem ? outline : { kind: 'polygon', ...base, parts: [{ outline, holes: [] }] };
  },
  polyline: (base, data) => {
    const points = pointsOf(data);
    return points instanceof ValueProblem ? points : { kind: 'polyline', ...base, points };
  },
  keypoint: (base, data, boundingBox) => {
    const points = keypointsOf(data);
    if (points instanceof ValueProblem) return points;
    const box = boundingBox ? boxOf(boundingBox) : null;
    return box instanceof ValueProblem ? box : { kind: 'keypoints', ...base, points, box };
  },
};

const LISTS = ['annotations', 'relations', 'annotationGroups', 'annotationsData'];
const ITEM_FIELDS = ['id', 'tool', 'classification', 'isLocked', 'isVisible'];
const NOT_READ = 'this field of DM v1 is not read';
const fieldsOf = (prefix: string, known: readonly string[]): KnownFields => ({
  ...{ known: new Set(known), prefix, reason: NOT_READ },
});
const DOCUMENT_FIELDS = fieldsOf('', [...LISTS, 'extra']);
const EXTRA_FIELDS = fieldsOf('extra.', ['classes']);
const ANNOTATION_FIELDS = fieldsOf('annotation.', [...ITEM_FIELDS, 'data', 'points', 'bounding_box']);
const RELATION_FIELDS = fieldsOf('relation.', [...ITEM_FIELDS, 'annotationId', 'targetAnnotationId']);
const GROUP_FIELDS = fieldsOf('group.', [...ITEM_FIELDS, 'annotationList']);

/** Reads a DM v1 document: annotations, relations and groups in lists by asset; all assets are one picture. */
export const parseDmV1: DocumentParser = (document, file, job) => {
  const { extra } = document;
  if (isRecord(extra) && Array.isArray(extra['classes'])) {
    job.classes.declare(extra['classes'].filter((label) => typeof label === 'string'));
  }
  loseUnread(document, DOCUMENT_FIELDS, job.losses, () => file);
  if (isRecord(extra)) loseUnread(extra, EXTRA_FIELDS, job.losses, () => file);
  const reader = new DocumentReader(file, job);
  const [annotations, relations, groups, frames] = LISTS.map((name) => reader.items(name, document[name]));
  return [
    ...(annotations ?? []).flatMap((item) => reader.annotation(item)),
    ...(relations ?? []).flatMap((item) => reader.relation(item)),
    ...(groups ?? []).flatMap((item) => reader.group(item)),
    ...(frames ?? []).flatMap((item) => reader.frame(item)),
  ];
};

class DocumentReader {
  constructor(
    private readonly file: string,
    private readonly job: ReadJob,
  ) {}

  /** The items of all assets, in the order of the document. */
  items(name: string, byAsset: unknown): readonly unknown[] {
    if (byAsset === undefined || byAsset === null) return [];
    const lists = isRecord(byAsset) ? Object.values(byAsset) : [byAsset];
    if (isRecord(byAsset) && lists.every((list) => list === null || Array.isArray(list))) return lists.flat();
    const message = `'${name}' must hold a list for each asset, not ${shortText(byAsset)}`;
    this.job.problems.add(ProblemCode.Unreadable, { file: this.file }, message);
    return [];
  }

  annotation(item: unknown): Annotation[] {
    if (!isRecord(item)) return this.#bad('', `an annotation must be an object, not ${shortText(item)}`);
    const id = idOf(item);
    const tool = typeof item['tool'] === 'string' ? item['tool'] : '';
    const make = TOOLS[tool];
    if (!make) {
      this.job.losses.add(`tool.${tool}`, 'annotations of this tool are not read', () => `${this.file}#${id}`);
      return [];
    }
    this.#loseUnread(item, ANNOTATION_FIELDS);
    const label = this.#labelOf(item);
    if (!label) return this.#bad(id, `its classification names no class: ${shortText(item['classification'])}`);
    const made = make({ id, ...label }, item['data'] ?? item['points'], item['bounding_box']);
    return made instanceof ValueProblem ? this.#bad(id, made.message) : [made];
  }

  relation(item: unknown): Annotation[] {
    if (!isRecord(item)) return this.#bad('', `a relation must be an object, not ${shortText(item)}`);
    const { annotationId, targetAnnotationId } = item;
    if (typeof annotationId !== 'string' || typeof targetAnnotationId !== 'string')
      return this.#bad(idOf(item), 'a relation has two ids');
    this.#loseUnread(item, RELATION_FIELDS);
    const { label, attributes } = this.#labelOf(item) ?? { label: '', attributes: [] };
    return [{ kind: 'relation', id: idOf(item), label, attributes, from: annotationId, to: targetAnnotationId }];
  }

  group(item: unknown): Annotation[] {
    if (!isRecord(item)) return this.#bad('', `a group must be an object, not ${shortText(item)}`);
    this.#loseUnread(item, GROUP_FIELDS);
    const { label, attributes } = this.#labelOf(item) ?? { label: '', attributes: [] };
    const members = this.#members(item['annotationList'], idOf(item));
    return [{ kind: 'group', id: idOf(item), label, attributes, members }];
  }

  frame(item: unknown): Annotation[] {
    const id = isRecord(item) ? idOf(item) : '';
    this.job.losses.add(
      'annotationsData',
      'frames and sections belong to videos and texts',
      () => `${this.file}#${id}`,
    );
    return [];
  }

  #members(list: unknown, group: string): string[] {
    if (!Array.isArray(list)) return [];
    return list.flatMap((member: unknown) => {
      if (!isRecord(member) || typeof member['annotationId'] !== 'string') return [];
      const children = this.#members(member['children'], group);
      if (children.length > 0)
        this.job.losses.add('group.children', 'the levels of a group become one', () => `${this.file}#${group}`);
      return [member['annotationId'], ...children];
    });
  }

  /** Counts what is said of an item and not read: whether the platform lets people change or see it, and fields of others. */
  #loseUnread(item: JsonRecord, fields: KnownFields): void {
    const placeOf = (): string => `${this.file}#${idOf(item)}`;
    if (item['isLocked'] === true) this.job.losses.add(`${fields.prefix}isLocked`, NOT_READ, placeOf);
    if (item['isVisible'] === false) this.job.losses.add(`${fields.prefix}isVisible`, NOT_READ, placeOf);
    loseUnread(item, fields, this.job.losses, placeOf);
  }

  /** The class is under `class`, else `label`, else the first text there is; everything else are attributes. */
  #labelOf(item: JsonRecord): Pick<Base, 'label' | 'attributes'> | undefined {
    const { classification } = item;
    if (!isRecord(classification)) return undefined;
    const isText = (key: string): boolean => typeof classification[key] === 'string' && classification[key] !== '';
    const key = ['class', 'label', ...Object.keys(classification)].find(isText);
    if (key === undefined) return undefined;
    const attributes = Object.entries(classification).flatMap(([name, value]) => {
      if (name === key || value === null) return [];
      if (isAttributeValue(value)) return [{ name, value }];
      this.job.losses.add(`attributes.${name}`, NO_ATTRIBUTE, () => `${this.file}#${idOf(item)}`);
      return [];
    });
    return { label: String(classification[key]), attributes };
  }

  #bad(annotation: string, message: string): Annotation[] {
    this.job.problems.add(ProblemCode.BadAnnotation, { file: this.file, annotation }, message);
    return [];
  }
}

function idOf({ id }: JsonRecord): string {
  return typeof id === 'string' ? id : '';
}
