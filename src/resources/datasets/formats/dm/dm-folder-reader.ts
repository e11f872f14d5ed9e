import { join } from 'node:path';
import type { AnnotatedImage, Annotation } from '../../model/annotated-image.js';
import { isRecord } from '../../../../foundation/schema/json-safe.js';
import type { JsonRecord } from '../../model/json-value.js';
import type { ReadJob } from '../../registry/format-definition.js';
import { ProblemCode } from '../../report/problem-log.js';
import { readPaired } from '../paired-reader.js';
import { versionProblem } from './dm-version.js';
import { withJoinedParts } from './object-parts.js';
import { requiredDmParts } from './dm-layout.js';

/** Makes the annotations of one document; the classes that it names are declared in the job. */
export type DocumentParser = (document: JsonRecord, file: string, job: ReadJob) => Annotation[];

/** The pictures of a DM data set of either version. */
export function* readDmFolder(job: ReadJob, version: 'v1' | 'v2', parse: DocumentParser): Generator<AnnotatedImage> {
  const format = {
    ending: '.json',
    parse: (text: string, file: string) => {
      const document = documentIn(text, file, version, job);
      return document && withJoinedParts(parse(document, file, job));
    },
  };
  for (const { split, folder } of requiredDmParts(job.source)) {
    const part = { split, folder, documents: join(folder, 'json'), images: join(folder, 'original_files') };
    yield* readPaired(job, part, format);
  }
}

function documentIn(text: string, file: string, version: 'v1' | 'v2', job: ReadJob): JsonRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const problem = isRecord(value) ? versionProblem(value, version) : 'it is not a JSON object';
    if (isRecord(value) && problem === undefined) return value;
    job.problems.add(ProblemCode.Unreadable, { file }, problem ?? '');
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    job.problems.add(ProblemCode.Unreadable, { file }, `it is not JSON: ${error.message}`, error);
  }
  return undefined;
}
