import type { Annotation, AnnotationAttribute } from '../../model/annotated-image.js';
import { isRecord } from '../../../../foundation/schema/json-safe.js';
import { type JsonRecord, shortText } from '../../model/json-value.js';
import type { ReadJob } from '../../registry/format-definition.js';
import { ProblemCode } from '../../report/problem-log.js';
import type { DocumentParser } from './dm-folder-reader.js';
import { boxOf, isAttributeValue, keypointsOf, pointsOf, ValueProblem } from './dm-values.js';

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

/** Reads a DM v1 document: annotations, relations and groups in lists by asset; all assets are one picture. */
export const parseDmV1: DocumentParser = (document, file, job) => {
  const { extra } = document;
  if (isRecord(extra) && Array.isArray(extra['classes'])) {
    job.classes.declare(extra['classes'].filter((label) => typeof label === 'string'));
  }
  const reader = new DocumentReader(file, job);
  return [
    ...itemsOf(document['annotations']).flatMap((item) => reader.annotation(item)),
    ...itemsOf(document['relations']).flatMap((item) => reader.relation(item)),
    ...itemsOf(document['annotationGroups']).flatMap((item) => reader.group(item)),
    ...itemsOf(document['annotationsData']).flatMap((item) => reader.frame(item)),
  ];
};

/** The items of all assets, in the order of the document. */
function itemsOf(byAsset: unknown): readonly unknown[] {
  return isRecord(byAsset)
    ? Object.values(byAsset).flatMap((items) => (Array.isArray(items) ? (items as unknown[]) : []))
    : [];
}

class DocumentReader {
  constructor(
    private readonly file: string,
    private readonly job: ReadJob,
  ) {}

  annotation(item: unknown): Annotation[] {
    if (!isRecord(item)) return this.#bad('', `an annotation must be an object, not ${shortText(item)}`);
    const id = idOf(item);
    const tool = typeof item['tool'] === 'string' ? item['tool'] : '';
    const make = TOOLS[tool];
    if (!make) {
      this.job.losses.add(`tool.${tool}`, 'annotations of this tool are not read', () => `${this.file}#${id}`);
      return [];
    }
    const label = labelOf(item['classification']);
    if (!label) return this.#bad(id, `its classification names no class: ${shortText(item['classification'])}`);
    const made = make({ id, ...label }, item['data'] ?? item['points'], item['bounding_box']);
    return made instanceof ValueProblem ? this.#bad(id, made.message) : [made];
  }

  relation(item: unknown): Annotation[] {
    if (!isRecord(item)) return this.#bad('', `a relation must be an object, not ${shortText(item)}`);
    const { annotationId, targetAnnotationId } = item;
    if (typeof annotationId !== 'string' || typeof targetAnnotationId !== 'string')
      return this.#bad(idOf(item), 'a relation has two ids');
    const { label, attributes } = labelOf(item['classification']) ?? { label: '', attributes: [] };
    return [{ kind: 'relation', id: idOf(item), label, attributes, from: annotationId, to: targetAnnotationId }];
  }

  group(item: unknown): Annotation[] {
    if (!isRecord(item)) return this.#bad('', `a group must be an object, not ${shortText(item)}`);
    const { label, attributes } = labelOf(item['classification']) ?? { label: '', attributes: [] };
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

  #bad(annotation: string, message: string): Annotation[] {
    this.job.problems.add(ProblemCode.BadAnnotation, { file: this.file, annotation }, message);
    return [];
  }
}

function idOf({ id }: JsonRecord): string {
  return typeof id === 'string' ? id : '';
}

/** The class is under `class`, else `label`, else the first text there is; everything else are attributes. */
function labelOf(classification: unknown): Pick<Base, 'label' | 'attributes'> | undefined {
  if (!isRecord(classification)) return undefined;
  const isText = (key: string): boolean => typeof classification[key] === 'string' && classification[key] !== '';
  const key = ['class', 'label', ...Object.keys(classification)].find(isText);
  if (key === undefined) return undefined;
  const attributes = Object.entries(classification).flatMap(([name, value]) =>
    name !== key && isAttributeValue(value) ? [{ name, value }] : [],
  );
  return { label: String(classification[key]), attributes };
}
