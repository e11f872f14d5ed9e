import type { AnnotatedImage } from '../model/annotated-image.js';
import type { ClassOrder } from '../model/class-order.js';
import type { ImagePlacer } from '../io/image-placer.js';
import type { PairLists } from '../parallel/pair-lists.js';
import type { ReadTurns } from '../parallel/read-turns.js';
import type { LossLog } from '../report/loss-log.js';
import type { ProblemLog } from '../report/problem-log.js';

/** What a format can hold. A route says by these what its target cannot. */
export const DatasetFeature = {
  Boxes: 'boxes',
  Polygons: 'polygons',
  PolygonHoles: 'polygon holes',
  PolygonParts: 'polygon parts',
  Keypoints: 'keypoints',
  Polylines: 'polylines',
  Relations: 'relations',
  Groups: 'groups',
  Attributes: 'attributes',
  AnnotationIds: 'annotation ids',
  ClassOrder: 'class order',
} as const;
export type DatasetFeature = (typeof DatasetFeature)[keyof typeof DatasetFeature];

/** What a YOLO data set teaches: boxes, outlines or key points; a data set has one. */
export const YOLOTask = { Detect: 'detect', Segment: 'segment', Pose: 'pose' } as const;
export type YOLOTask = (typeof YOLOTask)[keyof typeof YOLOTask];

/** What a reader is handed. */
export interface ReadJob {
  /** Absolute path of the folder or file. */
  readonly source: string;
  readonly classes: ClassOrder;
  readonly problems: ProblemLog;
  readonly losses: LossLog;
  /** What the lines of a YOLO data set are. @defaultValue what its dataset.yaml says, else what each line looks like */
  readonly task?: YOLOTask;
  /** Whether pictures may be missing where their annotations say how large they are. @defaultValue false */
  readonly mayLackImages?: boolean;
  /**
   * Whether the target is of the same format: then what no other format holds is read as well, and otherwise it is counted as lost.
   *
   * @defaultValue neither, as nothing is converted
   */
  readonly isSameFormat?: boolean;
  /** Which documents this reader is to read where several threads share the work. @defaultValue all */
  readonly turns?: ReadTurns;
  /** Where names are listed where several threads share the work. @defaultValue here */
  readonly lists?: PairLists;
}

/** What a writer is handed. */
export interface WriteJob {
  /** Absolute path of the folder to write into; it is moved to its place after `finish`. */
  readonly folder: string;
  readonly classes: ClassOrder;
  readonly problems: ProblemLog;
  readonly losses: LossLog;
  readonly images: ImagePlacer;
  /** What the format of the source can hold. @defaultValue it is not known */
  readonly sourceHolds?: readonly DatasetFeature[];
  /** The one task to write. @defaultValue a set for each task that the source has shapes of */
  readonly task?: YOLOTask;
}

/** Takes pictures one after the other. */
export interface DatasetWriter {
  /** How many annotations it has written, as its format counts them. */
  readonly written?: number;
  /** What it knows besides the files that it has written, as JSON; for the writer that ends the work of several threads. */
  state?(): unknown;
  /** Takes over what writers of other threads knew. */
  absorb?(states: readonly unknown[]): void;
  add(image: AnnotatedImage): void;
  /** Writes what only the end knows; resolves to the file that describes the data set, below its folder, where there is one. */
  finish(): string | undefined | Promise<string | undefined>;
}

/** The pictures of a data set, one at a time. */
export type ImageStream = Iterable<AnnotatedImage> | AsyncIterable<AnnotatedImage>;

/**
 * A format: the one thing to write for a new one. Register it with `DatasetFormatRegistry.register`, and it converts from
 * and to every other format, is inspected, previewed, and known to the command line.
 */
export interface FormatDefinition {
  /** The word it is asked for by, e.g. `coco`. */
  readonly name: string;
  /** What people call it. */
  readonly title: string;
  readonly holds: readonly DatasetFeature[];
  /** Whether the folder or file at this path is one of it. It reads as little as it can. */
  recognises?(path: string): boolean;
  /** Reads the pictures in a fixed order, with memory that does not grow with their number. */
  read?(job: ReadJob): ImageStream;
  /**
   * Whether its writer cuts shapes at the edge of the picture and reports those that lie outside. @defaultValue false: they are kept as they
   * are, and the report has a remark
   */
  readonly cutsAtEdge?: boolean;
  /** Starts to write. */
  write?(job: WriteJob): DatasetWriter;
}
