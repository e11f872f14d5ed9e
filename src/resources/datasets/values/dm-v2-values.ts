import { DMAttribute } from './dm-attribute.js';
import { exactly, id, listOf, number, text, value } from './field-kinds.js';
import { FieldReader, type Read, type ValuePlace } from './value-reader.js';

/** Fields that every annotation of DM v2 has. `JSON.stringify` writes the platform's form. */
export abstract class DMv2AnnotationBase {
  /** Letters, digits, `_` and `-`. */
  readonly id: string;
  /** Name of its class. */
  readonly classification: string;
  readonly attrs: readonly DMAttribute[];

  protected constructor(fields: FieldReader) {
    this.id = fields.required('id', id, '');
    this.classification = fields.required('classification', text, '');
    this.attrs = fields.optional('attrs', listOf(value(DMAttribute)), []);
  }
}

const pair = exactly(2, number);

/** Reads the base and `data`; fields that DM v2 does not know are dropped. */
function read<T>(
  model: string,
  data: Read<T>,
  [input, place]: readonly [unknown, ValuePlace?],
): [FieldReader, () => T] {
  const fields = new FieldReader(model, input, place);
  const take = (): T => {
    const found = fields.required('data', data, undefined as T);
    fields.end();
    return found;
  };
  return [fields, take];
}

/** An upright rectangle. */
export class DMv2BoundingBox extends DMv2AnnotationBase {
  /** x, y, width and height in pixels; x and y are the top left corner. */
  readonly data: readonly number[];

  constructor(...input: readonly [unknown, ValuePlace?]) {
    const [fields, take] = read('DMv2BoundingBox', exactly(4, number), input);
    super(fields);
    this.data = take();
  }
}

/** A closed outline. */
export class DMv2Polygon extends DMv2AnnotationBase {
  /** Pairs of x and y in pixels. */
  readonly data: readonly (readonly number[])[];

  constructor(...input: readonly [unknown, ValuePlace?]) {
    const [fields, take] = read('DMv2Polygon', listOf(pair), input);
    super(fields);
    this.data = take();
  }
}

/** An open line. */
export class DMv2Polyline extends DMv2AnnotationBase {
  /** Pairs of x and y in pixels. */
  readonly data: readonly (readonly number[])[];

  constructor(...input: readonly [unknown, ValuePlace?]) {
    const [fields, take] = read('DMv2Polyline', listOf(pair), input);
    super(fields);
    this.data = take();
  }
}

/**
 * One key point. Converters write lists of `[x, y, visibility]` with a box instead; those are read by `DatasetFormatRegistry`, and are
 * refused here.
 */
export class DMv2Keypoint extends DMv2AnnotationBase {
  /** x and y in pixels. */
  readonly data: readonly number[];

  constructor(...input: readonly [unknown, ValuePlace?]) {
    const [fields, take] = read('DMv2Keypoint', pair, input);
    super(fields);
    this.data = take();
  }
}

/** How two annotations belong together. */
export class DMv2Relation extends DMv2AnnotationBase {
  /** Ids of the two. */
  readonly data: readonly string[];

  constructor(...input: readonly [unknown, ValuePlace?]) {
    const [fields, take] = read('DMv2Relation', exactly(2, text), input);
    super(fields);
    this.data = take();
  }
}

/** Annotations that belong together. */
export class DMv2Group extends DMv2AnnotationBase {
  /** Their ids. */
  readonly data: readonly string[];

  constructor(...input: readonly [unknown, ValuePlace?]) {
    const [fields, take] = read('DMv2Group', listOf(text), input);
    super(fields);
    this.data = take();
  }
}
