import { readFileSync } from 'node:fs';
import { DatasetValueError } from '../../../foundation/errors/dataset.errors.js';
import type { ImageSize } from '../model/annotated-image.js';
import { shortText } from '../model/json-value.js';
import { sixDecimals } from '../model/number-text.js';
import { between, listOf, text, value, whole } from './field-kinds.js';
import { FieldReader, type ValuePlace } from './value-reader.js';
import { YOLODatasetConfig } from './yolo-dataset-config.js';

const share = between(0, 1);
const classId = between(0, Number.MAX_SAFE_INTEGER, whole);

/** A box of a YOLO label file: a class and shares of the picture. */
export class YOLOAnnotation {
  readonly class_id: number;
  /** Centre and size, each from 0 to 1. */
  readonly cx: number;
  readonly cy: number;
  readonly w: number;
  readonly h: number;

  /**
   * @param input - Its fields.
   * @throws {@link DatasetValueError} with all that is wrong.
   */
  constructor(input: unknown, place?: ValuePlace) {
    const fields = new FieldReader('YOLOAnnotation', input, place);
    this.class_id = fields.required('class_id', classId, 0);
    this.cx = fields.required('cx', share, 0);
    this.cy = fields.required('cy', share, 0);
    this.w = fields.required('w', share, 0);
    this.h = fields.required('h', share, 0);
    fields.end();
  }

  /** The box of a line; what follows its five fields is passed over. */
  static fromLine(line: string): YOLOAnnotation {
    const [token, cx, cy, w, h] = line.trim().split(/\s+/);
    if (token !== undefined && !/^[+-]?\d+$/.test(token)) {
      throw new DatasetValueError('YOLOAnnotation', [
        { path: 'class_id', kind: 'int_parsing', message: `must be a whole number, not ${shortText(token)}` },
      ]);
    }
    return new YOLOAnnotation({ class_id: token, cx, cy, w, h });
  }

  /**
   * The box of pixels.
   *
   * @param box - x, y, width and height; x and y are the top left corner.
   * @throws {@link DatasetValueError} where its centre or size is not in the picture, or the picture has no area.
   */
  static fromAbsolute(id: number, box: readonly [number, number, number, number], size: ImageSize): YOLOAnnotation {
    const { width, height } = size;
    if (!(width > 0 && height > 0)) {
      const message = `must be a picture with an area, not ${width}x${height}`;
      throw new DatasetValueError('YOLOAnnotation', [{ path: 'size', kind: 'greater_than', message }]);
    }
    const [x, y, w, h] = box;
    return new YOLOAnnotation({
      ...{ class_id: id, cx: (x + w / 2) / width, cy: (y + h / 2) / height },
      ...{ w: w / width, h: h / height },
    });
  }

  /** x, y, width and height in pixels; x and y are the top left corner. */
  toAbsolute({ width, height }: ImageSize): readonly [number, number, number, number] {
    const { cx, cy, w, h } = this;
    return [cx * width - (w * width) / 2, cy * height - (h * height) / 2, w * width, h * height];
  }

  /** Its line, with six decimals. */
  toLine(): string {
    return [this.class_id, ...[this.cx, this.cy, this.w, this.h].map(sixDecimals)].join(' ');
  }
}

/** A picture and its boxes. */
export class YOLOImage {
  readonly image_path: string;
  readonly annotations: readonly YOLOAnnotation[];

  /**
   * @param input - Its fields.
   * @throws {@link DatasetValueError} with all that is wrong.
   */
  constructor(input: unknown, place?: ValuePlace) {
    const fields = new FieldReader('YOLOImage', input, place);
    this.image_path = fields.required('image_path', text, '');
    this.annotations = fields.optional('annotations', listOf(value(YOLOAnnotation)), []);
    fields.end();
  }

  /** A picture with the boxes of a label file; without any where there is no such file. */
  static fromLabelFile(imagePath: string, labelPath: string): YOLOImage {
    const lines = labelText(labelPath).split('\n');
    const annotations = lines.filter((line) => line.trim() !== '').map((line) => YOLOAnnotation.fromLine(line));
    return new YOLOImage({ image_path: imagePath, annotations });
  }

  /** Text of its label file. */
  toLabelText(): string {
    return this.annotations.map((annotation) => annotation.toLine()).join('\n');
  }
}

function labelText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/** A YOLO data set in memory: what describes it, and its pictures by part. */
export class YOLODatasetContents {
  readonly config: YOLODatasetConfig;
  readonly train_images: readonly YOLOImage[];
  readonly val_images: readonly YOLOImage[];
  readonly test_images: readonly YOLOImage[];

  /**
   * @param input - Its fields.
   * @throws {@link DatasetValueError} with all that is wrong.
   */
  constructor(input: unknown, place?: ValuePlace) {
    const fields = new FieldReader('YOLODatasetContents', input, place);
    this.config = fields.required('config', value(YOLODatasetConfig), new YOLODatasetConfig({ nc: 0, names: [] }));
    this.train_images = fields.optional('train_images', listOf(value(YOLOImage)), []);
    this.val_images = fields.optional('val_images', listOf(value(YOLOImage)), []);
    this.test_images = fields.optional('test_images', listOf(value(YOLOImage)), []);
    fields.end();
  }
}
