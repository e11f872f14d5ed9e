import { resolve } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { AnnotatedImage, Annotation, AnnotationKind } from '../model/annotated-image.js';
import { ClassOrder } from '../model/class-order.js';
import { liesOutside, reachesBeyond } from '../model/edges.js';
import { shapeProblem } from '../model/geometry.js';
import type { DatasetFormatRegistry } from '../registry/dataset-format-registry.js';
import { pictureWith, problemPlace } from '../report/annotation-place.js';
import { type Loss, LossLog } from '../report/loss-log.js';
import { OnError, ProblemCode, type ProblemGroup, ProblemLog } from '../report/problem-log.js';
import { ImageEndReader } from './image-end.js';
import { readableFormat } from './open-dataset.js';

const TURN_IMAGES = 64;

/** How a data set is looked into. */
export interface InspectOptions {
  /** Format of the data set. @defaultValue what its files look like */
  readonly from?: string;
  /** The formats that are known. @defaultValue those of this package */
  readonly registry?: DatasetFormatRegistry;
  /** Ends the work. */
  readonly signal?: AbortSignal;
}

/** Counts of a part of a data set. */
export interface SplitCounts {
  /** Null where the data set has no parts. */
  readonly split: string | null;
  readonly images: number;
  /** Pictures that nobody annotated. */
  readonly unlabelled: number;
  /** Pictures that somebody annotated with nothing. */
  readonly empty: number;
  readonly annotations: number;
}

/** Counts of a class. */
export interface ClassCounts {
  readonly name: string;
  /** How many annotations each part has; a data set without parts has one, the empty name. */
  readonly by_split: Readonly<Record<string, number>>;
  readonly annotations: number;
}

/** What is in a data set. */
export interface DatasetInspection {
  readonly path: string;
  readonly format: string;
  readonly splits: readonly SplitCounts[];
  /** In the order of their numbers. */
  readonly classes: readonly ClassCounts[];
  readonly kinds: Readonly<Partial<Record<AnnotationKind, number>>>;
  readonly problems: readonly ProblemGroup[];
  /** What the files have and this package does not read. */
  readonly not_read: readonly Loss[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Reads a data set through and counts: pictures and annotations by class and part, and everything that is wrong with it. */
export async function inspectDataset(path: string, options: InspectOptions = {}): Promise<DatasetInspection> {
  const format = readableFormat(path, options);
  const [classes, problems, losses] = [new ClassOrder(), new ProblemLog(OnError.Skip), new LossLog()];
  const tally = new Tally(classes, problems);
  let images = 0;
  for await (const image of format.read({ source: resolve(path), classes, problems, losses, mayLackImages: true })) {
    tally.add(image);
    if (++images % TURN_IMAGES !== 0) continue;
    await turn();
    options.signal?.throwIfAborted();
  }
  return {
    path: resolve(path),
    format: format.name,
    ...tally.counts(),
    problems: problems.list(),
    not_read: losses.list(),
  };
}

class Tally {
  readonly #splits = new Map<string | null, Mutable<SplitCounts>>();
  readonly #labels = new Map<string, Map<string, number>>();
  readonly #ends = new ImageEndReader();
  readonly #kinds = new Map<AnnotationKind, number>();

  constructor(
    private readonly classes: ClassOrder,
    private readonly problems: ProblemLog,
  ) {}

  add(image: AnnotatedImage): void {
    const counts = this.#splitOf(image.split);
    counts.images++;
    counts.annotations += image.annotations.length;
    if (!image.isLabelled) counts.unlabelled++;
    else if (image.annotations.length === 0) counts.empty++;
    this.#lookAtPicture(image);
    for (const annotation of image.annotations) {
      this.#kinds.set(annotation.kind, (this.#kinds.get(annotation.kind) ?? 0) + 1);
      if (annotation.kind !== 'relation' && annotation.kind !== 'group')
        this.#count(annotation.label, image.split ?? '');
      this.#lookAtShape(annotation, image);
    }
  }

  counts(): Pick<DatasetInspection, 'splits' | 'classes' | 'kinds'> {
    const classes = this.classes.names().map((name) => {
      const bySplit = this.#labels.get(name) ?? new Map<string, number>();
      const annotations = [...bySplit.values()].reduce((sum, count) => sum + count, 0);
      return { name, by_split: Object.fromEntries(bySplit), annotations };
    });
    return { splits: [...this.#splits.values()], classes, kinds: Object.fromEntries(this.#kinds) };
  }

  #lookAtShape(annotation: Annotation, image: AnnotatedImage): void {
    const problem = shapeProblem(annotation);
    const add = (code: ProblemCode, text: string): void =>
      this.problems.add(code, problemPlace(image, annotation), text);
    if (problem !== undefined) return add(ProblemCode.BadShape, problem);
    if (!reachesBeyond(annotation, image.size)) return;
    if (liesOutside(annotation, image.size)) add(ProblemCode.OutsideImage, `it lies outside ${pictureWith(image)}`);
    else add(ProblemCode.BeyondEdge, `it reaches beyond the edge of ${pictureWith(image)}`);
  }

  /** Readers look at the first bytes of pictures only. */
  #lookAtPicture({ file, fileName, document }: AnnotatedImage): void {
    if (file === null) {
      return this.problems.add(ProblemCode.NoImage, { file: document }, `there is no picture '${fileName}' beside it`);
    }
    if (!this.#ends.isCutOff(file)) return;
    const message = `its picture '${fileName}' is cut off: the mark at the end of the file is missing`;
    this.problems.add(ProblemCode.NotAnImage, { file: document }, message);
  }

  #count(label: string, split: string): void {
    this.classes.idOf(label);
    let bySplit = this.#labels.get(label);
    if (!bySplit) this.#labels.set(label, (bySplit = new Map()));
    bySplit.set(split, (bySplit.get(split) ?? 0) + 1);
  }

  #splitOf(split: string | null): Mutable<SplitCounts> {
    let counts = this.#splits.get(split);
    if (!counts) this.#splits.set(split, (counts = { split, images: 0, unlabelled: 0, empty: 0, annotations: 0 }));
    return counts;
  }
}
