import type { Annotation, Box, ImageSize, Point } from './annotated-image.js';
import { boxAround, clippedOutline } from './geometry.js';

/** Shares of a picture that count as rounding: labels have six decimals. */
export const TOLERANCE = 1e-6;

/** Whether an annotation, or a part of it, lies wholly outside of its picture. Most are told by their first point. */
export function liesOutside(annotation: Annotation, size: ImageSize): boolean {
  switch (annotation.kind) {
    case 'box':
      return isBoxOutside(annotation, size);
    case 'polygon':
      for (const { outline } of annotation.parts) if (isOutlineOutside(outline, size)) return true;
      return false;
    case 'polyline':
      return isAroundOutside(annotation.points, size);
    case 'keypoints':
      return annotation.box
        ? isBoxOutside(annotation.box, size)
        : isAroundOutside(
            annotation.points.filter(([, , visibility]) => visibility > 0),
            size,
          );
    case 'relation':
    case 'group':
      return false;
  }
}

/** Whether an annotation reaches further beyond the edge of its picture than rounding does. */
export function reachesBeyond(annotation: Annotation, size: ImageSize): boolean {
  switch (annotation.kind) {
    case 'box':
      return isBoxBeyond(annotation, size);
    case 'polygon':
      return annotation.parts.some(({ outline }) => isAroundBeyond(outline, size));
    case 'polyline':
      return isAroundBeyond(annotation.points, size);
    case 'keypoints':
      return (annotation.box !== null && isBoxBeyond(annotation.box, size)) || isAroundBeyond(annotation.points, size);
    case 'relation':
    case 'group':
      return false;
  }
}

function isBoxOutside({ x, y, width, height }: Box, size: ImageSize): boolean {
  return !(x < size.width && y < size.height && x + width > 0 && y + height > 0);
}

function isOutlineOutside(outline: readonly Point[], size: ImageSize): boolean {
  for (const point of outline) {
    if (point[0] >= 0 && point[1] >= 0 && point[0] <= size.width && point[1] <= size.height) return false;
  }
  return clippedOutline(outline, size).length < 3;
}

/** A line or a point has no area, so that an edge it lies on is still in the picture. */
function isAroundOutside(points: readonly (readonly number[])[], size: ImageSize): boolean {
  const around = boxAround(points);
  if (!around) return false;
  const { x, y, width, height } = around;
  return x > size.width || y > size.height || x + width < 0 || y + height < 0;
}

function isAroundBeyond(points: readonly (readonly number[])[], size: ImageSize): boolean {
  const around = boxAround(points);
  return around !== null && isBoxBeyond(around, size);
}

/** Whether a box reaches further beyond the edge than rounding does. */
export function isBoxBeyond({ x, y, width, height }: Box, size: ImageSize): boolean {
  const [slackX, slackY] = [TOLERANCE * size.width, TOLERANCE * size.height];
  return x < -slackX || y < -slackY || x + width > size.width + slackX || y + height > size.height + slackY;
}
