import { type PlacedTally, PlacedTallies, type ReadClock } from './placed-tallies.js';

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

/** Counts what a conversion cannot keep. */
export class LossLog {
  readonly #tallies: PlacedTallies<string>;

  constructor(clock?: ReadClock) {
    this.#tallies = new PlacedTallies(clock);
  }

  /** @param placeOf - Names the place; asked only while places are still kept. */
  add(field: string, reason: string, placeOf: () => string): void {
    this.#tallies.add(field, reason, placeOf);
  }

  list(): readonly Loss[] {
    return this.tallies().map(({ key, reason, count, places }) => ({
      ...{ field: key, reason, count },
      places: places.map(({ text }) => text),
    }));
  }

  /** What was counted, with the places in the order of the reading. */
  tallies(): readonly PlacedTally<string>[] {
    return this.#tallies.list();
  }

  /** Takes over what another thread has counted. */
  absorb(tallies: readonly PlacedTally<string>[]): void {
    this.#tallies.absorb(tallies);
  }
}
