import type { AnnotatedImage } from 'nest-synapse';
import type { Finding, Severity } from './finding.js';

/** From where on something counts as wrong. */
export interface QualityLimits {
  /** Shortest side of a box or outline, in pixels. */
  readonly minSidePx: number;
  /** Two shapes of one class that have at least this much in common are one object twice; 0 to 1. */
  readonly duplicateOverlap: number;
  /** Two boxes of one class that have at least this much in common are worth a look; 0 to 1. */
  readonly suspiciousOverlap: number;
  /** How many times as many annotations as the rarest class the most frequent one may have. */
  readonly maxImbalance: number;
  /** Fewest annotations of a class. */
  readonly minPerClass: number;
}

/** What is asked of a set where nobody asks for anything else. */
export const DEFAULT_LIMITS: QualityLimits = {
  minSidePx: 4,
  duplicateOverlap: 0.95,
  suspiciousOverlap: 0.7,
  maxImbalance: 10,
  minPerClass: 2,
};

/** Takes a finding. */
export type Report = (finding: Finding) => void;

/**
 * One thing that is looked at. A rule is made for one data set and may remember what it has seen of it.
 *
 * A new one is a function that returns this, named in `all-rules.ts`.
 */
export interface QualityRule {
  /** Short name, in snake_case. */
  readonly name: string;
  /** What it finds, as people say it. */
  readonly title: string;
  readonly severity: Severity;
  /** Looks at one picture. */
  check?(image: AnnotatedImage, report: Report): void | Promise<void>;
  /** Looks at the whole, when every picture has been seen. */
  finish?(classNames: readonly string[], report: Report): void;
}

/** A finding about an annotation. */
export function findingAt(
  image: AnnotatedImage,
  { id, label }: { id: string; label: string },
  message: string,
): Finding {
  return { document: image.document, annotation: id || label, message };
}
