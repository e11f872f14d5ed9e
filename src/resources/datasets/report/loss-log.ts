/** Most places that a report names for one kind of loss or problem; the count goes on. */
export const MOST_PLACES = 5;

/** Something that the target does not have though the source has it. */
export interface Loss {
  /** What was lost, e.g. `polygon.holes` or `attributes.colour`. */
  readonly field: string;
  /** Why, and what stands in its place where something does. */
  readonly reason: string;
  readonly count: number;
  /** The first few pictures, each with the annotation's id where it has one. */
  readonly places: readonly string[];
}

interface Tally {
  readonly field: string;
  readonly reason: string;
  count: number;
  readonly places: string[];
}

/** Counts what a conversion cannot keep. */
export class LossLog {
  readonly #tallies = new Map<string, Tally>();

  /** @param placeOf - Names the place; asked only while places are still kept. */
  add(field: string, reason: string, placeOf: () => string): void {
    let tally = this.#tallies.get(field);
    if (!tally) this.#tallies.set(field, (tally = { field, reason, count: 0, places: [] }));
    tally.count++;
    if (tally.places.length < MOST_PLACES) tally.places.push(placeOf());
  }

  list(): readonly Loss[] {
    return [...this.#tallies.values()].map((tally) => ({ ...tally }));
  }
}
