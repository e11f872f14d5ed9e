import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { DatasetTargetError } from '../../../foundation/errors/dataset.errors.js';
import { SynapseError } from '../../../foundation/errors/synapse.error.js';
import { ImageHandling, ImagePlacer } from '../io/image-placer.js';
import { reasonOf, StagedTarget } from '../io/staged-target.js';
import type { AnnotatedImage, Annotation } from '../model/annotated-image.js';
import { ClassOrder } from '../model/class-order.js';
import { shapeProblem } from '../model/geometry.js';
import { LossLog } from '../report/loss-log.js';
import { ProblemCode, ProblemLog } from '../report/problem-log.js';
import type { ConversionReport, ConversionResult, ConvertOptions } from './conversion.js';
import type { DatasetWriter, FormatDefinition, ReadJob, WriteJob } from './format-definition.js';
import type { ConversionRoute } from './route.js';

/** Others on the event loop wait at most about this long, in milliseconds. */
const TURN_MS = 10;
const REPORT_NAME = 'loss-report.json';

/** What one hop needs. */
export interface ConvertStep {
  readonly source: string;
  readonly target: string;
  readonly from: FormatDefinition & Required<Pick<FormatDefinition, 'read'>>;
  readonly to: FormatDefinition & Required<Pick<FormatDefinition, 'write'>>;
  readonly route: ConversionRoute;
  readonly options: ConvertOptions;
}

/** Reads one format and writes another, picture by picture. */
export async function convertStep(step: ConvertStep): Promise<ConversionResult> {
  const { options } = step;
  const staged = new StagedTarget(step.target, options);
  try {
    const shared = {
      classes: new ClassOrder(options.classes),
      problems: new ProblemLog(options.onError),
      losses: new LossLog(),
      task: options.task,
    };
    const images = new ImagePlacer(options.images);
    const mayLackImages = options.images === ImageHandling.None;
    const readJob: ReadJob = { ...shared, source: resolve(step.source), mayLackImages };
    const writeJob: WriteJob = { ...shared, folder: staged.folder, images };
    const writer = step.to.write(writeJob);
    const counts = await pump(step, readJob, writer);
    const config = await writer.finish();
    const report = reportOf(step, writeJob, { ...counts, annotations_written: writer.written ?? null });
    writeFileSync(join(staged.folder, REPORT_NAME), `${JSON.stringify(report, null, 2)}\n`);
    options.signal?.throwIfAborted();
    staged.commit();
    return { ...report, path: staged.target, config_path: config === undefined ? null : join(staged.target, config) };
  } catch (error) {
    staged.discard();
    throw translated(error, staged.target);
  }
}

interface Counts {
  images: number;
  annotations: number;
}

async function pump({ from, options }: ConvertStep, job: ReadJob, writer: DatasetWriter): Promise<Counts> {
  const counts: Counts = { images: 0, annotations: 0 };
  let turnAt = performance.now() + TURN_MS;
  const take = (image: AnnotatedImage): boolean => {
    const sound = withSoundShapes(image, job.problems);
    writer.add(sound);
    counts.images++;
    counts.annotations += sound.annotations.length;
    return performance.now() >= turnAt;
  };
  const giveWay = async (): Promise<void> => {
    await turn();
    options.signal?.throwIfAborted();
    options.onProgress?.(counts.images);
    turnAt = performance.now() + TURN_MS;
  };
  const stream = from.read(job);
  if (Symbol.asyncIterator in stream) {
    for await (const image of stream) if (take(image)) await giveWay();
  } else {
    for (const image of stream) if (take(image)) await giveWay();
  }
  options.onProgress?.(counts.images);
  return counts;
}

/** The picture less the annotations whose shape cannot be; those are problems. */
function withSoundShapes(image: AnnotatedImage, problems: ProblemLog): AnnotatedImage {
  const isSound = (annotation: Annotation): boolean => {
    const problem = shapeProblem(annotation);
    if (problem === undefined) return true;
    problems.add(ProblemCode.BadShape, { file: image.document, annotation: annotation.id }, problem);
    return false;
  };
  return image.annotations.every(isSoundQuietly) ? image : { ...image, annotations: image.annotations.filter(isSound) };
}

function isSoundQuietly(annotation: Annotation): boolean {
  return shapeProblem(annotation) === undefined;
}

type AllCounts = Pick<ConversionReport, 'images' | 'annotations' | 'annotations_written'>;

function reportOf({ from, to, route }: ConvertStep, job: WriteJob, counts: AllCounts): ConversionReport {
  return {
    source_format: from.name,
    target_format: to.name,
    route: route.steps,
    route_loses: route.loses,
    ...counts,
    classes: job.classes.names(),
    losses: job.losses.list(),
    problems: job.problems.list(),
    copied_instead_of_linked: job.images.copiedInsteadOfLinked,
  };
}

const CURES: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full. Make room, or choose another disk.',
  EDQUOT: 'your share of the disk is used up. Make room, or choose another disk.',
  EACCES: 'it may not be written. Choose a folder that can be.',
  EEXIST: 'two pictures of the source have the same name in one part. Rename one of them.',
  EROFS: 'the disk cannot be written. Choose another.',
};

function translated(error: unknown, target: string): unknown {
  if (SynapseError.is(error)) return error;
  const { code = '', path = '' } = error as NodeJS.ErrnoException;
  const cure = CURES[code];
  if (cure === undefined || (code === 'EACCES' && !path.includes('.partial-'))) return error;
  return new DatasetTargetError(target, `${cure} (${reasonOf(error)})`, error);
}
