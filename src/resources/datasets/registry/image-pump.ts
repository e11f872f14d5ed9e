import type { AnnotatedImage, Annotation } from '../model/annotated-image.js';
import { liesOutside } from '../model/edges.js';
import { shapeProblem } from '../model/geometry.js';
import { pictureWith, problemPlace } from '../report/annotation-place.js';
import { ProblemCode, type ProblemLog } from '../report/problem-log.js';
import type { DatasetWriter, FormatDefinition } from './format-definition.js';

/** How much has been converted. */
export interface PumpCounts {
  readonly images: number;
  /** Annotations with a shape that can be. */
  readonly annotations: number;
}

/** Hands pictures from a reader to a writer, less the annotations whose shape cannot be; those are problems. */
export class ImagePump {
  #images = 0;
  #annotations = 0;

  constructor(
    private readonly problems: ProblemLog,
    private readonly writer: DatasetWriter,
    private readonly format: Pick<FormatDefinition, 'cutsAtEdge'>,
  ) {}

  get counts(): PumpCounts {
    return { images: this.#images, annotations: this.#annotations };
  }

  add(image: AnnotatedImage): void {
    const sound = image.annotations.every(isSound)
      ? image
      : { ...image, annotations: image.annotations.filter((one) => this.#isSound(one, image)) };
    if (!this.format.cutsAtEdge) this.#remarkOutside(sound);
    this.writer.add(sound);
    this.#images++;
    this.#annotations += sound.annotations.length;
  }

  /** What formats keep that cut nothing is lost later on, where nobody looks for it. */
  #remarkOutside(image: AnnotatedImage): void {
    for (const annotation of image.annotations) {
      if (!liesOutside(annotation, image.size)) continue;
      const message = `it lies outside ${pictureWith(image)}, and is kept as it is`;
      this.problems.note(ProblemCode.OutsideImage, problemPlace(image, annotation), message);
    }
  }

  #isSound(annotation: Annotation, image: AnnotatedImage): boolean {
    const problem = shapeProblem(annotation);
    if (problem === undefined) return true;
    this.problems.add(ProblemCode.BadShape, problemPlace(image, annotation), problem);
    return false;
  }
}

function isSound(annotation: Annotation): boolean {
  return shapeProblem(annotation) === undefined;
}
