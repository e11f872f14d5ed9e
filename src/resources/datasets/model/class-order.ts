import type { ReadClock } from '../report/placed-tallies.js';

/** Orders texts by Unicode code point: capitals before small letters, and pictures after everything of the base plane. */
export function byCodePoint(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) return isSurrogate(a) === isSurrogate(b) ? a - b : isSurrogate(a) ? 1 : -1;
  }
  return left.length - right.length;
}

/** Halves of characters beyond the base plane are below some of that plane as numbers, but above them as characters. */
function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

/** How one of several threads that read a data set gets its preliminary numbers: all must have the same ones. */
export interface ClassSharing {
  readonly clock: ReadClock;
  /** Left out by the thread that leads: the numbers are its own. */
  numbersOf?(labels: readonly string[]): readonly number[];
}

/** What the key points of a class are called, and which of them are joined by lines. */
export interface KeypointNames {
  readonly names: readonly string[];
  /** Pairs of places in the names, from 1. */
  readonly skeleton: readonly (readonly number[])[];
}

/** What a class is in the source's own format; read where the target is of that format. */
export interface OwnCategory {
  /** Left out where it is no whole number, or that of another class. */
  readonly id?: number;
  readonly supercategory: string;
}

/** What a thread has met of classes. */
export interface ClassFacts {
  /** Each with its place in the reading. */
  readonly declared: readonly (readonly [label: string, at: number])[];
  readonly used: readonly string[];
}

/**
 * Gives classes their numbers while a data set is read once.
 *
 * Numbers are preliminary until the end: the declared order holds if it covers every label, and otherwise the order of code points.
 * Whoever has written preliminary numbers asks {@link renumbering} at the end.
 */
export class ClassOrder {
  /** By class, where the source has names for key points. */
  readonly keypoints = new Map<string, KeypointNames>();
  /** By class, in a conversion to the same format. */
  readonly own = new Map<string, OwnCategory>();
  readonly #preliminary = new Map<string, number>();
  /** When each was declared. */
  readonly #declared = new Map<string, number>();
  readonly #used = new Set<string>();
  /** By preliminary number: what is asked for each annotation takes one search, not two. */
  readonly #isUsed: boolean[] = [];
  readonly #pinned: readonly string[] | undefined;
  #names: readonly string[] = [];

  /** @param pinned - The only classes there are, in the order of their numbers. */
  constructor(
    pinned?: readonly string[],
    private readonly sharing?: ClassSharing,
  ) {
    this.#pinned = pinned;
    for (const label of pinned ?? []) this.#number(label);
  }

  /** Whether the numbers of the classes were given. */
  get isPinned(): boolean {
    return this.#pinned !== undefined;
  }

  /** Says which classes the source names, in its order; repeats change nothing. */
  declare(labels: readonly string[]): void {
    if (this.#pinned) return;
    this.#askFor(labels);
    for (const label of labels) {
      if (!this.#declared.has(label)) this.#declared.set(label, this.sharing?.clock.position ?? 0);
      this.#number(label);
    }
  }

  /** The preliminary number of a label; undefined where the pinned classes do not have it. */
  idOf(label: string): number | undefined {
    const id = this.#preliminary.get(label);
    if (this.#pinned) return id;
    if (id !== undefined && this.#isUsed[id]) return id;
    const number = id ?? this.#number(label);
    this.#used.add(label);
    this.#isUsed[number] = true;
    return number;
  }

  /** Every class that is known so far, in the order of its preliminary number. */
  preliminaryNames(): readonly string[] {
    if (this.#names.length !== this.#preliminary.size) this.#names = [...this.#preliminary.keys()];
    return this.#names;
  }

  /** Every class in the order of its final number. */
  names(): readonly string[] {
    if (this.#pinned) return this.#pinned;
    const isCovered = [...this.#used].every((label) => this.#declared.has(label));
    return isCovered ? [...this.#declared.keys()] : [...this.#preliminary.keys()].sort(byCodePoint);
  }

  /** The final number of each preliminary one; undefined where all are the same. */
  renumbering(): readonly number[] | undefined {
    const final = new Map(this.names().map((label, id) => [label, id]));
    const table = [...this.#preliminary].map(([label]) => final.get(label) ?? -1);
    return table.some((id, preliminary) => id !== preliminary) ? table : undefined;
  }

  /** Has another thread number labels, where one leads. */
  #askFor(labels: readonly string[]): void {
    if (!this.sharing?.numbersOf || this.#pinned) return;
    const unknown = labels.filter((label) => !this.#preliminary.has(label));
    const ids = unknown.length > 0 ? this.sharing.numbersOf(unknown) : [];
    for (const [index, label] of unknown.entries()) this.#preliminary.set(label, ids[index] ?? -1);
  }

  /** What was declared, and when, and what was used: for another thread to {@link absorb}. */
  facts(): ClassFacts {
    return { declared: [...this.#declared], used: [...this.#used] };
  }

  /** Takes over what threads have met. Of what was declared more than once, the earliest counts, as if one had read all. */
  absorb(threads: readonly ClassFacts[]): void {
    const earliest = new Map<string, number>();
    const all = [this.facts(), ...threads].flatMap(({ declared }) => declared);
    for (const [label, at] of all.sort((left, right) => left[1] - right[1])) {
      if (!earliest.has(label)) earliest.set(label, at);
    }
    this.#declared.clear();
    for (const [label, at] of earliest) this.#declared.set(label, at);
    for (const label of threads.flatMap(({ used }) => used)) this.#used.add(label);
  }

  /** The preliminary number of a label that a thread has met. */
  numberOf(label: string): number {
    return this.#number(label);
  }

  #number(label: string): number {
    const known = this.#preliminary.get(label);
    if (known !== undefined) return known;
    this.#askFor([label]);
    const answered = this.#preliminary.get(label);
    if (answered !== undefined) return answered;
    const id = this.#preliminary.size;
    this.#preliminary.set(label, id);
    return id;
  }
}
