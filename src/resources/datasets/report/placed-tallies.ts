/** Most places that a report names for one kind of loss or problem; the count goes on. */
const MOST_PLACES = 5;

/** Says how far the reading has come; several threads that share it put their reports in order by that. */
export interface ReadClock {
  readonly position: number;
}

/** The first few places of something, and how often it was met. */
export interface PlacedTally<K> {
  readonly key: K;
  /** Why; the same for all of one key. */
  readonly reason: string;
  count: number;
  readonly places: { readonly at: number; readonly text: string }[];
}

/** Counts by key, with the first few places. */
export class PlacedTallies<K> {
  #tallies = new Map<K, PlacedTally<K>>();

  constructor(private readonly clock: ReadClock = { position: 0 }) {}

  /** @param placeOf - Names the place; asked only while places are still kept. */
  add(key: K, reason: string, placeOf: () => string): void {
    let tally = this.#tallies.get(key);
    if (!tally) this.#tallies.set(key, (tally = { key, reason, count: 0, places: [] }));
    tally.count++;
    if (tally.places.length < MOST_PLACES) tally.places.push({ at: this.clock.position, text: placeOf() });
  }

  list(): readonly PlacedTally<K>[] {
    return [...this.#tallies.values()];
  }

  /** Takes over what others have counted, as if all had been met here in the order of the places. */
  absorb(others: readonly PlacedTally<K>[]): void {
    for (const { key, reason, count, places } of others) {
      const own = this.#tallies.get(key);
      const all = [...(own?.places ?? []), ...places].sort((left, right) => left.at - right.at);
      const sum = (own?.count ?? 0) + count;
      this.#tallies.set(key, { key, reason: own?.reason ?? reason, count: sum, places: all.slice(0, MOST_PLACES) });
    }
    const firstOf = ([, { places }]: [K, PlacedTally<K>]): number => places[0]?.at ?? 0;
    this.#tallies = new Map([...this.#tallies].sort((left, right) => firstOf(left) - firstOf(right)));
  }
}
