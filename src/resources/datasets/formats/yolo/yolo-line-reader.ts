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
import type { YOLOConfig } from './yolo-config.js';

const BOX_NUMBERS = 4;

/** Reads the lines of label files. */
export class YOLOLineReader {
  readonly #task: YOLOTask | undefined;

  constructor(
    private readonly job: ReadJob,
    private readonly config: YOLOConfig,
  ) {
    this.#task = job.task ?? config.task;
  }

  parse(text: string, file: string, { size }: FoundImage): readonly Annotation[] {
    const annotations: Annotation[] = [];
    let line = 0;
    for (const row of text.split('\n')) {
      line++;
      const trimmed = row.trim();
      if (trimmed === '') continue;
      const made = this.#annotationIn(trimmed.split(/\s+/), size);
      if (typeof made === 'string') this.job.problems.add(ProblemCode.BadAnnotation, { file, line }, made);
      else annotations.push(made);
    }
    return annotations;
  }

  /** The annotation of a line, or what is wrong with it. */
  #annotationIn([token = '', ...fields]: readonly string[], size: ImageSize): Annotation | string {
    const id = Number(token);
    const label = this.config.names[id];
    if (!/^\d+(\.0+)?$/.test(token))
      return `the number of a class must be a whole number from 0, not ${shortText(token)}`;
    if (label === undefined) return `there is no class ${id}; the data set names ${this.config.names.length}`;
    const numbers = fields.map(Number);
    const bad = numbers.findIndex((number) => !Number.isFinite(number));
    if (bad !== -1) return `${shortText(fields[bad])} is no number`;
    return this.#shapeOf(label, numbers, size);
  }

  #shapeOf(label: string, numbers: readonly number[], size: ImageSize): Annotation | string {
    const base = { id: '', label, attributes: NO_ATTRIBUTES };
    switch (this.#kindOf(numbers.length)) {
      case 'box':
        return { kind: 'box', ...base, ...boxIn(numbers, size) };
      case 'scored box':
        return scoredBox(base, numbers, size);
      case 'polygon':
        return { kind: 'polygon', ...base, parts: [{ outline: pairsIn(numbers, size), holes: [] }] };
      case 'pose':
        return this.#pose(base, numbers, size);
      case undefined:
        return `a line of ${numbers.length} numbers is no ${this.#task ?? 'box, polygon or box with key points'}`;
    }
  }

  /** What a line of so many numbers is. Where no task is known, an even number is a polygon and others are tried as key points. */
  #kindOf(count: number): 'box' | 'scored box' | 'polygon' | 'pose' | undefined {
    if (count === BOX_NUMBERS) return 'box';
    const isPose = count > BOX_NUMBERS && (count - BOX_NUMBERS) % this.config.keypointNumbers === 0;
    if (this.#task === YOLOTask.Pose) return isPose ? 'pose' : undefined;
    if (count === BOX_NUMBERS + 1 && this.#task !== YOLOTask.Segment) return 'scored box';
    if (this.#task === YOLOTask.Detect) return undefined;
    if (count >= 6 && count % 2 === 0) return 'polygon';
    return isPose && this.#task === undefined ? 'pose' : undefined;
  }

  #pose(
    base: Pick<Annotation, 'id' | 'label' | 'attributes'>,
    numbers: readonly number[],
    size: ImageSize,
  ): Annotation {
    const step = this.config.keypointNumbers;
    const points: Keypoint[] = [];
    for (let at = BOX_NUMBERS; at < numbers.length; at += step) {
      const visibility = step === 3 ? Math.trunc(numbers[at + 2] ?? 2) : 2;
      points.push([(numbers[at] ?? 0) * size.width, (numbers[at + 1] ?? 0) * size.height, visibility]);
    }
    return { kind: 'keypoints', ...base, points, box: boxIn(numbers, size) };
  }
}

function scoredBox(base: Pick<Annotation, 'id' | 'label'>, numbers: readonly number[], size: ImageSize): Annotation {
  const attributes = [{ name: 'score', value: numbers[BOX_NUMBERS] ?? 0 }];
  return { kind: 'box', ...base, attributes, ...boxIn(numbers, size) };
}

function boxIn([cx = 0, cy = 0, w = 0, h = 0]: readonly number[], { width, height }: ImageSize): Box {
  return { x: (cx - w / 2) * width, y: (cy - h / 2) * height, width: w * width, height: h * height };
}

function pairsIn(numbers: readonly number[], { width, height }: ImageSize): Point[] {
  const points: Point[] = [];
  for (let at = 0; at < numbers.length; at += 2)
    points.push([(numbers[at] ?? 0) * width, (numbers[at + 1] ?? 0) * height]);
  return points;
}
