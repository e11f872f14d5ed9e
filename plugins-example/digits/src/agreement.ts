import { likeliest } from './digits-classifier.js';

/** How two networks answer the same pictures. */
export interface Agreement {
  /** Pictures for which the two do not see the same digit, by their place in the list. */
  readonly disagreeing: readonly number[];
  /** Largest difference between two probabilities of the same picture and digit. */
  readonly maxDifference: number;
}

/** Compares the probabilities that two networks give for the same pictures, in the same order. */
export function agreementOf(one: readonly (readonly number[])[], other: readonly (readonly number[])[]): Agreement {
  const disagreeing: number[] = [];
  let maxDifference = 0;
  for (const [index, probabilities] of one.entries()) {
    const others = other[index] ?? [];
    if (likeliest(probabilities) !== likeliest(others)) disagreeing.push(index);
    for (const [digit, probability] of probabilities.entries()) {
      // A number that is missing or is none must count as different, so it is not left to Math.max.
      const difference = Math.abs(probability - (others[digit] ?? NaN));
      if (!(difference <= maxDifference)) maxDifference = Number.isNaN(difference) ? Infinity : difference;
    }
  }
  return { disagreeing, maxDifference };
}
