import type { AnnotatedImage, Annotation } from '../model/annotated-image.js';
import { shapeProblem } from '../model/geometry.js';
import { ProblemCode, type ProblemLog } from '../report/problem-log.js';
import type { DatasetWriter } from './format-definition.js';

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
  ) {}

  get counts(): PumpCounts {
    return { images: this.#images, annotations: this.#annotations };
  }

  add(image: AnnotatedImage): void {
    const sound = image.annotations.every(isSound)
      ? image
      : { ...image, annotations: image.annotations.filter((one) => this.#isSound(one, image)) };
    this.writer.add(sound);
    this.#images++;
    this.#annotations += sound.annotations.length;
  }

  #isSound(annotation: Annotation, { document }: AnnotatedImage): boolean {
    const problem = shapeProblem(annotation);
    if (problem === undefined) return true;
    this.problems.add(ProblemCode.BadShape, { file: document, annotation: annotation.id }, problem);
    return false;
  }
}

function isSound(annotation: Annotation): boolean {
  return shapeProblem(annotation) === undefined;
}
