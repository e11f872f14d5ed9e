import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { DatasetTargetError } from '../../../foundation/errors/dataset.errors.js';
import { reasonIn, SynapseError } from '../../../foundation/errors/synapse.error.js';
import { ImageHandling, ImagePlacer } from '../io/image-placer.js';
import { REPORT_NAME, StagedTarget } from '../io/staged-target.js';
import type { AnnotatedImage } from '../model/annotated-image.js';
import { ClassOrder } from '../model/class-order.js';
import { LossLog } from '../report/loss-log.js';
import { ProblemLog } from '../report/problem-log.js';
import type { ConversionReport, ConversionResult } from './conversion.js';
import { LeadLists } from '../parallel/pair-lists.js';
import { ReadTurns } from '../parallel/read-turns.js';
import type { ConvertOrder } from './convert-order.js';
import { ImagePump, type PumpCounts } from './image-pump.js';
import { convertInThreads, isShared } from '../parallel/convert-in-threads.js';
import type { DatasetWriter, ReadJob, WriteJob } from './format-definition.js';

/** Others on the event loop wait at most about this long, in milliseconds. */
const TURN_MS = 10;

/** Reads one format and writes another, picture by picture. */
export async function convertStep(step: ConvertOrder): Promise<ConversionResult> {
  const { options } = step;
  const staged = new StagedTarget(step.target, options);
  try {
    const turns = isShared(step) ? new ReadTurns(ReadTurns.share()) : undefined;
    const lists = new LeadLists();
    const shared = {
      classes: new ClassOrder(options.classes, turns && { clock: turns }),
      problems: new ProblemLog(options.onError, turns),
      losses: new LossLog(turns),
      task: options.task,
    };
    const images = new ImagePlacer(options.images);
    const mayLackImages = options.images === ImageHandling.None;
    const reading = { source: resolve(step.source), mayLackImages, isSameFormat: step.from.name === step.to.name };
    const readJob: ReadJob = { ...shared, ...reading, turns, ...(turns && { lists }) };
    const writeJob: WriteJob = { ...shared, folder: staged.folder, images, sourceHolds: step.from.holds };
    const writer = step.to.write(writeJob);
    const work = (): Promise<PumpCounts> => pump(step, readJob, writer);
    const counts = turns
      ? await convertInThreads(step, { turns, lists, job: writeJob, writer, threads: step.threads, pump: work })
      : await work();
    const config = await writer.finish();
    const report = reportOf(step, writeJob, { ...counts, annotations_written: writer.written ?? null });
    writeFileSync(join(staged.folder, REPORT_NAME), `${JSON.stringify(report, null, 2)}\n`);
    options.signal?.throwIfAborted();
    await staged.commit();
    return { ...report, path: staged.target, config_path: config === undefined ? null : join(staged.target, config) };
  } catch (error) {
    staged.discard();
    throw translated(error, staged);
  }
}

async function pump({ from, to, options }: ConvertOrder, job: ReadJob, writer: DatasetWriter): Promise<PumpCounts> {
  const images = new ImagePump(job.problems, writer, to);
  let turnAt = performance.now() + TURN_MS;
  const take = (image: AnnotatedImage): boolean => {
    images.add(image);
    job.turns?.countDone();
    return performance.now() >= turnAt;
  };
  const giveWay = async (): Promise<void> => {
    await turn();
    options.signal?.throwIfAborted();
    options.onProgress?.(job.turns?.done ?? images.counts.images);
    turnAt = performance.now() + TURN_MS;
  };
  const stream = from.read(job);
  if (Symbol.asyncIterator in stream) {
    for await (const image of stream) if (take(image)) await giveWay();
  } else {
    for (const image of stream) if (take(image)) await giveWay();
  }
  options.onProgress?.(job.turns?.done ?? images.counts.images);
  return images.counts;
}

type AllCounts = Pick<ConversionReport, 'images' | 'annotations' | 'annotations_written'>;

function reportOf({ from, to, route }: ConvertOrder, job: WriteJob, counts: AllCounts): ConversionReport {
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

function translated(error: unknown, { folder, target }: StagedTarget): unknown {
  if (SynapseError.is(error)) return error;
  const { code = '', path = '' } = error as NodeJS.ErrnoException;
  const cure = CURES[code];
  if (cure === undefined || (code === 'EACCES' && !path.startsWith(folder))) return error;
  return new DatasetTargetError(target, `${cure} (${reasonIn(error)})`, error);
}
