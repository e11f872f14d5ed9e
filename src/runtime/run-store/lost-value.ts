import { StoreValueLostError } from '../../foundation/errors/store.errors.js';

/** Whose value it is, and what it is called, for errors. */
export interface ValueName {
  readonly runId: string;
  /** `params`, `result`, `error`, `next steps`, `journal` or `events`. */
  readonly value: string;
}

/** Where a large value was kept. */
export interface ValuePlace {
  readonly kind: 'file' | 'row' | 'object';
  readonly url: string;
  readonly hash: string;
}

/** What cannot be had of a large value, told for each run that refers to it. */
export type ValueFailure = (name: ValueName) => unknown;

const RESTORED_FROM: Readonly<Record<ValuePlace['kind'], (hash: string) => string>> = {
  file: (hash) =>
    `Restore that file from a copy (its SHA-256 is ${hash}), or open the store with the folder that it was moved to (\`blobDirectory\`)`,
  row: (hash) => `Restore that row from a copy of the database (its SHA-256 is ${hash})`,
  object: (hash) =>
    `Restore that object from a copy (its SHA-256 is ${hash}), or open the store with the storage that it was moved to`,
};

/** A value that is not where it was, or not what it was. @param problem - As the end of a sentence. */
export function lostValue(name: ValueName, place: ValuePlace, problem: string, cause?: unknown): StoreValueLostError {
  const cure = `${RESTORED_FROM[place.kind](place.hash)}; until then ${lossOf(name)}. Other runs are as they were, but for those with the same value.`;
  return new StoreValueLostError({ ...name, url: place.url }, problem, cure, cause);
}

/** What cannot be done without a value. A run is read as a whole, and so is a page of its events. */
function lossOf({ runId, value }: ValueName): string {
  const run = `run ${runId}`;
  if (value === 'events')
    return `the events of ${run} cannot be read, nor can it be shown or its notes be gone on from`;
  const unlisted = { error: ', and lists say so in place of its error', 'next steps': ', and lists leave them out' };
  return `${run} cannot be shown, resumed, undone or forked${unlisted[value as 'error'] ?? ''}`;
}

/** A value that could not be read, before anybody knows whose it is: several runs may refer to it. */
export class UnreadValue extends Error {
  /** @param isOutOfTime - Whether it was tried for as long as it may be: the next one would be, too. */
  constructor(
    readonly failure: ValueFailure,
    readonly reason: string,
    readonly isOutOfTime: boolean,
  ) {
    super(reason);
  }
}
