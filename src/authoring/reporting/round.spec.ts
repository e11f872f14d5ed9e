import fc from 'fast-check';
import { roundToCents } from './round.js';

describe(roundToCents, () => {
  it.each([
    [0.125, 0.12],
    [0.375, 0.38],
    [2.125, 2.12],
    [2.675, 2.67], // the binary value lies below the tie
    [1.005, 1.0],
    [66.666, 66.67],
    [99.999, 100],
    [12.5, 12.5],
    [0, 0],
  ])('rounds %p to %p', (value, rounded) => {
    expect(roundToCents(value)).toBe(rounded);
  });

  it('agrees with the exact decimal expansion of the binary value', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e6, noNaN: true }), (value) => {
        // Numerator and denominator of the double, exactly.
        let denominator = 1n;
        let scaled = value;
        while (!Number.isInteger(scaled)) {
          scaled *= 2;
          denominator *= 2n;
        }
        const cents = BigInt(scaled) * 100n;
        const below = cents / denominator;
        const twice = 2n * (cents % denominator);
        const isUp = twice > denominator || (twice === denominator && below % 2n === 1n);
        expect(roundToCents(value)).toBe(Number(below + (isUp ? 1n : 0n)) / 100);
      }),
      { numRuns: 2000 },
    );
  });
});
