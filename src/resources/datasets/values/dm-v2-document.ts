import { byCodePoint } from '../model/class-order.js';
import { DMv2BoundingBox, DMv2Group, DMv2Keypoint, DMv2Polygon, DMv2Polyline, DMv2Relation } from './dm-v2-values.js';
import { listOf, mapOf, text, value } from './field-kinds.js';
import { FieldReader, type ValuePlace } from './value-reader.js';

/** The annotations of one picture, in lists by tool. */
export class DMv2ImageItem {
  readonly bounding_box: readonly DMv2BoundingBox[];
  readonly polygon: readonly DMv2Polygon[];
  readonly polyline: readonly DMv2Polyline[];
  readonly keypoint: readonly DMv2Keypoint[];
  readonly relation: readonly DMv2Relation[];
  readonly group: readonly DMv2Group[];

  /**
   * @param input - Its JSON form; tools that DM v2 does not know are dropped.
   * @throws {@link DatasetValueError} with all that is wrong.
   */
  constructor(input: unknown, place?: ValuePlace) {
    const fields = new FieldReader('DMv2ImageItem', input, place);
    this.bounding_box = fields.optional('bounding_box', listOf(value(DMv2BoundingBox)), []);
    this.polygon = fields.optional('polygon', listOf(value(DMv2Polygon)), []);
    this.polyline = fields.optional('polyline', listOf(value(DMv2Polyline)), []);
    this.keypoint = fields.optional('keypoint', listOf(value(DMv2Keypoint)), []);
    this.relation = fields.optional('relation', listOf(value(DMv2Relation)), []);
    this.group = fields.optional('group', listOf(value(DMv2Group)), []);
    fields.end();
  }
}

/** A document of DM v2: what one JSON file beside a picture holds. */
export class DMv2Document {
  /** Names of the classes by tool, in the order they were declared. */
  readonly classification: Readonly<Record<string, readonly string[]>>;
  readonly images: readonly DMv2ImageItem[];

  /**
   * @param input - Its JSON form. Missing lists are empty; keys that DM v2 does not know are dropped.
   * @throws {@link DatasetValueError} with all that is wrong.
   */
  constructor(input: unknown = {}, place?: ValuePlace) {
    const fields = new FieldReader('DMv2Document', input, place);
    this.classification = fields.optional('classification', mapOf(listOf(text)), {});
    this.images = fields.optional('images', listOf(value(DMv2ImageItem)), []);
    fields.end();
  }

  /** Classes that are declared for a tool, in their order; none where nothing is said of it. */
  getClassNames(tool = 'bounding_box'): readonly string[] {
    return this.classification[tool] ?? [];
  }

  /** Classes of all tools, each once, by code point. */
  getAllClassNames(): readonly string[] {
    return [...new Set(Object.values(this.classification).flat())].sort(byCodePoint);
  }
}
