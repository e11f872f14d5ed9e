import { existsSync, realpathSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import {
  DatasetInvalidError,
  DatasetNotFoundError,
  DatasetPackageMissingError,
  DatasetTargetError,
} from '../../../foundation/errors/dataset.errors.js';
import { UsageError } from '../../../foundation/errors/run.errors.js';
import { reasonIn } from '../../../foundation/errors/synapse.error.js';
import { writeAtomically } from '../../files/places/write-atomically.js';
import { isFolder } from '../io/file-names.js';
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
  /** File to write; its ending chooses the kind: `.png`, `.jpg`, `.jpeg` or `.webp`. */
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

/** Kinds of pictures that are drawn, by their endings. */
const KINDS: Readonly<Record<string, 'png' | 'jpeg' | 'webp'>> = {
  ...{ '.png': 'png', '.jpg': 'jpeg', '.jpeg': 'jpeg', '.webp': 'webp' },
};

/**
 * Draws the annotations of one picture onto it. It needs the package `sharp`.
 *
 * @throws {@link UsageError} for a file of another kind; {@link DatasetInvalidError} where the picture is damaged; {@link DatasetTargetError}.
 */
export async function previewDataset(path: string, options: PreviewOptions): Promise<DatasetPreview> {
  const out = resolve(options.out);
  const kind = KINDS[extname(out).toLowerCase()];
  if (kind === undefined) {
    throw new UsageError(
      `A picture is drawn to a file that ends in ${Object.keys(KINDS).join(', ')}, not to '${options.out}'.`,
    );
  }
  const format = readableFormat(path, options);
  const classes = new ClassOrder();
  const image = await imageAt(format, resolve(path), classes, options.index ?? 0);
  if (image.file === null) throw new DatasetNotFoundError(path, `the picture of ${image.document} is not there`);
  refuseToDrawOver(out, image.file);
  const labels = [...image.annotations.map(({ label }) => label)];
  classes.declare(labels);
  const svg = Buffer.from(annotationSvg(image, classes.preliminaryNames()));
  const { default: sharp } = await loadSharp();
  const drawing = sharp(image.file)
    .composite([{ input: svg }])
    .toFormat(kind);
  const drawn = await drawing.toBuffer().catch((error: unknown) => {
    const problem = `its picture cannot be read: ${reasonIn(error).split('\n')[0] ?? ''}`;
    throw new DatasetInvalidError({ file: image.document }, problem, error);
  });
  await writeAtomically(out, (unfinished) => writeFile(unfinished, drawn)).catch((error: unknown) => {
    throw new DatasetTargetError(
      out,
      `${isFolder(out) ? 'a folder is there' : reasonIn(error)}. Choose another file.`,
      error,
    );
  });
  return { path: out, document: image.document, annotations: image.annotations.length };
}

/** A drawing must not take the place of a picture of the data set. */
function refuseToDrawOver(out: string, picture: string): void {
  if (!existsSync(out) || realpathSync(dirname(out)) !== realpathSync(dirname(picture))) return;
  throw new DatasetTargetError(out, 'it is among the pictures of the data set. Choose another file.');
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
  throw new UsageError(`There is no picture ${index} in ${source}: it has ${count}, counted from 0.`);
}

/** The package is loaded when somebody wants a drawing; nothing else needs it. */
async function loadSharp(): Promise<typeof import('sharp')> {
  try {
    return await import('sharp');
  } catch (error) {
    throw new DatasetPackageMissingError('Drawing annotations onto a picture', 'sharp', error);
  }
}
