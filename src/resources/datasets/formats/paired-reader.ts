import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { DatasetPart } from '../io/dataset-parts.js';
import { isFile, isFolder, listedNames, stemOf } from '../io/file-names.js';
import { type FoundImage, ImageFolder } from '../io/image-folder.js';
import { NameList } from '../io/name-list.js';
import type { AnnotatedImage, Annotation } from '../model/annotated-image.js';
import type { ReadJob } from '../registry/format-definition.js';
import { ProblemCode } from '../report/problem-log.js';

/** A part of a data set in which every picture has a document of the same name. */
export interface PairedPart extends DatasetPart {
  /** Absolute path of the folder of the documents. */
  readonly documents: string;
  /** Absolute path of the folder of the pictures. */
  readonly images: string;
}

/** How the documents of a format are read. */
export interface DocumentFormat {
  /** Ending of the documents, e.g. `.json`. */
  readonly ending: string;
  /** The annotations in a document; undefined where it cannot be read, which the log was told. */
  parse(text: string, document: string, image: FoundImage): readonly Annotation[] | undefined;
}

/** The pictures of a part, document by document, then those without one: nobody has said what is on them. */
export function* readPaired(job: ReadJob, part: PairedPart, format: DocumentFormat): Generator<AnnotatedImage> {
  const images = new ImageFolder(part.images, job.source, job.problems);
  const below = relative(job.source, part.documents);
  const names = new NameList(isFolder(part.documents) ? listedNames(part.documents, [format.ending]) : []);
  for (let place = 0; place < names.length; place++) {
    const name = names.at(place);
    if (job.turns && !job.turns.take()) {
      images.take(stemOf(name));
      continue;
    }
    const document = below === '' ? name : `${below}/${name}`;
    const stem = stemOf(name);
    const found = images.find(stem, document);
    if (!found) continue;
    const annotations = format.parse(readText(`${part.documents}/${name}`), document, found);
    if (annotations) yield { ...found, split: part.split, stem, document, isLabelled: true, annotations };
  }
  yield* unlabelled(job, part, { images, ending: format.ending });
}

function* unlabelled(
  job: ReadJob,
  { split, documents }: PairedPart,
  { images, ending }: { readonly images: ImageFolder; readonly ending: string },
): Generator<AnnotatedImage> {
  let before = '';
  for (const name of images.left()) {
    const stem = stemOf(name);
    const document = relative(job.source, `${images.folder}/${name}`);
    const isLabelled = isFile(`${documents}/${stem}${ending}`);
    const isSecond = isLabelled || stem === before;
    before = stem;
    if (job.turns && !job.turns.take()) continue;
    if (isSecond) {
      const message = 'another picture has the same name but for its ending, so this one has no labels of its own';
      job.problems.add(ProblemCode.DuplicateStem, { file: document }, message);
    } else {
      const found = images.read(name, document);
      if (found) yield { ...found, split, stem, document, isLabelled: false, annotations: [] };
    }
  }
}

function readText(path: string): string {
  const text = readFileSync(path, 'utf8');
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}
