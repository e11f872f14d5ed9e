import { basename, relative } from 'node:path';
import type { AnnotatedImage, Annotation } from '../../model/annotated-image.js';
import type { ReadJob } from '../../registry/format-definition.js';
import { ProblemCode } from '../../report/problem-log.js';
import { AnnotationPieces } from './annotation-pieces.js';
import { COCOAnnotations } from './coco-annotations.js';
import { type COCOFile, cocoFiles, unreadableIn } from './coco-layout.js';
import { COCOPictures } from './coco-pictures.js';
import { COCOSurvey, parsedJson } from './coco-survey.js';
import { PlainAnnotationParser } from './plain-annotation.js';

/**
 * The pictures of a COCO data set. Each file is gone through once for its pictures and categories and for where annotations lie, and then
 * picture by picture: the names of the pictures and 16 bytes for each annotation are kept, the annotations themselves are not.
 */
export function* readCOCO(job: ReadJob): Generator<AnnotatedImage> {
  const files = cocoFiles(job.source);
  for (const { path, problem } of unreadableIn(job.source))
    job.problems.add(ProblemCode.Unreadable, { file: relative(job.source, path) }, `it ${problem}`);
  const owners = files.length > 1 ? new Map<string, string>() : undefined;
  for (const file of files) {
    const isOnlyOne = files.every((other) => other === file || other.split !== file.split);
    yield* new COCOFileReader(job, { ...file, isOnlyOne }, owners).images();
  }
}

class COCOFileReader {
  readonly #document: string;
  readonly #survey: COCOSurvey;
  readonly #pictures: COCOPictures;
  readonly #plain = new PlainAnnotationParser();
  readonly #annotations: COCOAnnotations;

  constructor(
    job: ReadJob,
    private readonly file: COCOFile & { readonly isOnlyOne: boolean },
    owners: Map<string, string> | undefined,
  ) {
    this.#document = relative(job.source, file.path) || basename(file.path);
    this.#survey = new COCOSurvey(job, file.path, this.#document, file.isOnlyOne);
    this.#pictures = new COCOPictures(job, file, this.#document, owners);
    this.#annotations = new COCOAnnotations(job, this.#survey.labels);
  }

  *images(): Generator<AnnotatedImage> {
    this.#survey.run();
    const pieces = new AnnotationPieces(this.file.path, this.#survey.index);
    try {
      for (let number = 0; number < this.#survey.count; number++) {
        const image = this.#survey.imageAt(number);
        const found = this.#pictures.isFirst(image.name) ? this.#pictures.locate(image) : undefined;
        if (!found) continue;
        yield {
          ...found,
          split: this.file.split,
          ...this.#pictures.uniqueName(image.name),
          document: this.#document,
          ...(image.ownId !== undefined && { ownId: image.ownId }),
          isLabelled: true,
          annotations: this.#annotationsOf(number, pieces),
        };
      }
    } finally {
      pieces.close();
    }
  }

  #annotationsOf(image: number, pieces: AnnotationPieces): readonly Annotation[] {
    const { index } = this.#survey;
    const [first, behind] = index.placesOf(image);
    const annotations: Annotation[] = [];
    for (let place = first; place < behind; place++) {
      const { bytes, from } = pieces.read(place);
      const to = from + index.lengthOf(index.numberAt(place));
      const plain = this.#plain.parse(bytes, from, to);
      const made = plain
        ? this.#annotations.ofKnown(plain, this.#document)
        : this.#annotations.of(parsedJson(bytes.toString('utf8', from, to), this.#document), this.#document);
      for (const annotation of made) annotations.push(annotation);
    }
    return annotations;
  }
}
