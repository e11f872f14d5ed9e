import type { AnnotatedImage, Point, ShapeAnnotation } from 'nest-synapse';
import { findingAt, type QualityLimits, type QualityRule } from '../quality-rule.js';
import { areaOf, boundsOf, crossesItself, isArea, isShape, pointsOf } from '../shapes.js';

/** A point may lie so far outside: coordinates are rounded. */
const ROUNDING_PX = 0.51;

/** Shapes that leave their picture. */
export function outOfImage(): QualityRule {
  return {
    name: 'out_of_image',
    title: 'Shapes that leave the picture',
    severity: 'error',
    check(image, report) {
      const { width, height } = image.size;
      if (width <= 0 || height <= 0) return; // the picture is not there, which is another rule's business
      for (const shape of image.annotations.filter(isShape)) {
        const outside = pointsOf(shape).find((point) => !isInside(point, width, height));
        if (outside)
          report(findingAt(image, shape, `has the point ${pointText(outside)} outside of ${width} x ${height}`));
      }
    },
  };
}

/** Boxes and outlines without an area, and outlines that cross themselves. */
export function degenerateShapes(): QualityRule {
  return {
    name: 'degenerate',
    title: 'Shapes that enclose nothing, or cross themselves',
    severity: 'error',
    check(image, report) {
      for (const shape of image.annotations.filter(isShape)) {
        const problem = problemOf(shape);
        if (problem !== undefined) report(findingAt(image, shape, problem));
      }
    },
  };
}

/** Shapes too small to be seen, often left by a slip of the mouse. */
export function tinyShapes({ minSidePx }: QualityLimits): QualityRule {
  return {
    name: 'tiny',
    title: `Shapes with a side under ${minSidePx} pixels`,
    severity: 'warning',
    check(image, report) {
      for (const shape of image.annotations.filter(isArea)) {
        const bounds = boundsOf(shape);
        const isTiny = bounds !== undefined && areaOf(shape) > 0 && Math.min(bounds.width, bounds.height) < minSidePx;
        if (isTiny) report(findingAt(image, shape, `is only ${sizeText(bounds)} pixels large`));
      }
    },
  };
}

/** Key points that lie outside of the box of their object. */
export function strayKeypoints(): QualityRule {
  return {
    name: 'stray_keypoint',
    title: 'Key points outside of their box',
    severity: 'error',
    check(image, report) {
      for (const shape of image.annotations) {
        if (shape.kind !== 'keypoints' || shape.box === null) continue;
        const { x, y, width, height } = shape.box;
        const stray = pointsOf(shape).find(([px, py]) => !isInside([px - x, py - y], width, height));
        if (stray) report(findingAt(image, shape, `has the key point ${pointText(stray)} outside of its box`));
      }
    },
  };
}

/** Pictures that nobody annotated. What somebody annotated with nothing is an answer. */
export function unlabelledPictures(): QualityRule {
  return {
    name: 'unlabelled',
    title: 'Pictures that nobody annotated',
    severity: 'warning',
    check(image: AnnotatedImage, report) {
      if (image.isLabelled) return;
      report({ document: image.document, annotation: '', message: `${image.fileName} has no annotations` });
    },
  };
}

function problemOf(shape: ShapeAnnotation): string | undefined {
  if (shape.kind === 'box') {
    return shape.width > 0 && shape.height > 0 ? undefined : `has no area: ${shape.width} x ${shape.height}`;
  }
  if (shape.kind !== 'polygon') return undefined;
  for (const { outline } of shape.parts) {
    if (new Set(outline.map(String)).size < 3) return `has an outline of ${outline.length} points, and needs three`;
    if (crossesItself(outline)) return 'has an outline that crosses itself';
  }
  return areaOf(shape) > 0 ? undefined : 'has an outline without an area';
}

function isInside([x, y]: Point, width: number, height: number): boolean {
  return x >= -ROUNDING_PX && y >= -ROUNDING_PX && x <= width + ROUNDING_PX && y <= height + ROUNDING_PX;
}

function pointText([x, y]: Point): string {
  return `(${Math.round(x * 10) / 10}, ${Math.round(y * 10) / 10})`;
}

function sizeText({ width, height }: { width: number; height: number }): string {
  return `${Math.round(width * 10) / 10} x ${Math.round(height * 10) / 10}`;
}
