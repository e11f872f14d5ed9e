import { DatasetInvalidError, type DatasetPlace, placeText } from '../../../foundation/errors/dataset.errors.js';
import { type PlacedTally, PlacedTallies, type ReadClock } from './placed-tallies.js';

/** What a file that breaks its format does: end the work, or be reported and left out. */
export const OnError = { Skip: 'skip', Fail: 'fail' } as const;
export type OnError = (typeof OnError)[keyof typeof OnError];

/** Kinds of problems. */
export const ProblemCode = {
  Unreadable: 'unreadable',
  NoImage: 'no_image',
  NotAnImage: 'not_an_image',
  BadName: 'bad_name',
  LeadsOutside: 'leads_outside',
  DuplicateStem: 'duplicate_stem',
  BadAnnotation: 'bad_annotation',
  BadShape: 'bad_shape',
  OutsideImage: 'outside_image',
  BeyondEdge: 'beyond_edge',
  UnknownClass: 'unknown_class',
  WrongSize: 'wrong_size',
} as const;
export type ProblemCode = (typeof ProblemCode)[keyof typeof ProblemCode];

/** Problems of one kind. */
export interface ProblemGroup {
  readonly code: ProblemCode;
  readonly count: number;
  /** The first few, as sentences that name file, line and annotation. */
  readonly places: readonly string[];
}

/** Takes what is wrong in a data set: the first problem ends the work, or all are counted. */
export class ProblemLog {
  readonly #tallies: PlacedTallies<ProblemCode>;
  readonly #onError: OnError;

  constructor(onError: OnError = OnError.Fail, clock?: ReadClock) {
    this.#onError = onError;
    this.#tallies = new PlacedTallies(clock);
  }

  /** @throws {@link DatasetInvalidError} unless problems are to be skipped. */
  add(code: ProblemCode, place: DatasetPlace, message: string, cause?: unknown): void {
    if (this.#onError === OnError.Fail) throw new DatasetInvalidError(place, message, cause);
    this.note(code, place, message);
  }

  /** Counts something that is odd but leaves the data as it is; it never ends the work. */
  note(code: ProblemCode, place: DatasetPlace, message: string): void {
    this.#tallies.add(code, '', () => `${placeText(place)}: ${message}`);
  }

  list(): readonly ProblemGroup[] {
    return this.tallies().map(({ key, count, places }) => ({
      ...{ code: key, count },
      places: places.map(({ text }) => text),
    }));
  }

  /** What was counted, with the places in the order of the reading. */
  tallies(): readonly PlacedTally<ProblemCode>[] {
    return this.#tallies.list();
  }

  /** Takes over what another thread has counted. */
  absorb(tallies: readonly PlacedTally<ProblemCode>[]): void {
    this.#tallies.absorb(tallies);
  }
}
