import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import {
  DatasetNotFoundError,
  DatasetPackageMissingError,
  DatasetTargetError,
} from '../../../foundation/errors/dataset.errors.js';
import { reasonOf } from '../io/staged-target.js';
import type { AnnotatedImage } from '../model/annotated-image.js';
import { ClassOrder } from '../model/class-order.js';
import { readableFormat } from '../inspect/open-dataset.js';
import type { DatasetFormatRegistry } from '../registry/dataset-format-registry.js';
import { LossLog } from '../report/loss-log.js';
import { OnError, ProblemLog } from '../report/problem-log.js';
import { annotationSvg } from './annotation-svg.js';

/** What is drawn, and where to. */
export interface PreviewOptions {
  /** Place of the picture in the data set, from 0. @defaultValue 0 */
  readonly index?: number;
  /** File to write; an ending of `.jpg` or `.webp` chooses that kind, everything else is PNG. */
  readonly out: string;
  /** Format of the data set. @defaultValue what its files look like */
  readonly from?: string;
  /** The formats that are known. @defaultValue those of this package */
  readonly registry?: DatasetFormatRegistry;
}

/** What was drawn. */
export interface DatasetPreview {
  readonly path: string;
  /** The picture's document or file, below the data set. */
  readonly document: string;
  readonly annotations: number;
}

/** Draws the annotations of one picture onto it. It needs the package `sharp`. */
export async function previewDataset(path: string, options: PreviewOptions): Promise<DatasetPreview> {
  const format = readableFormat(path, options);
  const classes = new ClassOrder();
  const image = await imageAt(format, resolve(path), classes, options.index ?? 0);
  if (image.file === null) throw new DatasetNotFoundError(path, `the picture of ${image.document} is not there`);
  const labels = [...image.annotations.map(({ label }) => label)];
  classes.declare(labels);
  const svg = Buffer.from(annotationSvg(image, classes.preliminaryNames()));
  const { default: sharp } = await loadSharp();
  const out = resolve(options.out);
  const staged = join(dirname(out), `.partial-${process.pid}-${basename(out)}`);
  try {
    mkdirSync(dirname(out), { recursive: true });
    const drawing = sharp(image.file).composite([{ input: svg }]);
    await (/\.(jpe?g|webp)$/i.test(out) ? drawing : drawing.png()).toFile(staged);
    renameSync(staged, out);
  } catch (error) {
    rmSync(staged, { force: true });
    throw new DatasetTargetError(out, `${reasonOf(error)}.`, error);
  }
  return { path: out, document: image.document, annotations: image.annotations.length };
}

async function imageAt(
  format: ReturnType<typeof readableFormat>,
  source: string,
  classes: ClassOrder,
  index: number,
): Promise<AnnotatedImage> {
  const job = { source, classes, problems: new ProblemLog(OnError.Skip), losses: new LossLog() };
  let count = 0;
  for await (const image of format.read(job)) if (count++ === index) return image;
  throw new DatasetNotFoundError(source, `there is no picture ${index}; it has ${count}, counted from 0`);
}

/** The package is loaded when somebody wants a drawing; nothing else needs it. */
async function loadSharp(): Promise<typeof import('sharp')> {
  try {
    return await import('sharp');
  } catch (error) {
    throw new DatasetPackageMissingError('Drawing annotations onto a picture', 'sharp', error);
  }
}
