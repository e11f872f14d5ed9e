import type { AnnotatedImage, Annotation } from '../model/annotated-image.js';
import { problemPlace } from './annotation-place.js';
import { ProblemCode, type ProblemLog } from './problem-log.js';

/** Tells the log of an annotation whose class is not among those that were given. */
export function addUnknownClass(problems: ProblemLog, image: AnnotatedImage, annotation: Annotation): void {
  const message = `'${annotation.label}' is not among the classes that were given`;
  problems.add(ProblemCode.UnknownClass, problemPlace(image, annotation), message);
}
