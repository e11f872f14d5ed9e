import type { AnnotatedImage, Box } from 'nest-synapse';
import { findingAt, type QualityLimits, type QualityRule, type Report } from '../quality-rule.js';
import { type AreaAnnotation, areaOf, boundsOf, isArea, overlapOf } from '../shapes.js';

/** The same object annotated twice. */
export function duplicateShapes({ duplicateOverlap }: QualityLimits): QualityRule {
  return {
    name: 'duplicate',
    title: 'Objects annotated twice',
    severity: 'error',
    check: (image, report) =>
      eachPair(image, report, (overlap, one, other) => {
        const isSameArea =
          Math.min(areaOf(one), areaOf(other)) >= duplicateOverlap * Math.max(areaOf(one), areaOf(other));
        if (overlap >= duplicateOverlap && isSameArea) return `covers the same as ${nameOf(other)}`;
        return undefined;
      }),
  };
}

/** Boxes of one class that have so much in common that one of them may be a mistake. */
export function overlappingBoxes({ duplicateOverlap, suspiciousOverlap }: QualityLimits): QualityRule {
  return {
    name: 'overlap',
    title: `Boxes of one class that share ${Math.round(suspiciousOverlap * 100)} % and more`,
    severity: 'warning',
    check: (image, report) =>
      eachPair(image, report, (overlap, one, other) => {
        const isSuspicious = one.kind === 'box' && overlap >= suspiciousOverlap && overlap < duplicateOverlap;
        return isSuspicious ? `shares ${Math.round(overlap * 100)} % with ${nameOf(other)}` : undefined;
      }),
  };
}

interface Seen {
  readonly shape: AreaAnnotation;
  readonly bounds: Box;
}

/** Compares each two shapes of one kind and class, those that cannot meet left out: sorted by their left edges, few have to be looked at. */
function eachPair(
  image: AnnotatedImage,
  report: Report,
  problemOf: (overlap: number, one: AreaAnnotation, other: AreaAnnotation) => string | undefined,
): void {
  const shapes = image.annotations.filter(isArea).flatMap((shape): Seen[] => {
    const bounds = boundsOf(shape);
    return bounds && bounds.width > 0 && bounds.height > 0 ? [{ shape, bounds }] : [];
  });
  shapes.sort((one, other) => one.bounds.x - other.bounds.x);
  for (const [index, one] of shapes.entries()) {
    const right = one.bounds.x + one.bounds.width;
    for (let at = index + 1; at < shapes.length; at++) {
      const other = shapes[at];
      if (other === undefined || other.bounds.x >= right) break;
      if (other.shape.kind !== one.shape.kind || other.shape.label !== one.shape.label) continue;
      const problem = problemOf(overlapOf(one.bounds, other.bounds), one.shape, other.shape);
      if (problem !== undefined) report(findingAt(image, one.shape, problem));
    }
  }
}

function nameOf({ id, label }: AreaAnnotation): string {
  return id === '' ? `another ${label}` : id;
}
