import type { Box, ImageSize, Keypoint, Point } from '../model/annotated-image.js';
import { TOLERANCE } from '../model/edges.js';
import { boxAround } from '../model/geometry.js';
import { LossLog } from '../report/loss-log.js';

/** Where a shape is. */
export interface ShapePlace {
  readonly file: string;
  /** Absent or empty where it has no id. */
  readonly id: unknown;
  readonly size: ImageSize;
}

/**
 * Counts shapes that the original writes as they are, where a conversion of today cuts or refuses them. It only counts: the labels stay those of the
 * original.
 */
export class OddShapes {
  readonly losses = new LossLog();

  box(box: Box, place: ShapePlace): void {
    const { width, height } = box;
    if (width < 0 || height < 0) this.#add('box.inverted', 'a negative width or height is written as it is', place);
    else if (width === 0 || height === 0) this.#add('box.no_area', 'it is written as it is', place);
    this.#outside(box, place);
  }

  polygon(points: readonly Point[], place: ShapePlace): void {
    if (points.length === 0) return; // it has no line
    if (points.length < 3) this.#add('polygon.points', 'fewer than three are written as they are', place);
    const around = boxAround(points);
    if (around) this.#outside(around, place);
  }

  keypoints(points: readonly Keypoint[], box: Box | undefined, place: ShapePlace): void {
    if (box) this.box(box, place);
    for (const [x, y] of points) {
      if (!isInside({ x, y, width: 0, height: 0 }, place.size)) {
        this.#add('keypoints.outside', 'a key point outside the picture is written as it is', place);
      }
    }
  }

  #outside(box: Box, place: ShapePlace): void {
    if (!isInside(box, place.size)) this.#add('outside', 'what lies outside the picture is written as it is', place);
  }

  #add(field: string, reason: string, { file, id }: ShapePlace): void {
    const isNamed = (typeof id === 'string' || typeof id === 'number') && id !== '';
    this.losses.add(field, reason, () => (isNamed ? `${file}#${id}` : file));
  }
}

/** Whether all of a box lies in the picture, whichever way it is drawn, but for what six decimals round. */
function isInside({ x, y, width, height }: Box, size: ImageSize): boolean {
  const [slackX, slackY] = [TOLERANCE * size.width, TOLERANCE * size.height];
  const isAcross = Math.min(x, x + width) >= -slackX && Math.max(x, x + width) <= size.width + slackX;
  return isAcross && Math.min(y, y + height) >= -slackY && Math.max(y, y + height) <= size.height + slackY;
}
