import type { WriteJob } from '../../registry/format-definition.js';

/** The ids of categories: those of the source where it is COCO, else their numbers from 1. */
export class CategoryIds {
  readonly #ids = new Map<string, number>();
  readonly #used = new Set<number>();

  constructor(private readonly job: WriteJob) {}

  /** @param number - The preliminary number of the class. */
  of(label: string, number: number): number {
    const { classes } = this.job;
    if (classes.isPinned || classes.own.size === 0) return number + 1;
    return this.#ids.get(label) ?? this.#add(label);
  }

  #add(label: string): number {
    const own = this.job.classes.own.get(label)?.id;
    const isKept = own !== undefined && !this.#used.has(own);
    // A file that was read later may have the number that a class without one was given.
    if (own !== undefined && !isKept)
      this.job.losses.add('categories.id', 'another class has been written with it', () => label);
    const id = isKept ? own : this.#next();
    this.#ids.set(label, id);
    this.#used.add(id);
    return id;
  }

  #next(): number {
    let most = 0;
    for (const { id = 0 } of this.job.classes.own.values()) most = Math.max(most, id);
    for (const id of this.#used) most = Math.max(most, id);
    return most + 1;
  }
}
