import { resolve } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { DatasetFormatError } from '../../../foundation/errors/dataset.errors.js';
import type { AnnotatedImage } from '../model/annotated-image.js';
import { ClassOrder } from '../model/class-order.js';
import { DatasetFormatRegistry } from '../registry/dataset-format-registry.js';
import type { FormatDefinition, YOLOTask } from '../registry/format-definition.js';
import { type Loss, LossLog } from '../report/loss-log.js';
import { OnError, type ProblemGroup, ProblemLog } from '../report/problem-log.js';

/** How a data set is opened. */
export interface OpenDatasetOptions {
  /** Format of the data set. @defaultValue what its files look like */
  readonly from?: string;
  /** What the lines of a YOLO data set are. @defaultValue what its dataset.yaml says, else what each line looks like */
  readonly task?: YOLOTask;
  /** Whether the first problem ends the reading, or all are counted and what is wrong is left out. @defaultValue `fail` */
  readonly onError?: OnError;
  /** The formats that are known. @defaultValue those of this package */
  readonly registry?: DatasetFormatRegistry;
  /** Ends the reading. */
  readonly signal?: AbortSignal;
}

/** A data set that is read picture by picture. */
export interface OpenDataset {
  /** Its absolute path. */
  readonly path: string;
  readonly format: string;
  /** The pictures in a fixed order; memory does not grow with their number. To be asked for once. */
  readonly images: AsyncIterable<AnnotatedImage>;
  /** Classes in the order of their numbers; all of them when the last picture has been read. */
  classNames(): readonly string[];
  /** What was wrong so far. */
  problems(): readonly ProblemGroup[];
  /** What the files have and this package does not read. */
  notRead(): readonly Loss[];
}

/** Pictures after which others get their turn. */
const TURN_IMAGES = 64;

/**
 * Opens a data set of any format that can be read.
 *
 * @throws {@link DatasetNotFoundError} where there is nothing; {@link DatasetFormatError} where its format is unknown; while its pictures are read,
 * {@link DatasetInvalidError} for what breaks its format, unless `onError` is `skip`.
 */
export function openDataset(path: string, options: OpenDatasetOptions = {}): OpenDataset {
  const format = readableFormat(path, options);
  const source = resolve(path);
  const [classes, problems, losses] = [
    new ClassOrder(),
    new ProblemLog(options.onError ?? OnError.Fail),
    new LossLog(),
  ];
  const pictures = format.read({ source, classes, problems, losses, task: options.task });
  return {
    path: source,
    format: format.name,
    images: imagesOf(pictures, classes, options.signal),
    classNames: () => classes.names(),
    problems: () => problems.list(),
    notRead: () => losses.list(),
  };
}

/** The format of a data set, if it is one that can be read. */
export function readableFormat(path: string, options: Pick<OpenDatasetOptions, 'from' | 'registry'>): ReadableFormat {
  const registry = options.registry ?? new DatasetFormatRegistry();
  const format = options.from === undefined ? registry.recognise(path) : registry.get(options.from);
  if (format.read) return format as ReadableFormat;
  throw new DatasetFormatError(`Data sets of format '${format.name}' cannot be read.`, registry.names);
}

type ReadableFormat = FormatDefinition & Required<Pick<FormatDefinition, 'read'>>;

async function* imagesOf(
  pictures: Iterable<AnnotatedImage> | AsyncIterable<AnnotatedImage>,
  classes: ClassOrder,
  signal: AbortSignal | undefined,
): AsyncGenerator<AnnotatedImage> {
  let count = 0;
  for await (const image of pictures) {
    for (const { kind, label } of image.annotations) if (kind !== 'relation' && kind !== 'group') classes.idOf(label);
    yield image;
    if (++count % TURN_IMAGES !== 0) continue;
    await turn();
    signal?.throwIfAborted();
  }
}
