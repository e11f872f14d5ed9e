import { isRecord } from '../../../../foundation/schema/json-safe.js';
import type { KeypointNames } from '../../model/class-order.js';
import { type JsonRecord, shortText } from '../../model/json-value.js';
import type { ReadJob } from '../../registry/format-definition.js';
import { ProblemCode } from '../../report/problem-log.js';
import { loseUnread } from '../../report/unread-fields.js';
import { NOT_READ } from './not-read.js';

const CATEGORY_FIELDS = {
  known: new Set(['id', 'name', 'keypoints', 'skeleton', 'supercategory']),
  prefix: 'categories.',
  reason: NOT_READ,
};

/** The categories of a COCO file. */
export class COCOCategories {
  readonly labels = new Map<unknown, string>();

  constructor(
    private readonly job: ReadJob,
    /** The file as messages name it. */
    private readonly document: string,
  ) {}

  add(item: unknown): void {
    const { id, name, keypoints, skeleton, supercategory }: JsonRecord = isRecord(item) ? item : {};
    if (typeof name !== 'string' || name.trim() === '') {
      return this.job.problems.add(
        ProblemCode.BadAnnotation,
        { file: this.document },
        `a category needs id and name: ${shortText(item)}`,
      );
    }
    const placeOf = (): string => `${this.document}#${name}`;
    loseUnread(item as JsonRecord, CATEGORY_FIELDS, this.job.losses, placeOf);
    this.labels.set(id, name);
    const { classes } = this.job;
    if (Array.isArray(keypoints)) classes.keypoints.set(name, keypointNames(keypoints, skeleton));
    const above = typeof supercategory === 'string' ? supercategory : '';
    if (this.job.isSameFormat) return this.#keep(name, id, above);
    this.#lose(name, above, placeOf);
  }

  #lose(name: string, supercategory: string, placeOf: () => string): void {
    const { isSameFormat, losses } = this.job;
    if (isSameFormat === false) losses.add('categories.id', 'only COCO has numbers of its own for categories', placeOf);
    if (!['', 'none', name].includes(supercategory))
      losses.add('categories.supercategory', 'categories have no categories of their own', placeOf);
  }

  #keep(name: string, id: unknown, supercategory: string): void {
    const { classes, losses } = this.job;
    const known = classes.own.get(name);
    const isKept = known ? known.id === id : this.#isFree(name, id);
    if (!known) classes.own.set(name, { ...(isKept && { id: id as number }), supercategory });
    if (isKept) return;
    const reason = classes.isPinned
      ? 'the classes were given with their numbers'
      : 'it is no whole number of one class';
    losses.add('categories.id', reason, () => `${this.document}#${name}`);
  }

  #isFree(name: string, id: unknown): boolean {
    const { classes } = this.job;
    if (classes.isPinned) return Number(classes.idOf(name)) + 1 === id;
    return Number.isSafeInteger(id) && [...classes.own.values()].every((other) => other.id !== id);
  }
}

function keypointNames(names: readonly unknown[], skeleton: unknown): KeypointNames {
  const isPair = (line: unknown): line is number[] => Array.isArray(line) && line.every(Number.isInteger);
  return { names: names.map(String), skeleton: Array.isArray(skeleton) ? skeleton.filter(isPair) : [] };
}
