import type {
  Annotation,
  AnnotatedImage,
  Box,
  ImageSize,
  Keypoint,
  KeypointsAnnotation,
  Point,
  PolygonAnnotation,
} from '../../model/annotated-image.js';
import { isBoxBeyond, TOLERANCE } from '../../model/edges.js';
import { boxAround, clippedBox, clippedOutline } from '../../model/geometry.js';
import { type WriteJob, YOLOTask } from '../../registry/format-definition.js';
import { pictureWith, placeIn, problemPlace } from '../../report/annotation-place.js';
import { ProblemCode } from '../../report/problem-log.js';
import { addUnknownClass } from '../../report/unknown-class.js';
import { LabelText } from './label-text.js';

/** Lines of one picture, by the task they teach. They hold until those of the next one are asked for. */
export type LinesByTask = Readonly<Record<YOLOTask, LabelText>>;

const TASKS = Object.values(YOLOTask);

/** Makes the lines of pictures, and tells the logs what lines cannot say. */
export class YOLOLineMaker {
  readonly #keypointCounts = new Set<number>();
  readonly #lines: LinesByTask = { detect: new LabelText(), segment: new LabelText(), pose: new LabelText() };

  constructor(private readonly job: WriteJob) {}

  /** How many key points the lines have that were made, each number once. */
  get keypointCounts(): ReadonlySet<number> {
    return this.#keypointCounts;
  }

  /** How many lines there have been, of all tasks. */
  get count(): number {
    return TASKS.reduce((sum, task) => sum + this.#lines[task].lines, 0);
  }

  /** Takes over numbers of key points that lines of another thread have. */
  absorb(keypointCounts: readonly number[]): void {
    for (const count of keypointCounts) this.#keypointCounts.add(count);
  }

  linesOf(image: AnnotatedImage): LinesByTask {
    const lines = this.#lines;
    for (const task of TASKS) lines[task].clear();
    for (const annotation of image.annotations) this.#addTo(lines, annotation, image);
    return lines;
  }

  #addTo(lines: LinesByTask, annotation: Annotation, image: AnnotatedImage): void {
    const placeOf = (): string => placeIn(image, annotation);
    if (annotation.kind === 'polyline' || annotation.kind === 'relation' || annotation.kind === 'group') {
      this.job.losses.add(annotation.kind, 'YOLO has no such annotation', placeOf);
      return;
    }
    const id = this.job.classes.idOf(annotation.label);
    if (id === undefined) return addUnknownClass(this.job.problems, image, annotation);
    if (annotation.id !== '') this.job.losses.add('id', 'YOLO has no ids', placeOf);
    for (const { name } of annotation.attributes)
      this.job.losses.add(`attributes.${name}`, 'YOLO has no attributes', placeOf);
    if (annotation.kind === 'box') this.#addBox(lines, id, annotation, image);
    else if (annotation.kind === 'polygon') this.#addPolygon(lines, id, annotation, image);
    else this.#addKeypoints(lines, id, annotation, image);
  }

  #addBox(lines: LinesByTask, id: number, annotation: Annotation & Box, image: AnnotatedImage): void {
    if (this.job.task && this.job.task !== YOLOTask.Detect) {
      return this.job.losses.add('box', `a data set for ${this.job.task} has no boxes`, () =>
        placeIn(image, annotation),
      );
    }
    const box = this.#boxInside(annotation, annotation, image);
    if (box) addBox(lines.detect, id, box, image.size);
  }

  #addPolygon(lines: LinesByTask, id: number, annotation: PolygonAnnotation, image: AnnotatedImage): void {
    const placeOf = (): string => placeIn(image, annotation);
    if (this.job.task === YOLOTask.Pose) {
      return this.job.losses.add('polygon', 'a data set for pose has no polygons', placeOf);
    }
    if (this.job.task === YOLOTask.Detect) {
      const around = boxAround(annotation.parts.flatMap(({ outline }) => outline));
      const box = around && this.#boxInside(around, annotation, image);
      this.job.losses.add('polygon', 'written as the box around it', placeOf);
      if (box) addBox(lines.detect, id, box, image.size);
      return;
    }
    if (annotation.parts.length > 1) this.job.losses.add('polygon.parts', 'each part is an object of its own', placeOf);
    for (const { outline, holes } of annotation.parts) {
      if (holes.length > 0) this.job.losses.add('polygon.holes', 'YOLO has no holes; they are filled', placeOf);
      const inside = this.#outlineInside(outline, annotation, image);
      if (inside.length >= 3) addPoints(lines.segment, id, inside, image.size);
    }
  }

  #addKeypoints(lines: LinesByTask, id: number, annotation: KeypointsAnnotation, image: AnnotatedImage): void {
    const placeOf = (): string => placeIn(image, annotation);
    const around = annotation.box ?? boxOfKeypoints(annotation.points, image.size);
    if (this.job.task && this.job.task !== YOLOTask.Pose) {
      const isBoxed = this.job.task === YOLOTask.Detect;
      this.job.losses.add(
        'keypoints',
        isBoxed ? 'written as their box' : 'a data set for segment has no key points',
        placeOf,
      );
      const box = isBoxed ? this.#boxInside(around, annotation, image) : null;
      if (box) addBox(lines.detect, id, box, image.size);
      return;
    }
    const box = this.#boxInside(around, annotation, image);
    if (!box) return;
    if (!annotation.box)
      this.job.losses.add('keypoints.box', 'there is none; the one around the points stands in', placeOf);
    this.#keypointCounts.add(annotation.points.length);
    addBox(lines.pose, id, box, image.size);
    for (const point of annotation.points) this.#addKeypoint(lines.pose, point, annotation, image);
  }

  #addKeypoint(line: LabelText, [x, y, visibility]: Keypoint, annotation: Annotation, image: AnnotatedImage): void {
    const { width, height } = image.size;
    const slack = TOLERANCE * Math.max(width, height);
    const isInside = x >= -slack && y >= -slack && x <= width + slack && y <= height + slack;
    if (!isInside) {
      this.job.losses.add('keypoints.outside', 'a key point outside the picture is written as not labelled', () =>
        placeIn(image, annotation),
      );
    }
    line.addShare(isInside ? share(x, width) : 0);
    line.addShare(isInside ? share(y, height) : 0);
    line.addWhole(isInside ? visibility : 0);
  }

  #boxInside(box: Box, annotation: Annotation, image: AnnotatedImage): Box | null {
    if (!isBoxBeyond(box, image.size)) return box;
    const clipped = clippedBox(box, image.size);
    this.#reportOutside(clipped !== null, annotation, image);
    return clipped;
  }

  #outlineInside(outline: readonly Point[], annotation: Annotation, image: AnnotatedImage): readonly Point[] {
    const slack = TOLERANCE * Math.max(image.size.width, image.size.height);
    const { width, height } = image.size;
    if (isWithin(outline, slack, width, height)) return outline;
    const clipped = clippedOutline(outline, image.size);
    this.#reportOutside(clipped.length >= 3, annotation, image);
    return clipped;
  }

  #reportOutside(isPartlyInside: boolean, annotation: Annotation, image: AnnotatedImage): void {
    if (isPartlyInside) {
      this.job.losses.add('outside', 'cut at the edge of the picture', () => placeIn(image, annotation));
      return;
    }
    const place = problemPlace(image, annotation);
    this.job.problems.add(ProblemCode.OutsideImage, place, `it lies outside ${pictureWith(image)}`);
  }
}

/** A line of centre and size as shares of the picture. */
function addBox(line: LabelText, id: number, { x, y, width, height }: Box, size: ImageSize): void {
  line.startLine(id);
  line.addShare((x + width / 2) / size.width);
  line.addShare((y + height / 2) / size.height);
  line.addShare(width / size.width);
  line.addShare(height / size.height);
}

function addPoints(line: LabelText, id: number, points: readonly Point[], { width, height }: ImageSize): void {
  line.startLine(id);
  for (const point of points) {
    line.addShare(share(point[0], width));
    line.addShare(share(point[1], height));
  }
}

/** By index, not by destructuring: outlines have most of the numbers of a data set. */
function isWithin(outline: readonly Point[], slack: number, width: number, height: number): boolean {
  for (const point of outline) {
    if (point[0] < -slack || point[1] < -slack || point[0] > width + slack || point[1] > height + slack) return false;
  }
  return true;
}

/** A share of the picture, with what rounding put beyond its edge taken back. */
function share(value: number, whole: number): number {
  return Math.min(Math.max(value / whole, 0), 1);
}

/** Points that are not labelled say nothing about where the object is. */
function boxOfKeypoints(points: readonly Keypoint[], size: ImageSize): Box {
  const box = boxAround(points.filter(([, , visibility]) => visibility > 0));
  return box && box.width > 0 && box.height > 0 ? box : { x: 0, y: 0, width: size.width, height: size.height };
}
