import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { DatasetPart } from '../io/dataset-parts.js';
import { stemOf } from '../io/file-names.js';
import { type FoundImage, ImageFolder } from '../io/image-folder.js';
import { PairedNames } from '../io/paired-names.js';
import { fileProblem } from '../io/plain-file.js';
import { readFailure } from '../io/read-failure.js';
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
  const list = (): PairedNames => PairedNames.listed(part, format.ending);
  const names = job.lists ? job.lists.pairsOf(list) : list();
  const images = new ImageFolder(part.images, job.source, job.problems);
  const below = relative(job.source, part.documents);
  for (let place = 0; place < names.documents.length; place++) {
    if (job.turns && !job.turns.take()) continue;
    const name = names.documents.at(place);
    const document = below === '' ? name : `${below}/${name}`;
    const stem = stemOf(name);
    const picture = names.pictureOf(place);
    const found = pictureOf(job, images, { name: picture, special: names.special, stem, document });
    if (!found) continue;
    const at = { path: `${part.documents}/${name}`, document, isSpecial: names.special.has(name) };
    const text = readText(job, at);
    const annotations = text === undefined ? undefined : format.parse(text, document, found);
    if (annotations) yield { ...found, split: part.split, stem, document, isLabelled: true, annotations };
  }
  yield* unlabelled(job, part.split, names, images);
}

interface Wanted {
  readonly name: string | undefined;
  /** Names that are no plain files. */
  readonly special: ReadonlySet<string>;
  readonly stem: string;
  readonly document: string;
}

function pictureOf(
  { problems }: ReadJob,
  images: ImageFolder,
  { name, special, stem, document }: Wanted,
): FoundImage | undefined {
  if (name !== undefined) return images.read(name, document, special.has(name));
  problems.add(ProblemCode.NoImage, { file: document }, `there is no picture named '${stem}' in ${images.folder}`);
  return undefined;
}

function* unlabelled(
  job: ReadJob,
  split: string | null,
  names: PairedNames,
  images: ImageFolder,
): Generator<AnnotatedImage> {
  for (const place of names.left()) {
    if (job.turns && !job.turns.take()) continue;
    const { name, isSecond } = names.leftAt(place);
    const document = relative(job.source, `${images.folder}/${name}`);
    if (isSecond) {
      const message = 'another picture has the same name but for its ending, so this one has no labels of its own';
      job.problems.add(ProblemCode.DuplicateStem, { file: document }, message);
    } else {
      const found = images.read(name, document, names.special.has(name));
      if (found) yield { ...found, split, stem: stemOf(name), document, isLabelled: false, annotations: [] };
    }
  }
}

interface TextPlace {
  readonly path: string;
  readonly document: string;
  /** Whether the name is that of a link, a pipe or the like. */
  readonly isSpecial: boolean;
}

/** The text of a document; undefined where it cannot be read, which the log was told. */
function readText({ problems }: ReadJob, { path, document, isSpecial }: TextPlace): string | undefined {
  const problem = isSpecial ? fileProblem(path) : undefined;
  if (problem !== undefined) {
    problems.add(ProblemCode.Unreadable, { file: document }, `it ${problem}`);
    return undefined;
  }
  try {
    const text = readFileSync(path, 'utf8');
    return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  } catch (error) {
    problems.add(ProblemCode.Unreadable, { file: document }, `it ${readFailure(error)}`, error);
    return undefined;
  }
}
