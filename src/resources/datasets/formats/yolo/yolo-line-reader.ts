import type { FoundImage } from '../../io/image-folder.js';
import {
  type Annotation,
  type Box,
  type ImageSize,
  type Keypoint,
  NO_ATTRIBUTES,
  type Point,
} from '../../model/annotated-image.js';
import { shortText } from '../../model/json-value.js';
import { type ReadJob, YOLOTask } from '../../registry/format-definition.js';
import { ProblemCode } from '../../report/problem-log.js';
import { LabelLineScanner } from './label-line-scanner.js';
import type { YOLOConfig } from './yolo-config.js';

const BOX_NUMBERS = 4;

/** Reads the lines of label files. */
export class YOLOLineReader {
  readonly #task: YOLOTask | undefined;
  readonly #scanner = new LabelLineScanner();
  /** The line that is read, from 1. */
  #line = 0;

  constructor(
    private readonly job: ReadJob,
    private readonly config: YOLOConfig,
  ) {
    this.#task = job.task ?? config.task;
  }

  parse(text: string, file: string, { size }: FoundImage): readonly Annotation[] {
    const annotations: Annotation[] = [];
    this.#line = 0;
    for (let start = 0; start <= text.length;) {
      this.#line++;
      const found = text.indexOf('\n', start);
      const end = found === -1 ? text.length : found;
      const made = this.#lineBetween(text, start, end, size);
      if (typeof made === 'string') this.job.problems.add(ProblemCode.BadAnnotation, { file, line: this.#line }, made);
      else if (made) annotations.push(made);
      start = end + 1;
    }
    return annotations;
  }

  /** The annotation of a line, what is wrong with it, or undefined where it is blank. */
  #lineBetween(text: string, start: number, end: number, size: ImageSize): Annotation | string | undefined {
    const scanner = this.#scanner;
    if (scanner.scan(text, start, end)) return this.#labelled(scanner.classId, scanner.numbers, scanner.count, size);
    const row = text.slice(start, end).trim();
    return row === '' ? undefined : this.#spelt(row.split(/\s+/), size);
  }

  /** The annotation of a line that is no plain one: numbers may be spelt in any way that JavaScript reads. */
  #spelt([token = '', ...fields]: readonly string[], size: ImageSize): Annotation | string {
    if (!/^\d+(\.0+)?$/.test(token))
      return `the number of a class must be a whole number from 0, not ${shortText(token)}`;
    const numbers = Float64Array.from(fields, Number);
    const bad = numbers.findIndex((number) => !Number.isFinite(number));
    if (bad !== -1) return `${shortText(fields[bad])} is no number`;
    return this.#labelled(Number(token), numbers, numbers.length, size);
  }

  #labelled(id: number, numbers: Float64Array, count: number, size: ImageSize): Annotation | string {
    const label = this.config.names[id];
    if (label !== undefined) return this.#shapeOf(label, numbers, count, size);
    return `there is no class ${id}; the data set names ${this.config.names.length}`;
  }

  #shapeOf(label: string, numbers: Float64Array, count: number, size: ImageSize): Annotation | string {
    switch (this.#kindOf(count)) {
      case 'box':
        return this.#box(label, NO_ATTRIBUTES, boxIn(numbers, size));
      case 'scored box':
        return this.#box(label, [{ name: 'score', value: numbers[BOX_NUMBERS] ?? 0 }], boxIn(numbers, size));
      case 'polygon': {
        const outline = pairsIn(numbers, count, size);
        return {
          kind: 'polygon',
          id: '',
          line: this.#line,
          label,
          attributes: NO_ATTRIBUTES,
          parts: [{ outline, holes: [] }],
        };
      }
      case 'pose':
        return this.#pose(label, numbers, count, size);
      case undefined:
        return `a line of ${count} numbers is no ${this.#task ?? 'box, polygon or box with key points'}`;
    }
  }

  /** What a line of so many numbers is. Where no task is known, an even number is a polygon and others are tried as key points. */
  #kindOf(count: number): 'box' | 'scored box' | 'polygon' | 'pose' | undefined {
    if (count === BOX_NUMBERS) return 'box';
    if (this.#task === YOLOTask.Pose) return this.#poseOf(count);
    if (count === BOX_NUMBERS + 1 && this.#task !== YOLOTask.Segment) return 'scored box';
    if (this.#task === YOLOTask.Detect) return undefined;
    if (count >= 6 && count % 2 === 0) return 'polygon';
    return this.#task === undefined ? this.#poseOf(count) : undefined;
  }

  #poseOf(count: number): 'pose' | undefined {
    return count > BOX_NUMBERS && (count - BOX_NUMBERS) % this.config.keypointNumbers === 0 ? 'pose' : undefined;
  }

  #pose(label: string, numbers: Float64Array, count: number, size: ImageSize): Annotation {
    const step = this.config.keypointNumbers;
    const points: Keypoint[] = [];
    for (let at = BOX_NUMBERS; at < count; at += step) {
      const visibility = step === 3 ? Math.trunc(numbers[at + 2] ?? 2) : 2;
      points.push([(numbers[at] ?? 0) * size.width, (numbers[at + 1] ?? 0) * size.height, visibility]);
    }
    const box = boxIn(numbers, size);
    return { kind: 'keypoints', id: '', line: this.#line, label, attributes: NO_ATTRIBUTES, points, box };
  }

  #box(label: string, attributes: Annotation['attributes'], { x, y, width, height }: Box): Annotation {
    return { kind: 'box', id: '', line: this.#line, label, attributes, x, y, width, height };
  }
}

function boxIn(numbers: Float64Array, { width, height }: ImageSize): Box {
  const [cx, cy, w, h] = [numbers[0] ?? 0, numbers[1] ?? 0, numbers[2] ?? 0, numbers[3] ?? 0];
  return { x: (cx - w / 2) * width, y: (cy - h / 2) * height, width: w * width, height: h * height };
}

function pairsIn(numbers: Float64Array, count: number, { width, height }: ImageSize): Point[] {
  const points: Point[] = [];
  for (let at = 0; at < count; at += 2) points.push([(numbers[at] ?? 0) * width, (numbers[at + 1] ?? 0) * height]);
  return points;
}
