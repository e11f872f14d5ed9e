import { DatasetInvalidError } from '../../../foundation/errors/dataset.errors.js';
import type { Box, ImageSize, Keypoint, Point } from '../model/annotated-image.js';
import { byCodePoint } from '../model/class-order.js';
import { isRecord } from '../../../foundation/schema/json-safe.js';
import type { JsonRecord } from '../model/json-value.js';
import type { OddShapes, ShapePlace } from './odd-shapes.js';
import {
  boxLine,
  type ClassNumbers,
  keypointLine,
  type OriginalLabel,
  OriginalValues,
  polygonLine,
} from './original-values.js';

/** Version of the DM format. */
export const DMVersion = { V1: 'v1', V2: 'v2' } as const;
export type DMVersion = (typeof DMVersion)[keyof typeof DMVersion];

/** What the original makes of a DM document of one version. */
export interface OriginalDocuments {
  /** Adds the classes that the document has. */
  collect(document: JsonRecord, file: string, labels: Set<OriginalLabel>): void;
  /** The lines of the document's label file. */
  lines(document: JsonRecord, file: string, context: LineContext): string[];
}

/** What lines depend on. */
export interface LineContext {
  readonly size: ImageSize;
  readonly numbers: ClassNumbers;
  /** Told of each shape that gets a line. */
  readonly odd?: OddShapes;
}

const TOOLS = ['bounding_box', 'polygon', 'keypoint'] as const;

const V2: OriginalDocuments = {
  collect(document, file, labels) {
    const values = new OriginalValues({ file });
    for (const image of values.items(document['images'], 'images')) {
      for (const tool of TOOLS) {
        for (const item of values.items(values.record(image)[tool], tool)) addLabel(values.record(item), file, labels);
      }
    }
  },
  lines(document, file, context) {
    const values = new OriginalValues({ file });
    const [image] = values.items(document['images'], 'images');
    if (image === undefined) return [];
    return TOOLS.flatMap((tool) =>
      values
        .items(values.record(image)[tool], tool)
        .flatMap((item) => lineV2(tool, values.record(item), file, context)),
    );
  },
};

function addLabel({ id, classification }: JsonRecord, file: string, labels: Set<OriginalLabel>): void {
  if (classification === undefined) return;
  if (typeof classification === 'string' || typeof classification === 'number') labels.add(classification);
  else
    throw new DatasetInvalidError(
      { file, annotation: String(id) },
      `its classification must be a text, not ${JSON.stringify(classification)}`,
    );
}

function lineV2(tool: (typeof TOOLS)[number], item: JsonRecord, file: string, context: LineContext): string[] {
  const id = context.numbers.get(item['classification'] as OriginalLabel);
  if (id === undefined) return [];
  const values = new OriginalValues({ file, annotation: String(item['id']) });
  const line = new ShapeLine(id, context, { file, id: item['id'], size: context.size });
  if (tool === 'bounding_box') return line.ofBox(values.boxList(item['data']));
  if (tool === 'polygon') return line.ofPolygon(values.points(item['data']));
  const box = item['bounding_box'] === undefined ? undefined : values.box(item['bounding_box']);
  return line.ofKeypoints(values.keypoints(item['data']), box);
}

/** The line of one annotation, if it has one. */
class ShapeLine {
  constructor(
    private readonly id: number,
    private readonly context: LineContext,
    private readonly place: ShapePlace,
  ) {}

  ofBox(box: Box): string[] {
    this.context.odd?.box(box, this.place);
    return [boxLine(this.id, box, this.context.size)];
  }

  ofPolygon(points: readonly Point[]): string[] {
    this.context.odd?.polygon(points, this.place);
    const line = polygonLine(this.id, points, this.context.size);
    return line === undefined ? [] : [line];
  }

  ofKeypoints(points: readonly Keypoint[], box: Box | undefined): string[] {
    this.context.odd?.keypoints(points, box, this.place);
    return [keypointLine(this.id, points, box, this.context.size)];
  }
}

const V1: OriginalDocuments = {
  collect(document, file, labels) {
    for (const item of itemsV1(document, file)) {
      const { classification } = item;
      if (!isRecord(classification)) continue;
      for (const value of Object.values(classification)) if (typeof value === 'string') labels.add(value);
    }
  },
  lines(document, file, context) {
    return itemsV1(document, file).flatMap((item) => lineV1(item, file, context));
  },
};

function itemsV1(document: JsonRecord, file: string): readonly JsonRecord[] {
  const values = new OriginalValues({ file });
  const { annotations } = document;
  if (!isRecord(annotations)) return [];
  return Object.values(annotations).flatMap((items) =>
    values.items(items, 'annotations').map((item) => values.record(item)),
  );
}

function lineV1(item: JsonRecord, file: string, context: LineContext): string[] {
  const id = context.numbers.get(labelV1(item['classification']) as OriginalLabel);
  const data = item['data'] || item['points'];
  if (id === undefined || !data) return [];
  const values = new OriginalValues({ file, annotation: String(item['id']) });
  const line = new ShapeLine(id, context, { file, id: item['id'], size: context.size });
  switch (item['tool']) {
    case 'boundingBox':
    case 'bounding_box':
      return line.ofBox(values.box(data));
    case 'polygon':
      return line.ofPolygon(values.points(data));
    case 'keypoint':
      return line.ofKeypoints(
        values.keypoints(data),
        item['bounding_box'] ? values.box(item['bounding_box']) : undefined,
      );
    default:
      return [];
  }
}

function labelV1(classification: unknown): unknown {
  if (!isRecord(classification)) return undefined;
  return (
    classification['class'] ||
    classification['label'] ||
    Object.values(classification).find((value) => typeof value === 'string')
  );
}

/** What the original makes of documents of this version. */
export function originalDocuments(version: DMVersion): OriginalDocuments {
  return version === DMVersion.V1 ? V1 : V2;
}

/** Classes in the original's order: texts by code point, numbers by size. Of both it can make no order. */
export function originalOrder(labels: ReadonlySet<OriginalLabel>, file: string): readonly OriginalLabel[] {
  const all = [...labels];
  const texts = all.filter((label) => typeof label === 'string');
  if (texts.length === all.length) return texts.sort(byCodePoint);
  if (texts.length > 0)
    throw new DatasetInvalidError({ file }, 'some classes are texts and some are numbers, which have no common order');
  return all.sort((left, right) => Number(left) - Number(right));
}
