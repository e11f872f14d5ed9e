import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileNamesIn, isFile, isFolder, stemOf } from '../../io/file-names.js';
import { IMAGE_ENDINGS, ImageFolder } from '../../io/image-folder.js';
import type { AnnotatedImage, Annotation } from '../../model/annotated-image.js';
import { isRecord, type JsonRecord } from '../../model/json-value.js';
import type { ReadJob } from '../../registry/format-definition.js';
import { ProblemCode } from '../../report/problem-log.js';
import { type DatasetPart, requiredDmParts } from './dm-layout.js';

/** Makes the annotations of one document; the classes that it names are declared in the job. */
export type DocumentParser = (document: JsonRecord, file: string, job: ReadJob) => Annotation[];

/** The pictures of a DM data set, document by document, then those that nobody annotated. */
export function* readDmFolder(job: ReadJob, parse: DocumentParser): Generator<AnnotatedImage> {
  for (const part of requiredDmParts(job.source)) yield* readPart(job, part, parse);
}

function* readPart(job: ReadJob, { split, folder }: DatasetPart, parse: DocumentParser): Generator<AnnotatedImage> {
  const images = new ImageFolder(join(folder, 'original_files'), job.source, job.problems);
  const documents = join(folder, 'json');
  const below = relative(job.source, documents);
  for (const name of fileNamesIn(documents, ['.json'])) {
    const document = `${below}/${name}`;
    const stem = stemOf(name);
    const content = readDocument(`${documents}/${name}`, document, job);
    const found = content && images.find(stem, document);
    if (content && found) {
      yield { ...found, split, stem, document, isLabelled: true, annotations: parse(content, document, job) };
    }
  }
  yield* unlabelled(job, { split, folder }, images);
}

/** Pictures without a document: nobody has said what is on them. */
function* unlabelled(job: ReadJob, { split, folder }: DatasetPart, images: ImageFolder): Generator<AnnotatedImage> {
  if (!isFolder(images.folder)) return;
  for (const name of fileNamesIn(images.folder, IMAGE_ENDINGS)) {
    const stem = stemOf(name);
    const document = relative(job.source, `${images.folder}/${name}`);
    if (images.nameOf(stem) !== name) {
      job.problems.add(
        ProblemCode.DuplicateStem,
        { file: document },
        `'${images.nameOf(stem)}' has the same name but for its ending`,
      );
    } else if (!isFile(`${folder}/json/${stem}.json`)) {
      const found = images.read(name, document);
      if (found) yield { ...found, split, stem, document, isLabelled: false, annotations: [] };
    }
  }
}

function readDocument(path: string, document: string, job: ReadJob): JsonRecord | undefined {
  try {
    const text = readFileSync(path, 'utf8');
    const value: unknown = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
    if (isRecord(value)) return value;
    job.problems.add(ProblemCode.Unreadable, { file: document }, 'it is not a JSON object');
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    job.problems.add(ProblemCode.Unreadable, { file: document }, `it is not JSON: ${error.message}`, error);
  }
  return undefined;
}
